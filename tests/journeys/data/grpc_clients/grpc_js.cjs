// The four kinds of call by @grpc/grpc-js, with messages as bytes: to the base URL, or by the variables of a run alone.

const fs = require("node:fs");
const grpc = require("@grpc/grpc-js");

const written = (text) => Buffer.from([10, text.length, ...Buffer.from(text)]);
const read = (bytes) => {
  const at = bytes.indexOf(18);
  return at < 0 ? "" : bytes.subarray(at + 2, at + 2 + bytes[at + 1]).toString();
};
const kinds = { Send: [0, 0], Upload: [1, 0], List: [0, 1], Talk: [1, 1] };
const methods = Object.entries(kinds).map(([name, [asks, says]]) => [
  name,
  {
    path: `/notes.v1.Notes/${name}`,
    requestStream: !!asks,
    responseStream: !!says,
    requestSerialize: written,
    requestDeserialize: read,
    responseSerialize: written,
    responseDeserialize: read,
  },
]);
const Client = grpc.makeGenericClientConstructor(Object.fromEntries(methods), "notes");
const client =
  process.argv[2] === "variables"
    ? new Client("notes.example:443", grpc.credentials.createSsl(fs.readFileSync(process.env.SSL_CERT_FILE)))
    : new Client(new URL(process.env.NOTES_BASE_URL).host, grpc.credentials.createInsecure());

const unary = (text) =>
  new Promise((done) => client.Send(text, (error, reply) => done(error ? `${error.code} ${error.details.split("\n").pop()}` : reply)));

function heard(stream) {
  return new Promise((done, failed) => {
    const found = [];
    stream.on("data", (each) => found.push(each));
    stream.on("error", failed);
    stream.on("end", () => done(found.join(",")));
  });
}

async function said() {
  console.log(await unary("hi"));
  const uploaded = new Promise((done) => {
    const upload = client.Upload((error, reply) => done(error ? error.details : reply));
    upload.write("a");
    upload.end("b");
  });
  console.log(await uploaded);
  console.log(await heard(client.List("hi")));
  const talk = client.Talk();
  talk.write("hi");
  talk.end("bye");
  console.log(await heard(talk));
  console.log(await unary("forbidden"));
  client.close();
}

said();
