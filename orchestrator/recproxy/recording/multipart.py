"""Multipart bodies and MIME messages as their parts: the fields and the content of each, and where they are.

Blind to the boundary: it is taken from the content type, or off the body where the content type has another one or
none. A part that is itself multipart is read by asking again with its content. Offsets are those of the text given,
so that a reader can change one value and keep every other byte. Knows bytes; decodes nothing but quotes and folds.

Matching compares what a server reads: the parts up to the end mark. Redaction must overlook nothing: it asks for the
parts `beyond` the end mark too, and for fields as whoever is generous reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from recproxy.lazy.patterns import lazy_pattern

__all__ = [
    "MessagePart",
    "Parameter",
    "PartField",
    "Parts",
    "parameters",
    "parts_between",
    "read_part",
    "read_parts",
    "unquoted",
]

_PARAMETER = lazy_pattern(rb';\s*([A-Za-z0-9_-]+\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))', re.DOTALL)
#: The same where a backslash is a letter: browsers of Windows sent `filename="C:\"`.
_PLAIN_PARAMETER = lazy_pattern(rb';\s*([A-Za-z0-9_-]+\*?)\s*=\s*(?:"([^"]*)"|([^;\s]*))')
_BACKSLASHED = lazy_pattern(rb'\\(["\\])')
_FOLD = lazy_pattern(rb"\r?\n[ \t]+")
#: A line of a head: also an indented one, and one that ends in a carriage return alone.
_FIELD = lazy_pattern(rb"(?:\A|(?<=[\r\n]))[ \t]*+([^\s:][^\r\n:]*+):[ \t]*+((?:[^\r\n]|\n[ \t]|\r\n[ \t])*+)")
#: A boundary that no semicolon sets apart: `multipart/mixed, boundary=x`.
_BOUNDARY = lazy_pattern(rb'(?i)boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))')
_BLANK_LINE = lazy_pattern(rb"\r?\n\r?\n")
_NO_FIELDS = lazy_pattern(rb"\r?\n")


class Parameter(NamedTuple):
    """A parameter of a field: its value without quotes, as it is spelled, and where that is in the field's value."""

    value: bytes
    start: int


class PartField(NamedTuple):
    """A header field of a part: its name and value as they are spelled, folds and all, and where the value begins."""

    name: bytes
    value: bytes
    start: int


class MessagePart(NamedTuple):
    """One part, or a MIME message: its fields, and where its content is; not `whole` where no line ends the fields."""

    fields: tuple[PartField, ...]
    start: int
    end: int
    whole: bool = True

    def find(self, name: bytes) -> PartField | None:
        """The last field of a name, given in lower case."""
        return next((field for field in reversed(self.fields) if field.name.lower() == name), None)

    def field(self, name: bytes) -> bytes:
        """The value of a field on one line; empty where there is none."""
        found = self.find(name)
        return b"" if found is None else _FOLD.sub(b" ", found.value).strip()


class _Edge(NamedTuple):
    """A line that begins or ends a part, with the line end before it; `ragged` is an end mark with more behind it."""

    start: int
    end: int
    last: bool
    ragged: bool


class Parts(NamedTuple):
    """The parts of a multipart body in order; `complete` where the line that ends the last one is there."""

    parts: tuple[MessagePart, ...]
    complete: bool


def read_parts(body: bytes, content_type: bytes, *, beyond: bool = False, ragged: bool = True) -> Parts | None:
    """The parts of a body; None where no line of it is a boundary. The rest is as for `parts_between`."""
    for boundary in _boundaries(body, content_type):
        found = parts_between(body, boundary, beyond=beyond, ragged=ragged)
        if found is not None:
            return found
    return None


def _boundaries(body: bytes, content_type: bytes) -> Iterator[bytes]:
    """What the boundary may be: what the content type says, else what the first line does."""
    known = parameters(content_type).get(b"boundary")
    if known is not None and known.value:
        yield unquoted(known.value)
    loose = _BOUNDARY.search(content_type)
    if loose is not None:
        yield loose[1] or loose[2]
    first = body.lstrip(b"\r\n").partition(b"\n")[0].strip()
    if first.startswith(b"--"):
        yield first[2:]


def parts_between(body: bytes, boundary: bytes, *, beyond: bool = False, ragged: bool = True) -> Parts | None:
    """The parts of a body between the lines of a boundary; None where no line is one.

    `beyond`: what stands behind the end mark is read as parts too. `ragged`: an end mark that has more behind it on its
    line is one; else it is content.
    """
    edges = [edge for edge in _edges(body, boundary) if ragged or not edge.ragged]
    if not edges:
        return None
    last = next((number for number, edge in enumerate(edges) if edge.last or edge.ragged), None)
    ends = [edge.start for edge in edges[1:]] + [len(body)]
    count = len(edges) if last is None or beyond else last
    parts = [read_part(body, edge.end, end) for edge, end in zip(edges[:count], ends, strict=False)]
    return Parts(tuple(parts), last is not None)


def _edges(body: bytes, boundary: bytes) -> Iterator[_Edge]:
    """The lines that begin or end a part."""
    # An edge takes the line end before it, so the one behind it is that of the part. A body may break off in it. The
    # expression begins with letters, which are found many times faster than a line end of two forms.
    line = re.compile(rb"--(?<![^\n]--)" + re.escape(boundary) + rb"(?:(--)?[ \t]*(?:\r?\n|\Z)|-\Z|(--))")
    at = done = 0
    while (found := line.search(body, at)) is not None:
        start, at = found.start(), found.start() + 1
        if start > 0:
            start -= 1
            if start < done:
                continue
            if start > done and body[start - 1] == 0x0D:
                start -= 1
        at = done = found.end()
        yield _Edge(start, done, found[1] is not None, found[2] is not None)


def read_part(text: bytes, start: int = 0, end: int | None = None) -> MessagePart:
    """A part or a MIME message from `start` to `end`: fields, a blank line, the content."""
    end = len(text) if end is None else end
    start = min(start, end)
    none = _NO_FIELDS.match(text, start, end)
    if none is not None:
        return MessagePart((), none.end(), end)
    blank = _BLANK_LINE.search(text, start, end)
    head, content = (end, end) if blank is None else blank.span()
    return MessagePart(tuple(_fields(text, start, head)), content, end, blank is not None)


def _fields(text: bytes, start: int, end: int) -> Iterator[PartField]:
    for found in _FIELD.finditer(text[start:end]):
        name = found[1].split()[-1]  # of words before a colon the last is the name
        yield PartField(name, found[2].rstrip(), start + found.start(2))


def parameters(value: bytes, *, backslashes: bool = True) -> dict[bytes, Parameter]:
    """The parameters of a field's value by their names in lower case; of a repeated one the last.

    Without `backslashes` a backslash is a letter of a quoted string, and escapes no quote.
    """
    return {
        found[1].lower(): Parameter(found[found.lastindex or 1], found.start(found.lastindex or 1))
        for found in (_PARAMETER if backslashes else _PLAIN_PARAMETER).finditer(value)
    }


def unquoted(value: bytes) -> bytes:
    """The value of a parameter with the backslashes of a quoted string undone."""
    return _BACKSLASHED.sub(rb"\1", value)
