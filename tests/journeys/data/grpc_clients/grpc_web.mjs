// The calls of gRPC-Web by its own client, in node and in a page: one message, a stream, and an error.

const written = (text) => new Uint8Array([10, text.length, ...new TextEncoder().encode(text)]);

function read(bytes) {
  const start = bytes[0] === 18 ? 2 : bytes.length;
  return new TextDecoder().decode(bytes.slice(start, start + bytes[1]));
}

export async function said(grpcWeb, host) {
  const method = (name, kind) =>
    new grpcWeb.MethodDescriptor(`/notes.v1.Notes/${name}`, kind, String, String, written, read);
  const lines = [];
  for (const format of ["binary", "text"]) {
    const client = new grpcWeb.GrpcWebClientBase({ format });
    const send = method("Send", grpcWeb.MethodType.UNARY);
    const call = (text) => client.unaryCall(`${host}/notes.v1.Notes/Send`, text, {}, send);
    lines.push(await call("hi"));
    lines.push(await call("forbidden").catch((error) => `${error.code} ${error.message}`));
    if (format === "text") {
      const list = method("List", grpcWeb.MethodType.SERVER_STREAMING);
      const stream = client.serverStreaming(`${host}/notes.v1.Notes/List`, "hi", {}, list);
      lines.push(
        await new Promise((done, failed) => {
          const heard = [];
          stream.on("data", (each) => heard.push(each));
          stream.on("error", failed);
          stream.on("end", () => done(heard.join(",")));
        }),
      );
    }
  }
  return lines.join("\n");
}
