"""The language server, asked by a client over its standard streams as an editor does.

The protocol's types are imported where they are used: that takes as long as a hundred tests, and each worker collects this file.
"""

import asyncio
import sys
from functools import partial

import pytest

pytest.importorskip("pygls")

from command_line import recproxy
from deadlines import seconds

TEXT = """#recproxy 2

:scope test_é
POST https://a.example/x HTTP/1.1
Content-Type: application/json

{"é𝄞": "x\u2028", "id": "id-98765"}
====
HTTP/1.1 200 OK

{"id": "id-98765"}
=======
"""


def applied(text, edits):
    """A text after the changes of an action, whose columns are counted in UTF-16."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda each: (-each.range.start.line, -each.range.start.character)):
        line = lines[edit.range.start.line].encode("utf-16-le")
        start, end = edit.range.start.character * 2, edit.range.end.character * 2
        lines[edit.range.start.line] = (line[:start] + edit.new_text.encode("utf-16-le") + line[end:]).decode(
            "utf-16-le"
        )
    return "\n".join(lines)


async def conversation(path):
    """What an editor sees of one recording that it opens, breaks, mends, asks about and closes."""
    from lsprotocol import types
    from pygls.lsp.client import LanguageClient

    client = LanguageClient("test", "1")
    said = asyncio.Queue()
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(said.put_nowait))
    await client.start_io(sys.executable, "-m", "recproxy", "lsp", cwd=path.parent)
    seen = {}
    begun = await client.initialize_async(
        types.InitializeParams(capabilities=types.ClientCapabilities(), root_uri=path.parent.as_uri())
    )
    seen["name"] = begun.server_info.name
    seen["sync"] = begun.capabilities.text_document_sync.change
    client.initialized(types.InitializedParams())
    uri = path.as_uri()
    document = types.TextDocumentItem(uri=uri, language_id="rec", version=1, text=TEXT)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    seen["opened"] = (await said.get()).diagnostics

    change = types.TextDocumentContentChangeWholeDocument(text=TEXT.replace("\n====\n", "\n", 1))
    version = types.VersionedTextDocumentIdentifier(uri=uri, version=2)
    client.text_document_did_change(types.DidChangeTextDocumentParams(version, [change]))
    broken = await said.get()
    seen["broken"] = (broken.version, broken.diagnostics)
    change = types.TextDocumentContentChangeWholeDocument(text=TEXT)
    version = types.VersionedTextDocumentIdentifier(uri=uri, version=3)
    client.text_document_did_change(types.DidChangeTextDocumentParams(version, [change]))
    seen["mended"] = (await said.get()).diagnostics

    name = types.TextDocumentIdentifier(uri)
    hover = await client.text_document_hover_async(types.HoverParams(name, types.Position(2, 1)))
    seen["hover"] = hover.contents.value
    seen["no hover"] = await client.text_document_hover_async(types.HoverParams(name, types.Position(0, 1)))
    place = types.Position(6, 23)
    asked = types.CodeActionParams(name, types.Range(place, place), types.CodeActionContext(diagnostics=[]))
    seen["actions"] = await client.text_document_code_action_async(asked)
    client.text_document_did_close(types.DidCloseTextDocumentParams(name))
    seen["closed"] = (await said.get()).diagnostics
    await client.shutdown_async(None)
    client.exit(None)
    seen["code"] = await client._server.wait()
    await client.stop()
    return seen


def test_an_editor_gets_findings_help_and_changes(tmp_path):
    from lsprotocol import types

    path = tmp_path / "a b.rec"

    seen = asyncio.run(asyncio.wait_for(conversation(path), seconds(60)))

    assert (seen["name"], seen["opened"], seen["mended"], seen["closed"], seen["code"]) == ("recproxy", (), (), (), 0)
    assert seen["sync"] is types.TextDocumentSyncKind.Full
    version, (finding,) = seen["broken"]
    assert (version, finding.range.start.line, finding.severity) == (2, 10, types.DiagnosticSeverity.Error)
    assert (finding.source, finding.code) == ("recproxy", "unreadable")
    assert "expected '===='" in finding.message
    assert seen["hover"].startswith("`:scope NAME` names the test that recorded the interaction.")
    assert seen["no hover"] is None
    first = seen["actions"][0]
    assert first.title == "make this XXX[id], in 2 places of this interaction"
    assert applied(TEXT, first.edit.changes[path.as_uri()]) == TEXT.replace("id-98765", "XXX[id]")
    assert not path.exists()


#: A server whose checks never end, so that its interpreter may abort if it goes on to its own end.
ENDLESS = """
import atexit, os, sys, threading
import recproxy.lsp.server as server
from recproxy.cli.main import main
server.findings_in = lambda path, text: threading.Event().wait()
sys.argv[1:] = ["lsp"]
atexit.register(os.abort)
main()
"""


async def leave(path, *words):
    """The exit code of a server that an editor leaves while a text is checked: with these words, or its pipe ends."""
    from lsprotocol import types
    from pygls.lsp.client import LanguageClient

    client = LanguageClient("test", "1")
    await client.start_io(sys.executable, "-c", ENDLESS, cwd=path.parent)
    await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
    document = types.TextDocumentItem(uri=path.as_uri(), language_id="rec", version=1, text=TEXT)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    place = types.HoverParams(types.TextDocumentIdentifier(path.as_uri()), types.Position(0, 1))
    await client.text_document_hover_async(place)  # answered, so the check has begun
    if "shutdown" in words:
        await client.shutdown_async(None)
    if "exit" in words:
        client.exit(None)
    else:
        client._server.stdin.close()
    try:
        return await asyncio.wait_for(client._server.wait(), seconds(15))
    finally:
        if client._server.returncode is None:
            client._server.kill()
        await client.stop()


@pytest.mark.parametrize(("words", "code"), [(("shutdown", "exit"), 0), ((), 0), (("exit",), 1), (("shutdown",), 0)])
def test_a_check_that_is_under_way_does_not_hold_the_end_up(tmp_path, words, code):
    assert asyncio.run(leave(tmp_path / "a.rec", *words)) == code


def test_without_pygls_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    monkeypatch.delitem(sys.modules, "recproxy.lsp.server", raising=False)

    done = recproxy("lsp", folder=tmp_path)

    assert (done.returncode, done.stderr) == (
        2,
        "recproxy: the language server needs pygls: pip install 'recproxy[lsp]'\n",
    )
