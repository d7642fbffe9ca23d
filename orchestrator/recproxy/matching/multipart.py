"""Multipart bodies as their parts, whatever the boundary: name, file name, media type and content, in order."""

from __future__ import annotations

import re
from typing import NamedTuple

from recproxy.matching.field_values import SECRET, Value, read_value
from recproxy.matching.rules import Names

__all__ = ["Part", "parse_multipart"]

_PARAMETER = re.compile(rb';\s*([A-Za-z0-9_-]+\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_BACKSLASHED = re.compile(rb'\\(["\\])')
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


class Part(NamedTuple):
    """One part; what is absent is empty. A `secret` part's content is not compared."""

    name: Value
    filename: Value
    media_type: Value
    content: Value
    secret: bool = False


def parse_multipart(body: bytes, boundary: bytes, word: str | None, names: Names) -> tuple[Part, ...] | None:
    """The parts of a body, or None where it is not a complete multipart body."""
    marker = b"--" + boundary
    pieces = re.split(rb"(?:\A|\r?\n)" + re.escape(marker) + rb"(?=--|[ \t]*\r?\n)", body)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        return None
    parts: list[Part] = []
    for piece in pieces[1:-1]:
        part = _part(piece.lstrip(b" \t"), word, names.secret)
        if not (isinstance(part.name, bytes) and part.name in names.ignored):
            parts.append(part)
    return tuple(parts)


def _part(piece: bytes, word: str | None, secret: frozenset[bytes]) -> Part:
    piece = piece[2:] if piece.startswith(b"\r\n") else piece[1:]
    if piece.startswith((b"\r\n", b"\n")):
        head, content = b"", piece[2:] if piece.startswith(b"\r\n") else piece[1:]
    else:
        end = re.search(rb"\r?\n\r?\n", piece)
        head, content = (piece, b"") if end is None else (piece[: end.start()], piece[end.end() :])
    fields = dict(_fields(head))
    found = {key.lower(): value for key, value in _PARAMETER.findall(fields.get(b"content-disposition", b""))}
    name = _parameter(found, b"name", word)
    hidden = isinstance(name, bytes) and name.lower() in secret
    return Part(
        name,
        _parameter(found, b"filename", word),
        read_value(fields.get(b"content-type", b""), word, bytes.lower),
        SECRET if hidden else read_value(content, word),
        hidden,
    )


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()
    pairs = (line.partition(b":") for line in lines)
    return [(key.strip().lower(), value.strip()) for key, _, value in pairs]


def _parameter(found: dict[bytes, bytes], name: bytes, word: str | None) -> Value:
    """A parameter's value; the extended form of RFC 8187 wins."""
    extended = found.get(name + b"*")
    if extended is not None and extended.count(b"'") >= 2:
        return read_value(extended.split(b"'", 2)[2], word, _unescaped)
    value = found.get(name, b"")
    if value.startswith(b'"'):
        return read_value(value[1:-1], word, _unquoted)
    return read_value(value, word)


def _unquoted(text: bytes) -> bytes:
    return _BACKSLASHED.sub(rb"\1", text)


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), text)
