// gRPC-Web in node: its client wants the XMLHttpRequest of a browser.

const { pathToFileURL } = require("node:url");
globalThis.XMLHttpRequest = require("xhr2").XMLHttpRequest;

import(pathToFileURL(`${__dirname}/grpc_web.mjs`))
  .then(({ said }) => said(require("grpc-web"), process.env.NOTES_BASE_URL))
  .then(console.log);
