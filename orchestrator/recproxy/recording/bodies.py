"""A body as bytes and as the lines that stand for it in a recording.

Five ways to write one, the first that gives the exact bytes again: JSON made to be read, text as it stands, text
with CRLF line ends, a multipart body as its parts, each written in one of these ways, and base64. Knows no headers
and no framing.

A multipart body in parts has the lines of its boundary and of the parts' fields as they stand, with LF for CRLF, and
below the fields of a part how its content is written:

    --x
    Content-Disposition: form-data; name="picture"
    :body base64

    R0lGODlhAQABAAAAACw=
    --x--
"""

from __future__ import annotations

import base64
import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import jsontext
from recproxy.recording.grammar import clean, from_base64
from recproxy.recording.values import WILD

__all__ = ["SEPARATOR", "read_style", "take_text", "write_body"]

#: A line that ends a body where no backslash stands before it. Blanks at its end change nothing.
SEPARATOR = lazy_pattern(rb"(={4,})[ \t]*$", re.MULTILINE)

#: Where a backslash is added, and the one that is lost. Nothing but the place matches: that keeps `sub` fast.
_ADD = lazy_pattern(rb"^(?=\\*={4,}[ \t]*$)", re.MULTILINE)
_LOSE = lazy_pattern(rb"^\\(?=\\*={4,}[ \t]*$)", re.MULTILINE)
#: Columns of base64, as in MIME (RFC 2045): a diff shows which part changed.
_WIDTH = 76
#: Parts within parts are written as parts so deep; each level reads its content once more.
_DEEPEST = 8

_Style = tuple[str, ...]


def write_body(body: bytes, wild: str | None = None) -> tuple[_Style, bytes]:
    """The words for `:body` (none for text as it stands) and the text, without the LF behind it.

    The wild word, where given, may stand where a value of JSON may.
    """
    style, text = _written(body, _DEEPEST, wild)
    if style == ("parts",) and not _gives(text, body, wild):
        style, text = _in_base64(body)
    return style, _ADD.sub(rb"\\", text) if b"====" in text else text


def _written(body: bytes, deepest: int, wild: str | None) -> tuple[_Style, bytes]:
    """A body's style and text, in which no line is escaped yet."""
    if clean(body):
        found = jsontext.pretty(body, wild)
        return (("json", *found[0]), found[1]) if found is not None else ((), body)
    if b"\r\n" in body:
        text = body.replace(b"\r\n", b"\n")
        if text.count(b"\n") == body.count(b"\r\n") and clean(text):
            return ("crlf",), text
        parts = _written_parts(body, deepest, wild) if deepest and body.startswith(b"--") else None
        if parts is not None:
            return ("parts",), parts
    return _in_base64(body)


def _in_base64(body: bytes) -> tuple[_Style, bytes]:
    coded = base64.b64encode(body)
    return ("base64",), b"\n".join(coded[at : at + _WIDTH] for at in range(0, len(coded), _WIDTH))


def _gives(parts: bytes, body: bytes, wild: str | None) -> bool:
    """Whether the lines of a multipart body give the exact bytes: content may hold what looks like a boundary."""
    try:
        return _parts(parts, wild or WILD) == body
    except ValueError:
        return False


def _written_parts(body: bytes, deepest: int, wild: str | None) -> bytes | None:
    """A multipart body as lines; None where it is none, or its fields cannot stand as lines."""
    edge = body[: body.index(b"\r\n")]
    inside, end, behind = body.rpartition(b"\r\n" + edge + b"--")
    if not end or behind not in (b"", b"\r\n") or not clean(edge):
        return None
    lines: list[bytes] = []
    for part in inside[len(edge) + 2 :].split(b"\r\n" + edge + b"\r\n"):
        head, blank, content = (b"\r\n" + part).partition(b"\r\n\r\n")
        fields = head.replace(b"\r\n", b"\n")
        if not blank or b"\n:" in fields or not clean(fields):
            return None
        style, text = _written(content, deepest - 1, wild)
        directive = b"\n:body " + " ".join(style).encode() if style else b""
        lines += edge + fields + directive, b"", text
    return b"\n".join((*lines, edge + b"--")) + behind.replace(b"\r\n", b"\n")


def read_style(words: _Style) -> _Style:
    """The words of a `:body` directive if they make a style. Raises ValueError where they do not."""
    first, rest = words[:1], words[1:]
    if first in {("base64",), ("crlf",), ("parts",)} and not rest:
        return words
    if first == ("json",) and len(set(rest)) == len(rest) and set(rest) <= set(jsontext.STYLES):
        if {"ascii", "ascii-upper"} <= set(rest):
            raise ValueError("take one of ascii and ascii-upper")
        return words
    if first == ("omitted",) and len(rest) == 1 and re.fullmatch(r"[0-9]{1,18}", rest[0]):
        return words
    raise ValueError(f"say base64, crlf, parts, omitted SIZE, or json with any of {', '.join(jsontext.STYLES)}")


def take_text(text: bytes, style: _Style, wild: str) -> bytes:
    """The body that lines stand for, written in a style.

    Raises ValueError where they are not of that style; its second argument, if any, is the line among them.
    """
    return _taken(_LOSE.sub(b"", text) if b"\\" in text and b"\\====" in text else text, style, wild)


def _taken(text: bytes, style: _Style, wild: str) -> bytes:
    """The body of lines in which none is escaped any more."""
    if style[:1] == ("base64",):
        return from_base64(text)
    if style[:1] == ("omitted",):
        if text.strip():
            raise ValueError("a body that was too large to store has no lines")
        return b""
    if style[:1] == ("crlf",):
        return text.replace(b"\n", b"\r\n")
    if style[:1] == ("parts",):
        return _parts(text, wild)
    return jsontext.compact(text, style[1:], wild) if style else text


def _parts(text: bytes, wild: str) -> bytes:
    """The multipart body that lines stand for."""
    edge, _, inside = text.partition(b"\n")
    if not edge.startswith(b"--") or len(edge) < 3:
        raise ValueError("begin with the line of a boundary, as in --boundary", 1)
    inside, end, behind = (b"\n" + inside).rpartition(b"\n" + edge + b"--")
    if not end or behind not in (b"", b"\n"):
        raise ValueError(f"end with the line {edge.decode('utf-8', 'replace')}--", text.count(b"\n") + 1)
    pieces: list[bytes] = []
    line = 1
    for part in inside[1:].split(b"\n" + edge + b"\n"):
        head, blank, content = (b"\n" + part).partition(b"\n\n")
        if not blank:
            raise ValueError("leave a blank line below the fields of a part", line)
        fields = head.split(b"\n")[1:]
        style = _part_style(fields, line)
        below = line + len(fields) + 1
        pieces += edge, *(field for field in fields if not field.startswith(b":")), b""
        try:
            pieces.append(_taken(content, style, wild))
        except ValueError as error:
            message, *where = error.args
            raise ValueError(message, below + (where[0] if where else 1)) from None
        line = below + content.count(b"\n") + 2
    return b"\r\n".join((*pieces, edge + b"--")) + behind.replace(b"\n", b"\r\n")


def _part_style(fields: list[bytes], line: int) -> _Style:
    """What the directive among the fields of a part says."""
    style: _Style = ()
    for number, field in enumerate(fields, line + 1):
        if not field.startswith(b":"):
            continue
        name, *words = field[1:].decode("utf-8", "replace").split()
        if name != "body" or style or words[:1] == ["omitted"]:
            raise ValueError("a part takes one directive, :body with base64, crlf, json or parts", number)
        try:
            style = read_style(tuple(words))
        except ValueError as error:
            raise ValueError(str(error), number) from None
    return style
