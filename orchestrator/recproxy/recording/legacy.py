"""The format of 2011: raw requests and responses as a test tool of Mozilla F1 wrote and read them.

No escapes, no directives. Lines of a head end in LF or CRLF, a path stands where format 2 has a URL, the status
line may lack its version, the last separator may be missing. Bodies are the bytes between.
"""

from __future__ import annotations

import re
from dataclasses import replace

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.framing import with_length
from recproxy.recording.grammar import ABSOLUTE, header_line
from recproxy.recording.lines import Cursor, show_line
from recproxy.recording.values import Headers, Interaction, Recording, Request, Response

__all__ = ["load", "of_today"]

_REQUEST_LINE = lazy_pattern(
    rb"([A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]*) ([^\x00-\x20\x7f]+)(?: (HTTP/[0-9](?:\.[0-9])?))?"
)
_STATUS_LINE = lazy_pattern(rb"(?:(HTTP/[0-9](?:\.[0-9])?) )?([1-9][0-9]{2})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?")
_STATUS_AHEAD = lazy_pattern(_STATUS_LINE.pattern + rb"\r?$", re.MULTILINE)
_SEPARATOR = lazy_pattern(rb"(====|=======)[ \t]*(\r?)$", re.MULTILINE)


def load(cursor: Cursor) -> Recording:
    """The recording of 2011 that begins at a cursor. Raises RecordingError where there is none."""
    interactions: list[Interaction] = []
    while (line := cursor.peek()) is not None:
        if line.strip():
            interactions.append(_interaction(cursor))
        else:
            cursor.skip()
    return Recording(interactions=tuple(interactions), format=1, path=cursor.path)


def of_today(each: Interaction) -> Interaction:
    """An interaction that may be of 2011, where a path alone means any host, as format 2 says that."""
    request = each.request
    if not request.url.startswith("/") or request.wild is None:
        return each
    return replace(each, request=replace(request, url=f"https://{request.wild}{request.url}"))


def _interaction(cursor: Cursor) -> Interaction:
    line = cursor.line
    request = _request(cursor)
    response_line = cursor.line
    response = with_length(_response(cursor), request.method)
    return Interaction(request=request, response=response, line=line, response_line=response_line)


def _request(cursor: Cursor) -> Request:
    line = (cursor.peek() or b"").removesuffix(b"\r")
    cursor.refuse_marker(line)
    found = _REQUEST_LINE.fullmatch(line)
    if found is None or not (found[2].startswith(b"/") or ABSOLUTE.fullmatch(found[2])):
        hint = "write METHOD PATH HTTP/1.1, or '#recproxy 2' as the first line of a file of format 2"
        raise cursor.fail("a request line", hint=hint)
    cursor.skip()
    headers = _head(cursor)
    return Request(
        method=found[1].decode(),
        url=found[2].decode("ascii", "surrogateescape"),
        headers=headers,
        body=_body(cursor, b"===="),
        version=_version(found[3]),
    )


def _response(cursor: Cursor) -> Response:
    line = (cursor.peek() or b"").removesuffix(b"\r")
    cursor.refuse_marker(line)
    found = _STATUS_LINE.fullmatch(line)
    if found is None:
        raise cursor.fail("a status line", hint="write STATUS REASON below '===='")
    cursor.skip()
    headers = _head(cursor)
    body = _body(cursor, b"=======")
    return Response(
        status=int(found[2]), reason=found[3] or b"", headers=headers, body=body, version=_version(found[1])
    )


def _version(found: bytes | None) -> str:
    return found.decode() if found else "HTTP/1.1"


def _head(cursor: Cursor) -> Headers:
    """Header lines up to the blank line, which is passed, or up to a separator, which is not."""
    headers: list[tuple[bytes, bytes]] = []
    while line := (cursor.peek() or b"").removesuffix(b"\r"):
        if _SEPARATOR.match(line):
            return tuple(headers)
        cursor.refuse_marker(line)
        found = header_line(line)
        if found is None or b"\r" in found[1]:
            raise cursor.fail(
                "a header line or a blank line", hint="write NAME: VALUE, and a blank line before the body"
            )
        headers.append(found)
        cursor.skip()
    cursor.skip()
    return tuple(headers)


def _body(cursor: Cursor, wanted: bytes) -> bytes:
    """The body up to its separator, which is passed. The line end before a separator belongs to it.

    After the last response the end of the file will do, and then one line end before it is not of the body.
    """
    text, start = cursor.text, cursor.position
    end = text.find(b"\n====", max(start - 1, 0))
    while end >= 0:
        found = _SEPARATOR.match(text, end + 1)
        if found is not None and found[1] == wanted:
            body = text[start : max(start, end)]
            cursor.move(end + 1)
            cursor.skip()
            return body.removesuffix(b"\r") if found[2] else body
        if found is not None:
            _refuse_lost_end(cursor, found)
        end = text.find(b"\n====", end + 1)
    if wanted == b"====":
        hint = "end the request with it"
        raise cursor.fail("'===='", show_line(None), hint=hint, line=cursor.line_of(len(text)))
    cursor.move(len(text))
    body = text[start:]
    return body.removesuffix(b"\n").removesuffix(b"\r") if body.endswith(b"\n") else body


def _refuse_lost_end(cursor: Cursor, found: re.Match[bytes]) -> None:
    """Raise where the other separator stands in a body because the right one is missing."""
    if found[1] == b"=======":
        line = cursor.line_of(found.start())
        raise cursor.fail("'===='", show_line(found[1]), hint="end the request with '===='", line=line)
    if _STATUS_AHEAD.match(cursor.text, found.end() + 1):
        line = cursor.line_of(found.start())
        hint = "end the response with '=======' before the next request"
        raise cursor.fail("'======='", show_line(found[1]), hint=hint, line=line)
