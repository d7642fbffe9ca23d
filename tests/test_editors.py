"""What editors get: grammars that know each directive, and colour a recording as it is read."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from deadlines import seconds

from recproxy.recording import directives
from recproxy.recording.grammar import METHOD

ROOT = Path(__file__).parents[1]
EDITORS = ROOT / "orchestrator/editors"
GRAMMAR = EDITORS / "vscode/syntaxes/rec.tmLanguage.json"
RULES = json.loads(GRAMMAR.read_text())
SAMPLE = """#recproxy 2
# a comment

:scope test_a
POST https://a.example/x?q=XXX HTTP/1.1
Authorization: Bearer XXX

{"a": "XXX[name]", "b": [1
====
HTTP/1.1 201 Created
:delay 0.5

Title
\\=====
=======

SMTP smtp://a.example:25
< 220 hi
> EHLO XXX
+ more
:tls
=======
"""


def patterns(rules):
    """Each expression of a grammar, however deep."""
    if isinstance(rules, dict):
        for key, value in rules.items():
            if key in ("match", "begin", "end", "while", "firstLineMatch"):
                yield value
            yield from patterns(value)
    elif isinstance(rules, list):
        for each in rules:
            yield from patterns(each)


def test_the_grammar_has_what_it_includes_and_its_expressions_are_whole():
    included = re.findall(r'"include": "#(\w+)"', GRAMMAR.read_text())

    assert set(included) == set(RULES["repository"])
    assert all(re.compile(each) for each in patterns(RULES))
    assert METHOD.pattern.decode() in RULES["repository"]["request"]["begin"]


def test_the_extension_names_files_that_exist():
    manifest = json.loads((EDITORS / "vscode/package.json").read_text())
    contributed = manifest["contributes"]
    files = [manifest["main"], *(each["configuration"] for each in contributed["languages"])]
    files += [each["path"] for each in contributed["grammars"]]

    assert all((EDITORS / "vscode" / name).is_file() for name in files)
    assert json.loads((EDITORS / "vscode/language-configuration.json").read_text())["comments"] == {"lineComment": "#"}
    project = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{manifest["version"]}"\n' in project


EXTENSION = """
const Module = require("module");
const seen = [];
class LanguageClient {
  constructor(...words) { seen.push(words); }
  start() { seen.push("start"); return process.argv[3] === "broken" ? Promise.reject(new Error("no such file")) : Promise.resolve(); }
  stop() { seen.push("stop"); }
}
const get = () => ["venv/bin/recproxy", "-q"];
const modules = {
  vscode: { workspace: { isTrusted: process.argv[3] !== "untrusted", getConfiguration: () => ({ get }) },
            window: { showWarningMessage: (text) => seen.push(text) } },
  "vscode-languageclient/node": { LanguageClient },
};
const load = Module._load;
Module._load = (name, ...rest) => modules[name] || load(name, ...rest);
const extension = require(process.argv[2]);
extension.activate().then(() => extension.deactivate()).then(() => console.log(JSON.stringify(seen)));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize(
    ("state", "ended"),
    [
        ("trusted", ["start", "stop"]),
        ("untrusted", []),
        (
            "broken",
            [
                "start",
                "recproxy: the language server does not start: no such file. Run pip install 'recproxy[lsp]', and set recproxy.command.",
            ],
        ),
    ],
)
def test_the_extension_starts_the_language_server_where_it_may(state, ended):
    done = subprocess.run(
        [
            "node",
            "-e",
            EXTENSION.replace("process.argv[2]", json.dumps(str(EDITORS / "vscode/extension.js"))).replace(
                "process.argv[3]", json.dumps(state)
            ),
        ],
        capture_output=True,
        text=True,
        timeout=seconds(60),
    )
    seen = json.loads(done.stdout)
    made = [each for each in seen if isinstance(each, list)]

    assert [each for each in seen if isinstance(each, str)] == ended
    assert made == ([] if state == "untrusted" else [[
        "recproxy", "recproxy", {"command": "venv/bin/recproxy", "args": ["-q", "lsp"]},
        {"documentSelector": [{"language": "rec"}, {"pattern": "**/profile.toml"}]},
    ]])  # fmt: skip


def textmate(text):
    """The scopes of each piece of each line, as VS Code's engine finds them."""
    modules = os.environ["RECPROXY_TEXTMATE"]
    done = subprocess.run(
        ["node", str(ROOT / "tests/helpers/textmate.cjs"), modules, str(GRAMMAR)],
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds(120),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif("RECPROXY_TEXTMATE" not in os.environ, reason="vscode-textmate is not installed: nox -s editors")
def test_the_engine_of_vs_code_finds_each_part():
    lines = textmate(SAMPLE)
    found = {(piece, scopes.split(" ")[-1]) for line in lines for piece, scopes in line}

    assert {
        ("#recproxy 2", "keyword.control.format.rec"),
        ("# a comment", "comment.line.number-sign.rec"),
        (":scope", "keyword.other.directive.rec"),
        ("POST", "entity.name.function.method.rec"),
        ("XXX", "variable.parameter.wildcard.rec"),
        ("XXX[name]", "variable.parameter.wildcard.rec"),
        ("Authorization", "entity.other.attribute-name.header.rec"),
        ("201", "constant.numeric.status.rec"),
        ("0.5", "constant.numeric.rec"),
        ("\\", "constant.character.escape.rec"),
        ("<", "keyword.operator.server.rec"),
        (":tls", "keyword.other.directive.rec"),
    } <= found
    # JSON that is left open ends with its body.
    separators = [scopes for line in lines for piece, scopes in line if re.fullmatch("====(===)?", piece)]
    assert separators == ["keyword.control.separator.rec"] * 3


@pytest.mark.skipif("RECPROXY_TEXTMATE" not in os.environ, reason="vscode-textmate is not installed: nox -s editors")
def test_the_engine_of_vs_code_reads_every_recording():
    for folder in ("profiles", "tests/functional", "tests/recording"):
        texts = [path.read_text(errors="replace") for path in sorted((ROOT / folder).rglob("*.rec"))]
        lines = textmate("\n".join(texts))
        wanted = [line for line in "\n".join(texts).split("\n") if re.fullmatch(r"(====|=======)[ \t]*", line)]
        assert sum(any(scopes == "keyword.control.separator.rec" for _, scopes in line) for line in lines) == len(
            wanted
        )


VIM = """set nocompatible
set runtimepath^={plugin}
syntax on
filetype plugin on
edit {recording}
let found = [&filetype, &commentstring]
for number in range(1, line('$'))
  for column in range(1, len(getline(number)))
    call add(found, getline(number)[column - 1] . ' ' . synIDattr(synID(number, column, 1), 'name'))
  endfor
endfor
call writefile(found, '{result}')
qall!
"""


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vim_colours_each_part(tmp_path):
    (tmp_path / "one.rec").write_text(SAMPLE)
    script = VIM.format(plugin=EDITORS / "vim", recording=tmp_path / "one.rec", result=tmp_path / "result")
    (tmp_path / "script.vim").write_text(script)

    subprocess.run(
        ["vim", "-es", "-u", "NONE", "-i", "NONE", "-S", str(tmp_path / "script.vim")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=seconds(60),
    )
    found = (tmp_path / "result").read_text().splitlines()
    if "eval" in found[:1]:
        pytest.skip("this vim is the tiny one")

    assert found[:2] == ["rec", "# %s"]
    groups = {line[2:] for line in found[2:]}
    assert {
        "recFormat", "recComment", "recDirectiveName", "recMethod", "recUrl", "recVersion", "recHeaderName", "recWild",
        "recSeparator", "recStatus", "recReason", "recNumber", "recEscape", "recMark", "recServer", "recClient",
    } <= groups  # fmt: skip


def test_each_directive_is_one_for_every_editor():
    name = re.compile(RULES["repository"]["directive"]["match"])
    assert all(name.match(f":{word} x") for word in directives._DIRECTIVES)
    vim = (EDITORS / "vim/syntax/rec.vim").read_text()
    assert r"syn match recDirective /^:\l[a-z_]*.*$/" in vim
