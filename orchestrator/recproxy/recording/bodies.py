"""A body as bytes and as the lines that stand for it in a recording.

Four ways to write one, the first that gives the exact bytes again: JSON made to be read, text as it stands, text
with CRLF line ends, base64. Knows no headers and no framing.
"""

from __future__ import annotations

import base64
import re

from recproxy.recording import jsontext
from recproxy.recording.grammar import clean, from_base64

__all__ = ["SEPARATOR", "read_style", "take_text", "write_body"]

#: A line that ends a body where no backslash stands before it. Blanks at its end change nothing.
SEPARATOR = re.compile(rb"(={4,})[ \t]*$", re.MULTILINE)

#: Where a backslash is added, and the one that is lost. Nothing but the place matches: that keeps `sub` fast.
_ADD = re.compile(rb"^(?=\\*={4,}[ \t]*$)", re.MULTILINE)
_LOSE = re.compile(rb"^\\(?=\\*={4,}[ \t]*$)", re.MULTILINE)
#: Columns of base64, as in MIME (RFC 2045): a diff shows which part changed.
_WIDTH = 76


def write_body(body: bytes) -> tuple[tuple[str, ...], bytes]:
    """The words for `:body` (none for text as it stands) and the text, without the LF behind it."""
    if clean(body):
        found = jsontext.pretty(body)
        style, text = (("json", *found[0]), found[1]) if found is not None else ((), body)
        return style, _ADD.sub(rb"\\", text) if b"====" in text else text
    if b"\r\n" in body:
        text = body.replace(b"\r\n", b"\n")
        if text.count(b"\n") == body.count(b"\r\n") and clean(text):
            return ("crlf",), _ADD.sub(rb"\\", text) if b"====" in text else text
    coded = base64.b64encode(body)
    return ("base64",), b"\n".join(coded[at : at + _WIDTH] for at in range(0, len(coded), _WIDTH))


def read_style(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a `:body` directive if they make a style. Raises ValueError where they do not."""
    first, rest = words[:1], words[1:]
    if first in {("base64",), ("crlf",)} and not rest:
        return words
    if first == ("json",) and len(set(rest)) == len(rest) and set(rest) <= set(jsontext.STYLES):
        if {"ascii", "ascii-upper"} <= set(rest):
            raise ValueError("take one of ascii and ascii-upper")
        return words
    if first == ("omitted",) and len(rest) == 1 and re.fullmatch(r"[0-9]{1,18}", rest[0]):
        return words
    raise ValueError(f"say base64, crlf, omitted SIZE, or json with any of {', '.join(jsontext.STYLES)}")


def take_text(text: bytes, style: tuple[str, ...], wild: str) -> bytes:
    """The body that lines stand for, written in a style.

    Raises ValueError where they are not of that style; its second argument, if any, is the line among them.
    """
    if style[:1] == ("base64",):
        return from_base64(text)
    if style[:1] == ("omitted",):
        if text.strip():
            raise ValueError("a body that was too large to store has no lines")
        return b""
    if b"\\====" in text:
        text = _LOSE.sub(b"", text)
    if style[:1] == ("crlf",):
        return text.replace(b"\n", b"\r\n")
    return jsontext.compact(text, style[1:], wild) if style else text
