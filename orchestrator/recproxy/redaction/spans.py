"""Spans: the places in a text that hide a secret, and the text with something else in those places.

Knows bytes and offsets. Where a secret stands inside an encoding, a layer maps what was found in the decoded text
back to the bytes that hold it, so that everything around it stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["Layer", "Span", "coded_layer", "merged", "parameter", "replaced", "string_content", "unescaped"]


@dataclass(frozen=True, slots=True)
class Span:
    """A place from `start` to `end`, found by `rule`.

    `name` suggests what to call the value; `kind` says how it is masked: "text"; "scalar" (a bare JSON value);
    "inside" (only a part of a value, which is never linked); "base64" (the same, in a run of base64). `replacement` is the mask where the finder had to make
    it itself, since it depends on the place. `value` is the secret as the program knows it, decoded.
    """

    start: int
    end: int
    rule: str
    name: str = "secret"
    kind: str = "text"
    value: bytes = field(default=b"", repr=False)
    replacement: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Layer:
    """A decoded text; `offsets` says where each of its bytes, and its end, stands in the raw one (None: the same)."""

    text: bytes = field(repr=False)
    offsets: Sequence[int] | None = None

    def raw(self, span: Span, base: int = 0) -> Span:
        """A span of the decoded text as one of the raw text; `base` is where the raw text itself begins."""
        start, end = span.start, span.end
        if self.offsets is not None:
            start, end = self.offsets[start], self.offsets[end]
        return Span(start + base, end + base, span.rule, span.name, span.kind, span.value, span.replacement)


_PARAMETER = re.compile(rb"%([0-9A-Fa-f]{2})|\+")
_STRING = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_SIMPLE = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def parameter(raw: bytes, *, plus: bool = True) -> Layer:
    """A name or value of a query or a form, percent-encoding undone."""
    if b"%" not in raw and not (plus and b"+" in raw):
        return Layer(raw)

    def byte(found: re.Match[bytes]) -> bytes:
        return bytes((int(found[1], 16),)) if found[1] else b" " if plus else b"+"

    return coded_layer(raw, _PARAMETER, byte)


def string_content(raw: bytes) -> Layer:
    """What stands between the quotes of a JSON string, escapes undone, in UTF-8."""
    return coded_layer(raw, _STRING, _character) if b"\\" in raw else Layer(raw)


def unescaped(raw: bytes) -> bytes:
    """A text with every escape of JSON undone, wherever it stands."""
    return _STRING.sub(_character, raw) if b"\\" in raw else raw


def _character(found: re.Match[bytes]) -> bytes:
    high, low, single, simple = found.groups()
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00).encode()
    if single is not None:
        return chr(int(single, 16)).encode("utf-8", "surrogatepass")
    return _SIMPLE.get(simple, simple)


def coded_layer(raw: bytes, places: re.Pattern[bytes], decode: Callable[[re.Match[bytes]], bytes]) -> Layer:
    """A text with each of some places decoded."""
    text, offsets, position = bytearray(), list[int](), 0
    for found in places.finditer(raw):
        text += raw[position : found.start()]
        offsets.extend(range(position, found.start()))
        decoded = decode(found)
        text += decoded
        offsets.extend([found.start()] * len(decoded))
        position = found.end()
    text += raw[position:]
    offsets.extend(range(position, len(raw) + 1))
    return Layer(bytes(text), offsets)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap made one; of them the longest, then the first found, says what it is."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if not result or span.start >= result[-1].end:
            result.append(span)
            continue
        last = result[-1]
        if span.end > last.end:  # partly: neither one's own mask fits the place any more
            wider = span if span.end - span.start > last.end - last.start else last
            result[-1] = Span(last.start, span.end, wider.rule, wider.name, "inside")
    return result


def replaced(text: bytes, places: Sequence[tuple[Span, bytes]]) -> tuple[bytes, Callable[[int], int]]:
    """The text with another text in each span, in order, and where an offset of the old text is in the new one."""
    pieces: list[bytes] = []
    moves: list[tuple[int, int, int]] = []
    position = size = 0
    for span, new in places:
        pieces += text[position : span.start], new
        size += span.start - position + len(new)
        moves.append((span.start, span.end, size))
        position = span.end
    pieces.append(text[position:])

    def moved(offset: int) -> int:
        shift = 0
        for start, end, new_end in moves:
            if offset <= start:
                break
            if offset < end:  # a boundary inside a secret goes behind its mask
                return new_end
            shift = new_end - end
        return offset + shift

    return b"".join(pieces), moved
