"""Multipart bodies as their parts, whatever the boundary: name, file name, media type and content, in order.

The content of a part that is itself multipart is its parts, written again with the same boundary everywhere, so that
it too is compared by part. So is a mail message: without the fields that a program makes anew for each message.
"""

from __future__ import annotations

from typing import NamedTuple

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.field_values import Value, hidden_value, read_value
from recproxy.matching.rules import Names
from recproxy.recording.field_names import is_listed
from recproxy.recording.multipart import MessagePart, Parameter, parameters, read_part, read_parts, unquoted
from recproxy.recording.wildcard import Pattern

__all__ = ["Part", "parse_multipart", "read_message"]

#: Parts within parts deeper than this are compared as they are spelled. Each level reads its content once more, so a
#: body that is nothing but levels must end somewhere; those of OData and of mail have two or three.
_DEEPEST = 100

#: The line before each part of a part that is itself multipart; its values follow, a line each.
_EDGE = b"--(part)"

_ESCAPE = lazy_pattern(rb"%([0-9A-Fa-f]{2})")
_FOLD = lazy_pattern(rb"\r?\n[ \t]+")


class Part(NamedTuple):
    """One part; what is absent is empty."""

    name: Value
    filename: Value
    media_type: Value
    content: Value


def parse_multipart(body: bytes, content_type: bytes, word: str | None, names: Names) -> tuple[Part, ...] | None:
    """The parts of a body, or None where it is not a complete multipart body."""
    return _parts(body, content_type, word, names, 0)


def _parts(body: bytes, content_type: bytes, word: str | None, names: Names, depth: int) -> tuple[Part, ...] | None:
    found = read_parts(body, content_type)
    if found is None or not found.complete:
        return None
    parts = [_part(body, part, word, names, depth) for part in found.parts]
    return tuple(part for part in parts if not (isinstance(part.name, bytes) and part.name in names.ignored))


def _part(body: bytes, part: MessagePart, word: str | None, names: Names, depth: int) -> Part:
    said = parameters(part.field(b"content-disposition"))
    name = _parameter(said, b"name", word)
    media_type = read_value(part.field(b"content-type"), word, bytes.lower)
    content: Value | None = None
    if isinstance(media_type, bytes) and depth < _DEEPEST:
        text, kind = body[part.start : part.end], media_type.partition(b";")[0].rstrip()
        if media_type.startswith(b"multipart/"):
            content = _inner(text, part.field(b"content-type"), word, names, depth)
            media_type = media_type if content is None else kind
        elif kind == b"message/rfc822":
            content = _message(text, word, names, depth + 1)
    if isinstance(name, bytes) and is_listed(name, names.secret):
        content = hidden_value(body[part.start : part.end], word)
    elif content is None:
        content = read_value(body[part.start : part.end], word)
    return Part(name, _parameter(said, b"filename", word), media_type, content)


def read_message(body: bytes, word: str | None, names: Names) -> Value | None:
    """A mail message as one value: its fields but for `names.mail`, and its parts; None where it has no fields.

    Lines end in LF, folds are undone, and boundaries are the same everywhere.
    """
    return _message(body, word, names, 0)


def _message(text: bytes, word: str | None, names: Names, depth: int) -> Value | None:
    message = read_part(text)
    if not message.fields:
        return None
    kind = message.field(b"content-type")
    content = None
    if kind.lower().startswith(b"multipart/") and depth < _DEEPEST:
        content = _inner(text[message.start : message.end], kind, word, names, depth)
    values: list[Value] = []
    for field in message.fields:
        name, value = field.name.lower(), _FOLD.sub(b" ", field.value)
        if name == b"content-type" and content is not None:
            value = value.partition(b";")[0].rstrip()
        if name not in names.mail:
            values.append(read_value(b"%s: %s" % (name, value), word))
    if content is None:
        content = read_value(text[message.start : message.end].replace(b"\r\n", b"\n").strip(b"\n"), word)
    return _joined([*values, b"", content])


def _inner(text: bytes, content_type: bytes, word: str | None, names: Names, depth: int) -> Value | None:
    """The parts of a part as one value, or None where it has none."""
    inner = _parts(text, content_type, word, names, depth + 1)
    return None if inner is None else _joined([value for each in inner for value in (_EDGE, *each)])


def _joined(values: list[Value]) -> Value:
    """Values one behind another, each on lines of its own, as one value."""
    pieces: list[list[bytes]] = [[]]
    names: list[str | None] = []
    for value in values:
        if isinstance(value, bytes):
            pieces[-1] += value, b"\n"
        else:
            pieces[-1].append(value.pieces[0])
            pieces += [[piece] for piece in value.pieces[1:]]
            pieces[-1].append(b"\n")
            names += value.names
    whole = tuple(map(b"".join, pieces))
    return Pattern(whole, tuple(names)) if names else whole[0]


def _parameter(said: dict[bytes, Parameter], name: bytes, word: str | None) -> Value:
    """A parameter's value; the extended form of RFC 8187 wins."""
    extended = said.get(name + b"*")
    if extended is not None and extended.value.count(b"'") >= 2:
        return read_value(extended.value.split(b"'", 2)[2], word, _unescaped)
    return read_value(said[name].value, word, unquoted) if name in said else b""


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), text)
