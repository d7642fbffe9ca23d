"""A value inside base64: what of it is sure at each alignment, the same text without it, and what a run of it holds.

A value that begins `before` bytes behind a multiple of three fixes some letters wholly and those at its edges in
part. Knows bytes only.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache

__all__ = ["crossed_out", "edges", "sure_letters"]

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGIT = {letter: number for number, letter in enumerate(_ALPHABET)} | {ord("-"): 62, ord("_"): 63}
_ESCAPED = {b"%2B": 62, b"%2F": 63, b"\\/": 63}
_UNIT = re.compile(rb"(?:\\{1,8}r)?\\{1,8}n|(?:%0[dD])?%0[aA]|[ \t\r\n]+|=\r?\n|(%2[BbFf]|\\/|[A-Za-z0-9+/_-])")


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
