// The scopes that VS Code's own engine gives each part of a text: node textmate.cjs NODE_MODULES GRAMMAR < TEXT
const fs = require("fs");
const path = require("path");
const [modules, grammarFile] = process.argv.slice(2);
const { Registry, parseRawGrammar, INITIAL } = require(path.join(modules, "vscode-textmate"));
const oniguruma = require(path.join(modules, "vscode-oniguruma"));

// Enough of JSON to see that what is left open in a body ends with the body.
const JSON_GRAMMAR = {
  scopeName: "source.json",
  patterns: [
    { begin: "[{\\[]", end: "[}\\]]", name: "meta.structure.json", patterns: [{ include: "$self" }] },
    { begin: '"', end: '"', name: "string.quoted.double.json" },
  ],
};

(async () => {
  const wasm = fs.readFileSync(path.join(modules, "vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => {
      if (scope === "source.rec") return parseRawGrammar(fs.readFileSync(grammarFile, "utf8"), grammarFile);
      return scope === "source.json" ? JSON_GRAMMAR : null;
    },
  });
  const grammar = await registry.loadGrammar("source.rec");
  const found = [];
  let state = INITIAL;
  for (const line of fs.readFileSync(0, "utf8").split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    found.push(tokens.map((each) => [line.slice(each.startIndex, each.endIndex), each.scopes.slice(1).join(" ")]));
  }
  console.log(JSON.stringify(found));
})();
