"""The language server: it answers an editor over standard streams, and sends findings while somebody types."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from recproxy.config.installed import own_version
from recproxy.lsp.background import Background
from recproxy.lsp.findings import TextFinding, findings_in
from recproxy.lsp.help import help_at
from recproxy.lsp.naming import Naming, namings

__all__ = ["serve_editor"]

#: Seconds without a keystroke before a text is checked.
_PAUSE = 0.3
#: Characters of a text that is checked while somebody types, and for which changes are offered. A larger one is checked
#: only when it is opened or saved.
_MOST_TYPED = 500_000


class _Editor:
    """The texts that an editor has open, and the next look at each."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._next: dict[str, asyncio.Task[None]] = {}
        self._checks = Background()

    def opened(self, event: types.DidOpenTextDocumentParams) -> None:
        self._look_soon(event.text_document.uri, 0)

    def changed(self, event: types.DidChangeTextDocumentParams) -> None:
        uri = event.text_document.uri
        if len(self._server.workspace.get_text_document(uri).source) <= _MOST_TYPED:
            self._look_soon(uri, _PAUSE)

    def saved(self, event: types.DidSaveTextDocumentParams) -> None:
        self._look_soon(event.text_document.uri, 0)

    def closed(self, event: types.DidCloseTextDocumentParams) -> None:
        uri = event.text_document.uri
        if task := self._next.pop(uri, None):
            task.cancel()
        self._tell(uri, None, [])

    def hover(self, event: types.HoverParams) -> types.Hover | None:
        document = self._server.workspace.get_text_document(event.text_document.uri)
        lines = _lines(document)
        if not _is_recording(document) or event.position.line >= len(lines):
            return None
        position = document.position_codec.position_from_client_units(lines, event.position)
        text = help_at(lines[position.line], position.character)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    def actions(self, event: types.CodeActionParams) -> list[types.CodeAction]:
        document = self._server.workspace.get_text_document(event.text_document.uri)
        if not _is_recording(document) or len(document.source) > _MOST_TYPED:
            return []
        start, end = (_place(document, each) for each in (event.range.start, event.range.end))
        return [_action(document, each) for each in namings(document.source, start, end)]

    def _look_soon(self, uri: str, pause: float) -> None:
        if task := self._next.get(uri):
            task.cancel()
        self._next[uri] = asyncio.get_running_loop().create_task(self._look(uri, pause))

    async def _look(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self._server.workspace.get_text_document(uri)
        version, text = document.version, document.source
        found = await self._checks.run(partial(findings_in, _path(uri), text))
        self._tell(uri, version, [_diagnostic(document, each) for each in found])

    def _tell(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        said = types.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=found)
        self._server.text_document_publish_diagnostics(said)


def serve_editor(asked: BinaryIO, said: BinaryIO) -> int:
    """Serve an editor until it leaves, and give the exit code: 1 if it says `exit` and has not said `shutdown`."""
    server = language_server()
    last_words: list[str] = []
    for word in (types.SHUTDOWN, types.EXIT):
        server.feature(word)(partial(_keep, last_words, word))
    server.start_io(asked, said)  # gives no exit code of its own
    return 1 if last_words[:1] == [types.EXIT] else 0


def _keep(words: list[str], word: str, _: object) -> None:
    words.append(word)


def language_server() -> LanguageServer:
    """A server for recordings and files named profile.toml, to be started with `start_io`."""
    # Whole texts: pygls finds the place of a change by lines that also end at a form feed or U+2028, which editors' do not.
    server = LanguageServer("recproxy", own_version(), text_document_sync_kind=types.TextDocumentSyncKind.Full)
    editor = _Editor(server)
    for name, answer in (
        (types.TEXT_DOCUMENT_DID_OPEN, editor.opened),
        (types.TEXT_DOCUMENT_DID_CHANGE, editor.changed),
        (types.TEXT_DOCUMENT_DID_SAVE, editor.saved),
        (types.TEXT_DOCUMENT_DID_CLOSE, editor.closed),
        (types.TEXT_DOCUMENT_HOVER, editor.hover),
        (types.TEXT_DOCUMENT_CODE_ACTION, editor.actions),
    ):
        server.feature(name)(partial(answer))  # pygls marks what it is given, which a method does not bear
    return server


def _is_recording(document: TextDocument) -> bool:
    return _path(document.uri).suffix == ".rec"


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


def _diagnostic(document: TextDocument, finding: TextFinding) -> types.Diagnostic:
    lines = _lines(document)
    number = min(max(finding.line - 1, 0), len(lines) - 1)
    line = lines[number].rstrip("\r\n")
    units = document.position_codec.client_num_units(line)
    severity = types.DiagnosticSeverity.Error if finding.is_error else types.DiagnosticSeverity.Warning
    return types.Diagnostic(
        range=types.Range(types.Position(number, 0), types.Position(number, units)),
        message=finding.message,
        severity=severity,
        code=finding.kind,
        source="recproxy",
    )


def _action(document: TextDocument, naming: Naming) -> types.CodeAction:
    ends = iter(_positions(document, [place for span in naming.places for place in span]))
    edits = [types.TextEdit(types.Range(start, next(ends)), naming.text) for start in ends]
    return types.CodeAction(
        title=naming.title,
        kind=types.CodeActionKind.RefactorRewrite,
        edit=types.WorkspaceEdit(changes={document.uri: edits}),
    )


def _positions(document: TextDocument, places: Sequence[int]) -> Iterator[types.Position]:
    """Places in the text, from the first to the last, as the editor counts them: each goes on where the last one was."""
    text = document.source
    number = units = last = 0
    for place in places:
        between = text[last:place]
        if lines := between.count("\n"):
            number, units, between = number + lines, 0, between.rpartition("\n")[2]
        units += document.position_codec.client_num_units(between)
        last = place
        yield types.Position(number, units)


def _place(document: TextDocument, position: types.Position) -> int:
    """The place in the text of a position that the editor counts in its own units."""
    lines = _lines(document)
    if position.line >= len(lines):
        return len(document.source)
    found = document.position_codec.position_from_client_units(lines, position)
    column: int = min(found.character, len(lines[found.line].rstrip("\r\n")))
    return sum(map(len, lines[: found.line])) + column


def _lines(document: TextDocument) -> list[str]:
    """The lines of a text with their ends, as editors count them: a recording may hold U+2028 in a line."""
    *whole, last = document.source.split("\n")
    return [*(f"{line}\n" for line in whole), last]
