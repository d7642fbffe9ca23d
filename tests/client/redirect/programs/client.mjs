// A program under test: `client.mjs NAME URL...` fetches URLs, each with one of node's own clients, one after the other.
import dgram from 'node:dgram';
import { lookup, promises, resolve4 } from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';

const text = (stream) => new Promise((resolve, reject) => {
  let data = '';
  stream.on('data', (chunk) => { data += chunk; }).on('end', () => resolve(data)).on('error', reject);
});

const overSocket = (socket, url) => {
  socket.write(`GET ${url.pathname} HTTP/1.0\r\nHost: ${url.host}\r\n\r\n`);
  return text(socket).then((data) => data.split('\r\n\r\n')[1]);
};

// What a socket on loopback gets; a URL with a port leads elsewhere.
const overDatagram = (url, send) => new Promise((resolve, reject) => {
  const [there, here] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
  const closing = (settle) => (value) => { there.close(); here.close(); settle(value); };
  there.on('message', closing((data) => resolve(String(data))));
  there.bind(0, '127.0.0.1', () => send(here, Number(url.port) || there.address().port, (error) => error && closing(reject)(error)));
});

const clients = {
  fetch: async (url) => (await fetch(url)).text(),
  get: (url) => new Promise((resolve, reject) => {
    (url.protocol === 'https:' ? https : http).get(url, (got) => resolve(text(got))).on('error', reject);
  }),
  socket: (url) => url.protocol === 'https:'
    ? overSocket(tls.connect({ host: url.hostname, port: 443, servername: url.hostname }), url)
    : overSocket(net.connect(80, url.hostname), url),
  resolved: async (url) => {
    const addresses = new Set(await promises.resolve4(url.hostname));
    addresses.add((await promises.lookup(url.hostname)).address);
    for (const each of await promises.lookup(url.hostname, { all: true })) addresses.add(each.address);
    const found = (resolve) => new Promise((done) => resolve(url.hostname, (_error, got) => done(got)));
    addresses.add(await found(lookup)).add((await found(resolve4))[0]);
    if (addresses.size !== 1) throw new Error([...addresses]);
    const [host] = addresses;
    return url.protocol === 'https:' ? overSocket(tls.connect({ host, port: 443, servername: url.hostname }), url) : overSocket(net.connect(80, host), url);
  },
  pinned: (url) => new Promise((resolve, reject) => {
    const ca = fs.readFileSync(process.env.PINNED);
    https.get(url, { ca }, (got) => resolve(text(got))).on('error', reject);
  }),
  unnamed: (url) => overSocket(tls.connect(443, url.hostname), url),
  datagram: (url) => overDatagram(url, (sock, port, done) => sock.send('hello', port, url.hostname, done)),
  part: (url) => overDatagram(url, (sock, port, done) => sock.send(Buffer.from('hello all'), 0, 5, port, url.hostname, done)),
  joined: (url) => overDatagram(url, (sock, port, done) =>
    sock.connect(port, url.hostname, (error) => (error ? done(error) : sock.send('hello', done)))),
  worker: (url) => new Promise((resolve, reject) => {
    const program = `fetch(process.argv[2]).then((got) => got.text()).then((body) =>
      require('worker_threads').parentPort.postMessage(body))`;
    new Worker(program, { eval: true, argv: [String(url)] }).on('message', resolve).on('error', reject);
  }),
};

const words = process.argv.slice(2);
for (let at = 0; at < words.length; at += 2) {
  const said = await clients[words[at]](new URL(words[at + 1])).catch((error) => `${(error.cause ?? error).code} ${(error.cause ?? error).message}`);
  process.stdout.write(at ? `\n${said}` : said);
}
