"""A value inside base64: what of it is sure at each alignment, where it stands, and the same text without it.

A value that begins `before` bytes behind a multiple of three fixes some letters wholly and those at its edges in
part. Knows bytes only.
"""

from __future__ import annotations

import base64
import re

__all__ = ["base64_places", "crossed_out", "squeezed", "sure_letters"]

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGIT = {letter: number for number, letter in enumerate(_ALPHABET)} | {ord("-"): 62, ord("_"): 63}
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ESCAPED = {b"%2B": 62, b"%2F": 63, b"\\/": 63}
#: What may break a line inside base64, in the text or in a string or form that holds the text.
_BREAK = rb"(?:(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n|(?:%0[dD])?%0[aA])[ \t]*|=\r?\n)?"
_UNIT = re.compile(rb"(?:\\{1,8}r)?\\{1,8}n|(?:%0[dD])?%0[aA]|[ \t\r\n]+|=\r?\n|(%2[BbFf]|\\/|[A-Za-z0-9+/_-])")


def sure_letters(value: bytes, before: int) -> bytes:
    """The letters, in the standard alphabet, that the value fixes wholly."""
    coded = base64.b64encode(b"\0" * before + value + b"\0\0")
    return coded[-(-8 * before // 6) : 8 * (before + len(value)) // 6]


def squeezed(text: bytes) -> bytes:
    """A text in which base64 has one alphabet and no line breaks: what is not in this is not in the text."""
    if b"%" in text:
        for escape in (b"%0D", b"%0d", b"%0A", b"%0a"):
            text = text.replace(escape, b"")
        text = text.replace(b"%2B", b"+").replace(b"%2b", b"+").replace(b"%2F", b"/").replace(b"%2f", b"/")
    if b"\\" in text:
        text = re.sub(rb"\\{1,8}[nr]", b"", text).replace(b"\\/", b"/")
    return re.sub(rb"=(?=[\r\n])", b"", text).translate(_STANDARD, b" \t\r\n")


def base64_places(value: bytes, before: int) -> re.Pattern[bytes]:
    """An expression for the value in base64, in either alphabet, broken over lines, with letters escaped."""
    first, end = 8 * before // 6, -(-8 * (before + len(value)) // 6)
    low = base64.b64encode(b"\0" * before + value + b"\0\0").translate(_STANDARD)
    high = base64.b64encode(b"\xff" * before + value + b"\xff\xff").translate(_STANDARD)
    units = []
    for position in range(first, end):
        zeros, ones = _DIGIT[low[position]], _DIGIT[high[position]]
        digits = [digit for digit in range(64) if digit & zeros == zeros and digit | ones == ones]
        units.append(_unit(b"".join(map(_letter, digits))))
    return re.compile(_BREAK.join(units))


def _letter(digit: int) -> bytes:
    return {62: b"+-", 63: b"/_"}.get(digit, _ALPHABET[digit : digit + 1])


def _unit(letters: bytes) -> bytes:
    forms = [b"[" + re.escape(letters) + b"]" if len(letters) > 1 else letters]
    if b"+" in letters:
        forms.append(rb"%2[Bb]")
    if b"/" in letters:
        forms += rb"\\/", rb"%2[Ff]"
    return forms[0] if len(forms) == 1 else b"(?:" + b"|".join(forms) + b")"


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
