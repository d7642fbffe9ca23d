"""Reading recordings: `load` takes any bytes and gives a recording, or says which line is wrong and what to do.

Format 2 is read here; a file without its first line is a recording of 2011 (legacy.py). Never guesses: what is not
certain is refused. Linear in the text.
"""

from __future__ import annotations

import re

from recproxy.recording import legacy
from recproxy.recording.bodies import SEPARATOR, take_text
from recproxy.recording.conversations import begins_conversation, read_conversation
from recproxy.recording.directives import DirectiveError, Notes, apply, where
from recproxy.recording.framing import with_length
from recproxy.recording.grammar import ABSOLUTE, FIRST_LINE, METHOD, REASON, VERSION, clean, header_line, plain_header
from recproxy.recording.lines import Cursor, decent, show_line
from recproxy.recording.located import Located
from recproxy.recording.messages import take_messages
from recproxy.recording.values import WILD, Interaction, Recording, Request, Response, begins_websocket, is_websocket
from recproxy.recording.webhooks import as_webhook

__all__ = ["load", "locate"]

_REQUEST_END, _RESPONSE_END = b"====", b"======="
_STATUS = re.compile(rb"(HTTP/[0-9](?:\.[0-9])?) ([1-9][0-9]{2})(?: (.*))?", re.DOTALL)
_SHORT = 200  # bytes of a line that is kept with what it says
_BOM = b"\xef\xbb\xbf"


def load(text: bytes, *, path: str | None = None) -> Recording:
    """The recording that a file's bytes stand for; `path` is for messages and `Recording.path`.

    Raises RecordingError, and nothing else, where they stand for none.
    """
    reader = _reader_of(text, path)
    if reader is not None:
        return reader.recording()
    cursor = Cursor(text.removeprefix(_BOM), path)
    text, first = cursor.text, _beginning(cursor.text)
    if first.startswith(b"#"):
        raise cursor.fail(
            f"'{FIRST_LINE.decode()}'", show_line(first), hint="write that line first, or update recproxy"
        )
    if not text.strip():
        raise cursor.fail(f"'{FIRST_LINE.decode()}'", "an empty file", hint="write that line first, or record it anew")
    return legacy.load(cursor)


def locate(text: bytes, *, path: str | None = None) -> Recording:
    """As `load`, with the same errors, but that the interactions are read when they are asked for."""
    reader = _reader_of(text, path)
    return load(text, path=path) if reader is None else reader.recording(Located(reader.cursor.text, path, _read_at))


def _read_at(cursor: Cursor) -> Interaction:
    reader = _Reader(cursor)
    return reader.interaction(*reader.lead())


def _reader_of(text: bytes, path: str | None) -> _Reader | None:
    """What reads a text of format 2; None for any other. Raises RecordingError where it is not UTF-8."""
    text = text.removeprefix(_BOM)
    return _Reader(Cursor(decent(text, path), path)) if _beginning(text) == FIRST_LINE else None


def _beginning(text: bytes) -> bytes:
    return text[: text.find(b"\n") + 1 or None].rstrip()


class _Reader:
    """One pass over a text of format 2."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def recording(self, located: Located | None = None) -> Recording:
        """The whole recording; what is `located` is passed over, and read when it is asked for."""
        cursor = self.cursor
        cursor.skip()
        head, notes, comments = self._preamble()
        match_on, repeat, correlate = notes.match_on, notes.repeat, notes.correlate
        interactions: list[Interaction] = []
        while True:
            if located is not None and not comments:
                located.pass_plain(cursor)
            notes, more = self.lead()
            comments = (*comments, *more)
            if cursor.peek() is None:
                break
            (interactions if located is None else located).append(self.interaction(notes, comments))
            comments = ()
        if notes.said:
            raise cursor.fail("a request line", hint="remove the directives above, or write what they belong to")
        return Recording(
            interactions=tuple(interactions) if located is None else located,
            match_on=match_on,
            repeat=repeat,
            correlate=correlate,
            comments=head,
            closing=comments,
            path=cursor.path,
        )

    def _preamble(self) -> tuple[tuple[str, ...], Notes, tuple[str, ...]]:
        """Comments of the file, what its directives say, and comments that may belong to the first interaction.

        The file's comments end at the first blank line, or at its last directive if that comes later.
        """
        cursor = self.cursor
        head: tuple[str, ...] | None = None
        comments: list[str] = []
        notes = Notes()
        while (line := cursor.peek()) is not None:
            if line.startswith(b"#"):
                comments.append(_comment(line))
            elif line.startswith((b":match_on", b":repeat", b":correlate")):
                self._directive(notes, line, "file")
                head, comments = (*(head or ()), *comments), []
            elif line:
                break
            elif head is None:
                head, comments = tuple(comments), []
            cursor.skip()
        if head is None:
            return tuple(comments), notes, ()
        return head, notes, tuple(comments)

    def lead(self) -> tuple[Notes, tuple[str, ...]]:
        """The comments and directives above a request line, or above the end of the file."""
        cursor = self.cursor
        notes, comments = Notes(), []
        while (line := cursor.peek()) is not None:
            if line.startswith(b"#"):
                comments.append(_comment(line))
            elif line.startswith(b":"):
                self._directive(notes, line, "interaction")
            elif line:
                break
            cursor.skip()
        return notes, tuple(comments)

    def interaction(self, lead: Notes, comments: tuple[str, ...]) -> Interaction:
        """The interaction whose request line is here."""
        cursor = self.cursor
        line = cursor.line
        if lead.webhook is None and begins_conversation(cursor.peek() or b""):
            return read_conversation(cursor, lead, comments)
        request = self._request()
        response_line = cursor.line
        response = self._response(request)
        steps = take_messages(cursor, request.wild or WILD) if begins_websocket(request, response) else ()
        made = Interaction(
            request=request,
            response=with_length(response, request.method),
            scope=lead.scope,
            recorded=lead.recorded,
            comments=comments,
            steps=steps,
            line=line,
            response_line=response_line,
        )
        return made if lead.webhook is None else as_webhook(made, lead.webhook)

    def _request(self) -> Request:
        cursor = self.cursor
        start, number = cursor.peek(), cursor.line
        cursor.refuse_marker(start)
        words = (start or b"").split(b" ")
        if len(words) != 3 or not METHOD.fullmatch(words[0]) or not VERSION.fullmatch(words[2]):
            raise cursor.fail("a request line", hint="write METHOD URL HTTP/1.1, or '=======' where a response ends")
        if not ABSOLUTE.fullmatch(words[1]):
            raise cursor.fail("an absolute URL", show_line(words[1]), hint="write it with scheme and host")
        cursor.skip()
        notes = self._head("request")
        body = self._body(notes, _REQUEST_END, f"the request of line {number}")
        return Request(
            method=words[0].decode(),
            url=self._first_line(words[1], notes, number).decode("ascii", "surrogateescape"),
            headers=tuple(notes.headers),
            body=body,
            encoding=notes.coding,
            version=words[2].decode(),
            trailers=tuple(notes.trailers),
            omitted=notes.omitted,
            wild=notes.wild,
        )

    def _response(self, request: Request) -> Response:
        cursor = self.cursor
        start, number = cursor.peek(), cursor.line
        cursor.refuse_marker(start)
        found = _STATUS.fullmatch(start or b"")
        if found is None or not REASON.fullmatch(found[3] or b""):
            raise cursor.fail("a status line", hint=f"{where(start)}write HTTP/1.1 STATUS REASON below '===='")
        cursor.skip()
        notes = self._head("response")
        has_messages = found[2] == b"101" and is_websocket(request)
        body = b"" if has_messages else self._body(notes, _RESPONSE_END, f"the response of line {number}")
        return Response(
            status=int(found[2]),
            reason=self._first_line(found[3] or b"", notes, number),
            headers=tuple(notes.headers),
            body=body,
            encoding=notes.coding,
            version=found[1].decode(),
            framing=notes.framing,
            trailers=tuple(notes.trailers),
            delay=notes.delay,
            fault=notes.fault,
            chunks=tuple(notes.chunks),
            after=tuple(notes.after),
            omitted=notes.omitted,
            wild=notes.wild,
        )

    def _first_line(self, text: bytes, notes: Notes, line: int) -> bytes:
        """The bytes that a part of the request or status line stands for."""
        if not notes.latin:
            return text
        try:
            return text.decode().encode("latin-1")
        except UnicodeEncodeError as error:
            found = repr(error.object[error.start])
            raise self.cursor.fail("Latin-1", found, hint="remove ':line latin-1' below it", line=line) from None

    def _head(self, place: str) -> Notes:
        """Header lines and directives up to the blank line, which is passed, or up to a separator, which is not."""
        cursor, notes = self.cursor, Notes()
        while line := cursor.peek():
            plain = plain_header(line) if len(line) <= _SHORT else None
            if plain is not None:
                notes.headers.append(plain)
                cursor.skip_line(line)
                continue
            if SEPARATOR.match(line):
                break
            cursor.refuse_marker(line)
            if line.startswith(b":"):
                self._directive(notes, line, place)
            else:
                notes.headers.append(self._header(line))
            cursor.skip_line(line)
        if line == b"":
            cursor.skip()
        return notes

    def _header(self, line: bytes) -> tuple[bytes, bytes]:
        found = header_line(line)
        if line.startswith(b"#"):
            raise self.cursor.fail("a header line", hint="write comments above the request line")
        if found is None:
            raise self.cursor.fail(
                "a header line or a blank line", hint="write NAME: VALUE, and a blank line before the body"
            )
        if not clean(found[1]):
            raise self.cursor.fail("a value without control characters", hint="write ':header NAME base64 VALUE'")
        return found

    def _directive(self, notes: Notes, line: bytes, place: str) -> None:
        try:
            apply(notes, line, place)
        except DirectiveError as error:
            raise self.cursor.fail(error.expected, hint=error.hint) from None

    def _body(self, notes: Notes, wanted: bytes, whose: str) -> bytes:
        """The body up to its separator, which is passed; one LF before it belongs to the separator."""
        cursor = self.cursor
        text, start = cursor.text, cursor.position
        end, found = start - 1, None
        while found is None:
            if (end := text.find(b"\n====", end)) < 0:
                line = cursor.line_of(len(text))
                raise cursor.fail(f"'{wanted.decode()}'", show_line(None), hint=f"end {whose} with it", line=line)
            end += 1
            found = SEPARATOR.match(text, end)
        if found[1] != wanted:
            raise cursor.fail(
                f"'{wanted.decode()}' at the end of {whose}",
                show_line(found[1]),
                hint="write it there, or a backslash before a line of the body, or resolve a conflict",
                line=cursor.line_of(end),
            )
        try:
            body = take_text(text[start : max(start, end - 1)], notes.style, notes.wild)
        except ValueError as error:
            message, *inside = error.args
            line = cursor.line + (inside[0] - 1 if inside else 0)
            style = " ".join((":body", *notes.style))
            hint = "mend them, or the directive"
            raise cursor.fail(f"lines of '{style}'", str(message), hint=hint, line=line) from None
        cursor.move(end)
        cursor.skip()
        return body


def _comment(line: bytes) -> str:
    return line[1:].removeprefix(b" ").decode()
