// Starts the language server of recproxy, and stops it with the editor.
const { window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  if (!workspace.isTrusted) return;
  const [command, ...words] = workspace.getConfiguration("recproxy").get("command");
  client = new LanguageClient("recproxy", "recproxy", { command, args: [...words, "lsp"] }, {
    documentSelector: [{ language: "rec" }, { pattern: "**/profile.toml" }],
  });
  try {
    await client.start();
  } catch (problem) {
    client = undefined;
    window.showWarningMessage(`recproxy: the language server does not start: ${problem.message}. Run pip install 'recproxy[lsp]', and set recproxy.command.`);
  }
};

exports.deactivate = () => client && client.stop();
