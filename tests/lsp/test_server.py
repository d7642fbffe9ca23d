"""The language server, asked by a client over its standard streams as an editor does.

The protocol's types are imported where they are used: that takes as long as a hundred tests, and each worker collects this file.
"""

import asyncio
import io
import os
import signal
import subprocess
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


#: A program that forks for each line, which names two pipes: the fork is a server on them whose checks never end, so that
#: its interpreter may abort if it goes on to its own end. What it imports takes longer than all that it does.
ENDLESS = """
import atexit, os, sys, threading
import recproxy.lsp.server as server
from recproxy.cli.main import main
server.findings_in = lambda path, text: threading.Event().wait()
for line in sys.stdin:
    if (pid := os.fork()) == 0:
        for number, name in enumerate(line.rstrip("\\n").split("\\t")):
            os.dup2(os.open(name, (os.O_RDONLY, os.O_WRONLY)[number]), number)
        sys.argv[1:] = ["lsp"]
        atexit.register(os.abort)
        main()
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def endless():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", ENDLESS], **pipes) as process:
        yield process
        process.stdin.close()


async def connected(client, pipes):
    """What ends the client's pipe to a server that opens these two; the client reads until the server has ended."""
    from pygls.io_ import run_async

    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    to_server, from_server = io.FileIO(pipes[0], "w"), io.FileIO(pipes[1])
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, to_server)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), from_server)
    client.protocol.set_writer(asyncio.StreamWriter(transport, protocol, None, loop))
    reading = run_async(stop_event=client._stop_event, reader=reader, protocol=client.protocol)
    client._async_tasks.append(asyncio.create_task(reading))
    return transport.close


async def leave(endless, folder, *words):
    """The exit code of a server that an editor leaves while a text is checked: with these words, or its pipe ends."""
    from lsprotocol import types
    from pygls.lsp.client import LanguageClient

    pipes, uri = (folder / "in", folder / "out"), (folder / "a.rec").as_uri()
    for pipe in pipes:
        os.mkfifo(pipe)
    print(*pipes, sep="\t", file=endless.stdin, flush=True)
    pid = int(endless.stdout.readline())
    client = LanguageClient("test", "1")
    end = await connected(client, pipes)
    await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
    document = types.TextDocumentItem(uri=uri, language_id="rec", version=1, text=TEXT)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    place = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 1))
    await client.text_document_hover_async(place)  # answered, so the check has begun
    if "shutdown" in words:
        await client.shutdown_async(None)
    if "exit" in words:
        client.exit(None)
    else:
        end()
    said = asyncio.create_task(asyncio.to_thread(endless.stdout.readline))
    if not (await asyncio.wait([said], timeout=seconds(15)))[0]:
        os.kill(pid, signal.SIGKILL)
    code = int(await said)
    await client.stop()
    end()
    return code


@pytest.mark.parametrize(("words", "code"), [(("shutdown", "exit"), 0), ((), 0), (("exit",), 1), (("shutdown",), 0)])
def test_a_check_that_is_under_way_does_not_hold_the_end_up(endless, tmp_path, words, code):
    assert asyncio.run(leave(endless, tmp_path, *words)) == code


def test_without_pygls_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    monkeypatch.delitem(sys.modules, "recproxy.lsp.server", raising=False)

    done = recproxy("lsp", folder=tmp_path)

    assert (done.returncode, done.stderr) == (
        2,
        "recproxy: the language server needs pygls: pip install 'recproxy[lsp]'\n",
    )
