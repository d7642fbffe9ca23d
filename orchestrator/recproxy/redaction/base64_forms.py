"""A value inside base64: what of it is sure at each alignment, the same text without it, and what a run of it holds.

A value that begins `before` bytes behind a multiple of three fixes some letters wholly and those at its edges in
part. Knows bytes only.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.redaction.views import View

__all__ = [
    "breaks_undone",
    "crossed_out",
    "edges",
    "hex_lines",
    "sure_letters",
    "whole_run",
    "with_padding",
    "without_breaks",
]

_BLANK = lazy_pattern(rb"[ \t\r\n]+")
_GAP = lazy_pattern(rb"[ \t\r\n]+|=(?=[\r\n])")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGIT = {letter: number for number, letter in enumerate(_ALPHABET)} | {ord("-"): 62, ord("_"): 63}
_ESCAPED = {b"%2B": 62, b"%2F": 63, b"\\/": 63}
_UNIT = lazy_pattern(rb"(?:\\{1,8}r)?\\{1,8}n|(?:%0[dD])?%0[aA]|[ \t\r\n]+|=\r?\n|(%2[BbFf]|\\/|[A-Za-z0-9+/_-])")

#: A `=` before a letter stands between a name and its value.
_PAD = rb"(?:(?:=|%3[Dd]){1,2}(?![A-Za-z0-9%])|=(?![A-Za-z0-9]))?"
_PADDING = lazy_pattern(_PAD)
_REST = lazy_pattern(rb"(?:[A-Za-z0-9+_-]|%2[Bb]|(?:\\?/|%2[Ff])(?=[A-Za-z0-9+/\\%]{8}))*" + _PAD)
_LETTERS = lazy_pattern(rb"[A-Za-z0-9+/_-]{16,}")
#: What the base64 of compressed data begins with.
_PACKED = lazy_pattern(
    rb"(?<![A-Za-z0-9+_-])(?:H4sI|eJ|eAE|eN[op]|KLUv/|/Td6WFo|Qlpo|UEsDB)(?:[A-Za-z0-9+/_-]|\\[rn]|[\r\n])*\Z"
)
#: What is in no such run.
_OUTSIDE = lazy_pattern(rb"[^A-Za-z0-9+/_\\\r\n-]")
_BEFORE = lazy_pattern(rb"[A-Za-z0-9+/]*={0,2}\Z")
#: Lines of base64 behind another one.
_BREAK = rb"(?:(?:\r?\n|(?:\\r)?\\n)[ \t]{0,16}|(?:%0[dD])?%0[aA])"
_LETTER = rb"(?:[A-Za-z0-9+/]|%2[BbFf]|\\/)"
_LINES = lazy_pattern(
    rb"(?:"
    + _BREAK
    + rb"(?:[A-Za-z0-9+/]{4})*+"
    + repeated(_LETTER + rb"{4}")
    + _LETTER
    + rb"{0,4}(?:=|%3[Dd]){0,2}(?=[\r\n\\\"<&]|%0[ADad]|\Z))*"
)
_HEX_LINES = lazy_pattern(rb"[0-9A-Fa-f]*(?:" + _BREAK + rb"[0-9A-Fa-f]{2,}+(?![A-Za-z0-9]))+")
_LONG = 56  # letters of a line that is one of several
_LONGEST = 128  # letters of such a line, with room for its end
_FAR = 65536  # bytes of a run


def sure_letters(value: bytes, before: int) -> bytes:
    """The letters, in the standard alphabet, that the value fixes wholly."""
    coded = base64.b64encode(b"\0" * before + value + b"\0\0")
    return coded[-(-8 * before // 6) : 8 * (before + len(value)) // 6]


def edges(text: bytes, start: int, end: int, before: int, size: int) -> tuple[int, int, bool]:
    """The place of a value with the letters that it shares with its neighbours, and whether they are there."""
    whole = True
    if 8 * before % 6:
        whole = start > 0 and text[start - 1] in _ALPHABET
        start -= whole
    if 8 * (before + size) % 6 and end < len(text) and text[end] in _ALPHABET:
        end += 1
    return start, end, whole


@lru_cache(maxsize=64)  # a text may hold one value thousands of times
def crossed_out(text: bytes, before: int, size: int) -> bytes:
    """A place with each byte of the value made X: the bits of its neighbours and its line breaks are kept."""
    zeros = base64.b64encode(b"\0" * before + b"X" * size + b"\0\0")
    taken = base64.b64encode(b"\0" * before + b"\xff" * size + b"\0\0")
    position = 8 * before // 6
    safe = b"_" in text or b"-" in text

    def cross(found: re.Match[bytes]) -> bytes:
        nonlocal position
        if found[1] is None:
            return found[0]
        digit = _ESCAPED.get(found[1].upper(), _DIGIT[found[1][0]] if len(found[1]) == 1 else 0)
        digit = digit & ~_DIGIT[taken[position]] | _DIGIT[zeros[position]]
        position += 1
        letter = _ALPHABET[digit : digit + 1]
        return {b"+": b"-", b"/": b"_"}.get(letter, letter) if safe else letter

    return _UNIT.sub(cross, text)


def whole_run(text: bytes, start: int, end: int) -> tuple[int, int]:
    """A place in a run of base64, with what of the run depends on the length of what stands in the place.

    That is the rest of it, in further lines too, and what stands before where the run is compressed data.
    """
    packed = _PACKED.search(text, _run_start(text, start), start)
    start = packed.start() if packed else start
    rest = _REST.match(text, end)
    end = rest.end() if rest else end
    line = _BEFORE.search(text, max(0, end - _LONGEST), end)
    if line is not None and end - line.start() >= _LONG and (more := _LINES.match(text, end)):
        end = more.end()
    return start, end


def _run_start(text: bytes, end: int) -> int:
    """Where the run of base64 begins that ends at a place, at most _FAR bytes before it.

    Looked for from the place on, in ever larger pieces: a text may have thousands of places.
    """
    size = 64
    while size < _FAR:
        outside = [*_OUTSIDE.finditer(text, max(0, end - size), end)]
        if outside:
            return outside[-1].end()
        size *= 4
    return max(0, end - _FAR)


def hex_lines(text: bytes, end: int) -> int:
    """The end of the lines of hex that follow a place in one: where they break depends on what stands before."""
    rest = _HEX_LINES.match(text, end)
    return rest.end() if rest else end


def with_padding(text: bytes, start: int, end: int) -> int:
    """The end of a run of base64 that is taken whole, with what pads it."""
    padding = _PADDING.match(text, end) if _LETTERS.fullmatch(text, start, end) else None
    return padding.end() if padding else end


def without_breaks(text: bytes) -> bytes:
    """A text without blanks and line ends, and with the letters of base64 for those of base64url."""
    flat = text.translate(_STANDARD, b" \t\r\n")
    if len(flat) != len(text) and ((b"\n" in text and b"=\n" in text) or (b"\r" in text and b"=\r" in text)):
        # What _GAP matches, taken out without it: a large binary body takes seconds by an expression.
        text_without_ends = text.replace(b"=\r", b"\r").replace(b"=\n", b"\n")
        flat = text_without_ends.translate(_STANDARD, b" \t\r\n")
    return flat


def breaks_undone(flat: bytes, text: bytes) -> View:
    """The view of a text that `without_breaks` has made, which says where each letter stood."""
    return View(flat, text, _GAP if b"=" in text else _BLANK, lambda _: b"")
