'use strict';
// The redirect for node: connections of the hosts in RECPROXY_REDIRECT go to the gateway. No client of node 20 reads
// proxy variables by itself; all of them, http2 and TLS included, end in net.Socket.prototype.connect. Server names
// and Host headers stay what the program said. `--require` loads this before the program, in its workers too.

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const tls = require('node:tls');
const { syncBuiltinESMExports } = require('node:module');

const routes = new Map(); // pattern -> Map of port -> target
const passing = new Set();
const told = new Set();
const ownName = normal(os.hostname());
let refuses = false;

function isLoopback(host) {
  if (net.isIPv4(host)) return host.startsWith('127.') || host === '0.0.0.0';
  // A URL has IPv6 addresses in one form.
  if (net.isIPv6(host)) return /^\[(::1?|::ffff:(7f..:.*|0:0))\]$/.test(new URL(`http://[${host.split('%')[0]}]`).hostname);
  return ['', 'localhost', ownName].includes(host) || host.endsWith('.localhost');
}

function parse(text) {
  for (const entry of text.split(',').map((part) => part.trim()).filter(Boolean)) {
    const [, source, word] = /^(.*)=(pass|refuse)$/.exec(entry) || [];
    if (word === 'pass') {
      passing.add(normal(source));
      continue;
    }
    if (word === 'refuse' && source === '*') {
      refuses = true;
      continue;
    }
    const found = /^(.+):(\d+)=([\d.]+):(\d+)$/.exec(entry);
    if (!found) throw new Error(`RECPROXY_REDIRECT: '${entry}' is not host:port=ADDRESS:PORT`);
    const host = normal(found[1]);
    if (!routes.has(host)) routes.set(host, new Map());
    routes.get(host).set(Number(found[2]), { host: found[3], port: Number(found[4]) });
  }
}

function normal(host) {
  return host.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

// Where a connection goes; null leaves it alone, false refuses it. As in addresses.py: a name's own entry covers all
// its ports, `*` only those that it names, unless `*=refuse` refuses all others but those that pass.
function target(name, port) {
  const host = named(name);
  if (isLoopback(host)) return null;
  const own = routes.get(host) || routes.get('*.' + host.split('.').slice(1).join('.'));
  const every = routes.get('*');
  return (own && own.get(port)) || (every && every.get(port)) || (own || isRefused(host) ? false : null);
}

// Some clients (nodemailer) resolve a name before they connect: a name with routes resolves to a made-up address, as in
// addresses.py, so that no name server is asked. A connection to the address is one to the name.
const names = new Map(); // made-up address -> name

const MAIL_PORTS = new Set([25, 143, 465, 587, 993]);

function named(host) {
  return names.get(host) || normal(host);
}

function madeUp(name) {
  const host = normal(String(name));
  if (net.isIP(host) || isLoopback(host)) return null;
  if (!routes.has(host) && !routes.has('*.' + host.split('.').slice(1).join('.'))) return null;
  for (const [address, known] of names) if (known === host) return address;
  const address = `127.77.${names.size >> 8}.${(names.size & 255) + 1}`;
  names.set(address, host);
  return address;
}

function resolveHere() {
  const dns = require('node:dns');
  const found = (address, options) => (options && options.all ? [[{ address, family: 4 }]] : [address, 4]);
  const patch = (owner, name, answer) => {
    const original = owner[name];
    owner[name] = function (host, ...args) {
      const address = madeUp(host);
      return address === null ? original.call(this, host, ...args) : answer(address, args);
    };
  };
  const later = (done, values) => process.nextTick(done, null, ...values);
  patch(dns, 'lookup', (address, args) => later(args[args.length - 1], found(address, args[0])));
  patch(dns, 'resolve4', (address, args) => later(args[args.length - 1], [[address]]));
  patch(dns.promises, 'lookup', async (address, [options]) =>
    options && options.all ? [{ address, family: 4 }] : { address, family: 4 });
  patch(dns.promises, 'resolve4', async (address) => [address]);
  syncBuiltinESMExports();
}

function isRefused(host) {
  return refuses && !passing.has(host) && !passing.has('*.' + host.split('.').slice(1).join('.'));
}

// Ask the gateway for a host that it will refuse: so the run knows of it, and fails where the program goes on.
function tellGateway(host, port) {
  const name = named(host);
  const own = routes.get(name);
  const every = routes.get('*');
  // Only hosts of HTTP have 443: those of mail servers lead to no gateway.
  const gateway = own ? MAIL_PORTS.has(port) && own.get(443) : every && every.values().next().value;
  const key = `${net.isIPv6(name) ? `[${name}]` : name}:${port}`;
  if (!gateway || told.has(key)) return;
  told.add(key);
  const link = new net.Socket();
  link.on('error', () => {});
  link.setTimeout(2000, () => link.destroy());
  connect.call(link, gateway, () => {
    link.end(`CONNECT ${key} HTTP/1.1\r\nHost: ${key}\r\n\r\n`);
  });
  link.resume();
}

function refuse(host, port) {
  const error = new Error(`connect ECONNREFUSED: recproxy does not answer for ${host}:${port}`);
  return Object.assign(error, { code: 'ECONNREFUSED', syscall: 'connect', address: host, port });
}

// A refusal that the gateway, and so the run, is told of.
function toldRefusal(host, port) {
  tellGateway(host, port);
  return refuse(host, port);
}

function redirected(options, socket) {
  if (!options || typeof options !== 'object' || options.path) return options;
  const host = String(options.host || 'localhost');
  const port = Number(options.port);
  const to = target(host, port);
  if (to === null) return options;
  if (to === false) {
    const error = toldRefusal(host, port);
    // A failing lookup is how a socket fails without a packet sent.
    return { ...options, host: 'refused.invalid', lookup: (_host, _options, done) => done(error) };
  }
  // tls.connect without a servername sends none, nor for an address, and the gateway knows TLS connections by it.
  if (socket.setServername && (!options.servername || net.isIP(host))) socket.setServername(normal(options.servername || named(host)));
  return { ...options, ...to };
}

const connect = net.Socket.prototype.connect;

function redirecting(...args) {
  if (Array.isArray(args[0])) {
    // net.connect hands over what it has normalized, marked by a symbol that must stay.
    const normalized = [redirected(args[0][0], this), ...args[0].slice(1)];
    for (const symbol of Object.getOwnPropertySymbols(args[0])) normalized[symbol] = args[0][symbol];
    args[0] = normalized;
  } else if (args[0] && typeof args[0] === 'object') {
    args[0] = redirected(args[0], this);
  } else if (Number(args[0]) > 0 || args[0] === 0) {
    const named = typeof args[1] === 'string';
    const options = { port: args[0], host: named ? args[1] : undefined };
    args.splice(0, named ? 2 : 1, redirected(options, this));
  }
  return connect.apply(this, args);
}

// Datagrams have no proxy to go to: they are refused where connections would be redirected or refused.
function refuseDatagrams() {
  const sends = {
    connect: (port, address) => [port, address],
    // As node reads send(message, [offset, length,] port, address).
    send: (_message, offset, length, port, address) =>
      address || (port && typeof port !== 'function') ? [port, address] : [offset, length],
  };
  const prototype = require('node:dgram').Socket.prototype;
  for (const [name, place] of Object.entries(sends)) {
    const original = prototype[name];
    prototype[name] = function (...args) {
      const [port, address] = place(...args);
      const host = typeof address === 'string' ? address : 'localhost';
      if (target(host, Number(port)) === null) return original.apply(this, args);
      const done = args[args.length - 1];
      const error = toldRefusal(host, port);
      process.nextTick(() => (typeof done === 'function' ? done(error) : this.emit('error', error)));
    };
  }
}

// What bun and deno connect by functions of their own, past net.
function redirectOwn(runtime, ca) {
  const { connect, connectTls, startTls } = runtime;
  const elsewhere = (options, to) => ({ ...options, hostname: to.host, port: to.port });
  const trusted = (given) => [given, ca].flat().filter(Boolean);
  const redirecting = (original, reach) => (options) => {
    const host = String((options && options.hostname) || 'localhost');
    const to = options && (options.unix || options.path) ? null : target(host, Number(options && options.port));
    if (to === null) return original(options);
    return to ? reach(options, to, host) : Promise.reject(toldRefusal(host, options.port));
  };
  runtime.connect = redirecting(connect, (options, to, host) => {
    const tls = options.tls && { ...options.tls, serverName: host, ca: trusted(options.tls.ca) };
    return connect({ ...elsewhere(options, to), ...(tls && { tls }) });
  });
  if (!connectTls) return;
  runtime.connectTls = redirecting(connectTls, async (options, to, host) =>
    startTls(await connect(elsewhere({}, to)), { ...options, hostname: host, caCerts: trusted(options.caCerts) }));
}

// A program's own `ca` replaces node's roots, and NODE_EXTRA_CA_CERTS with them: the run's CA goes beside it. In node
// every client ends in createSecureContext; bun and deno pass it by, but not connect.
function trustRun(file) {
  const own = fs.readFileSync(file);
  const trusting = (option) => (option && option.ca ? { ...option, ca: [option.ca, own].flat() } : option);
  for (const name of ['createSecureContext', 'connect']) {
    const original = tls[name];
    tls[name] = (...args) => original(...args.map(trusting));
  }
  syncBuiltinESMExports();
}

if (process.env.RECPROXY_REDIRECT) {
  try {
    parse(process.env.RECPROXY_REDIRECT);
    net.Socket.prototype.connect = redirecting;
    refuseDatagrams();
    const ca = process.env.RECPROXY_CA;
    if (ca) trustRun(ca);
    const runtime = globalThis.Deno || globalThis.Bun;
    if (!runtime) resolveHere();
    else redirectOwn(runtime, ca && fs.readFileSync(ca, 'utf8'));
  } catch (problem) {
    process.stderr.write(`recproxy: connections of this process are not redirected: ${problem.message}\n`);
  }
}
