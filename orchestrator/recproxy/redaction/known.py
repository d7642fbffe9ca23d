"""Known secrets: the forms in which a value may stand in a text, and the places where it does.

A value is found as it is, with any of its characters percent-encoded, escaped as JSON, HTML or quoted-printable do
it, in UTF-16, in hex, and in base64 at each of the three alignments, also where lines are broken. Knows values and
bytes; never shows a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, quote_plus

from recproxy.redaction.spans import Span

__all__ = ["SHORT", "Known", "known"]

#: Values below this length are secret only as a whole field: elsewhere they would be found by chance.
SHORT = 8
_WINDOW = 96  # bytes of a long value that are looked for as one; a key file in a variable is looked for in pieces

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_DIGIT = {letter: number for number, letter in enumerate(_ALPHABET)} | {ord("-"): 62, ord("_"): 63}
#: What may break a line inside an encoded value, in the text or in a string or form that holds the text.
_BREAK = rb"(?:(?:\r?\n|(?:\\+r)?\\+n|(?:%0[dD])?%0[aA])[ \t]*|=\r?\n)?"
_BASE64_UNIT = re.compile(rb"%2[BbFf]|\\/|[A-Za-z0-9+/_-]")
_ENTITIES = {"&": b"amp", "<": b"lt", ">": b"gt", '"': b"quot", "'": b"apos"}


@dataclass(frozen=True, slots=True)
class _Form:
    """One encoding of one value: a plain text that must occur, if there is one, and the expression that finds it."""

    hint: bytes = field(repr=False)
    places: re.Pattern[bytes] = field(repr=False)
    coded: str = ""
    before: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Values made ready for finding them. `short` are those that count only as a whole field."""

    forms: tuple[_Form, ...] = field(repr=False)
    short: frozenset[bytes] = field(repr=False)
    long: tuple[bytes, ...] = field(repr=False)

    def spans(self, text: bytes) -> Iterator[Span]:
        """Where any of the values stands in a text, in whatever form."""
        lower = text.lower()
        squeezed = _squeezed(text)
        for form in self.forms:
            if form.hint and form.hint not in {"": text, "hex": lower, "base64": squeezed}[form.coded]:
                continue
            for found in form.places.finditer(text):
                yield _span(form, found)

    def plainly_in(self, text: bytes) -> bool:
        """Whether a long value stands in a text as it is."""
        return any(value in text for value in self.long)


@lru_cache(maxsize=128)
def known(values: frozenset[bytes]) -> Known:
    """The values made ready."""
    clean = {part for value in values for part in (value, value.strip()) if part.strip()}
    long = sorted((value for value in clean if len(value) >= SHORT), key=lambda value: (-len(value), value))
    pieces = [piece for value in long for piece in _windows(value)]
    return Known(
        tuple(form for piece in dict.fromkeys(pieces) for form in _forms(piece)),
        frozenset(value for value in clean if len(value) < SHORT),
        tuple(long),
    )


def _windows(value: bytes) -> Iterator[bytes]:
    if len(value) <= _WINDOW:
        yield value
        return
    for start in range(0, len(value), _WINDOW):
        yield value[start : start + _WINDOW] if len(value) - start >= _WINDOW else value[-_WINDOW:]


def _forms(value: bytes) -> Iterator[_Form]:
    text = value.decode("utf-8", "surrogateescape")
    yield _Form(b"", re.compile(rb"(?:=\r?\n|\r?\n[ \t]+)?".join(map(_character, text))))
    wide = {value}
    for charset in ("utf-16-le", "utf-16-be", "latin-1"):
        try:
            wide.add(text.encode(charset))
        except UnicodeEncodeError:
            continue
    for form in sorted(wide - {value}):
        yield _Form(form, re.compile(re.escape(form)))
    for form in sorted(wide):
        yield _Form(form.hex().encode(), re.compile(b"".join(_either(b"%02x" % byte) for byte in form)), "hex")
    escaped = _json_escaped(text)
    coded = {*wide, quote(value, safe="").encode(), quote_plus(value).encode(), escaped, escaped.replace(b"/", b"\\/")}
    for form in sorted(coded):
        for before in range(3):
            yield _base64_form(form, before)


def _squeezed(text: bytes) -> bytes:
    """A text in which base64 has one alphabet and no line breaks: what is not in this is not in the text."""
    if b"%" in text:
        for escape in (b"%0D", b"%0d", b"%0A", b"%0a"):
            text = text.replace(escape, b"")
        text = text.replace(b"%2B", b"+").replace(b"%2b", b"+").replace(b"%2F", b"/").replace(b"%2f", b"/")
    if b"\\" in text:
        text = re.sub(rb"\\+[nr]", b"", text).replace(b"\\/", b"/")
    return re.sub(rb"=(?=[\r\n])", b"", text).translate(_STANDARD, b" \t\r\n")


def _character(character: str) -> bytes:
    """An expression for one character in any escape. Each choice begins with a letter: that keeps searching fast."""
    raw = character.encode("utf-8", "surrogateescape")
    percent = b"".join(rb"%(?:25)*" + _either(b"%02x" % byte) for byte in raw)
    units = character.encode("utf-16-be", "surrogatepass")
    escapes = [
        b"".join(_either(b"u%02x%02x" % (units[at], units[at + 1])) for at in range(0, len(units), 2))
        if len(units) == 2
        else (
            rb"%s"
            % (rb"(?:\\|%(?:25)*5[cC])+".join(_either(b"u%02x%02x" % (units[at], units[at + 1])) for at in (0, 2)))
        )
    ]
    if character in '"\\/':
        escapes += re.escape(raw), percent
    if character in "\n\r\t":
        escapes.append({"\n": b"n", "\r": b"r", "\t": b"t"}[character])
    escaped = rb"(?:\\|%(?:25)*5[cC])*(?:" + b"|".join(escapes) + b")"
    forms = [re.escape(raw), percent, rb"\\" + escaped, rb"%(?:25)*5[cC]" + escaped]
    forms.append(b"".join(b"=" + _either(b"%02x" % byte) for byte in raw))
    if character == " ":
        forms.append(rb"\+")
    if character in _ENTITIES:
        forms.append(b"&" + _ENTITIES[character] + b";")
    if not character.isalnum() or not character.isascii():
        forms.append(rb"&#(?:0*%d|[xX]0*%s);" % (ord(character), _either(b"%x" % ord(character))))
    return b"(?:" + b"|".join(forms) + b")"


def _either(digits: bytes) -> bytes:
    """Hex digits in either case."""
    return re.sub(rb"[a-f]", lambda found: b"[" + found[0] + found[0].upper() + b"]", digits)


def _json_escaped(text: str) -> bytes:
    def escape(found: re.Match[str]) -> str:
        units = found[0].encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}" for at in range(0, len(units), 2))

    return re.sub(r"[^\x20-\x7e]", escape, re.sub(r'(["\\])', r"\\\1", text)).encode()


def _base64_form(value: bytes, before: int) -> _Form:
    """The base64 of a value that stands `before` bytes behind a multiple of three."""
    low, high = 8 * before, 8 * (before + len(value))
    bits = int.from_bytes(value, "big")
    units: list[bytes] = []
    sure = bytearray()
    for position in range(low // 6, (high + 5) // 6):
        digits = [digit for digit in range(64) if _fits(digit, position, bits, low, high)]
        units.append(_unit(b"".join(map(_letter, digits))))
        if len(digits) == 1:
            sure += _ALPHABET[digits[0] : digits[0] + 1]
    return _Form(bytes(sure), re.compile(_BREAK.join(units)), "base64", before, len(value))


def _fits(digit: int, position: int, bits: int, low: int, high: int) -> bool:
    """Whether a base64 digit can stand at a position, given the bits of the value that fall into it."""
    for bit in range(6):
        place = 6 * position + bit
        if low <= place < high and (digit >> (5 - bit)) & 1 != (bits >> (high - 1 - place)) & 1:
            return False
    return True


def _letter(digit: int) -> bytes:
    return {62: b"+-", 63: b"/_"}.get(digit, _ALPHABET[digit : digit + 1])


def _unit(letters: bytes) -> bytes:
    forms = [b"[" + re.escape(letters) + b"]" if len(letters) > 1 else letters]
    if b"+" in letters:
        forms.append(rb"%2[Bb]")
    if b"/" in letters:
        forms += rb"\\/", rb"%2[Ff]"
    return forms[0] if len(forms) == 1 else b"(?:" + b"|".join(forms) + b")"


def _span(form: _Form, found: re.Match[bytes]) -> Span:
    start, end = found.span()
    if form.coded == "hex":
        return Span(start, end, "known value", kind="inside", replacement=b"58" * ((end - start) // 2))
    if form.coded == "base64":
        return Span(start, end, "known value", kind="base64", replacement=_crossed_out(form, found[0]))
    return Span(start, end, "known value", kind="text")


def _crossed_out(form: _Form, text: bytes) -> bytes:
    """The base64 of X as often as the value has bytes, with the bits of its neighbours and its line breaks kept."""
    low = 8 * form.before
    high = low + 8 * form.size
    position = low // 6

    def cross(found: re.Match[bytes]) -> bytes:
        nonlocal position
        if found[1] is None:
            return found[0]
        letter = {b"%2B": 62, b"%2F": 63, b"\\/": 63}.get(found[1].upper())
        digit = _DIGIT[found[1][0]] if letter is None else letter
        for bit in range(6):
            place = 6 * position + bit
            if low <= place < high:
                x = (ord("X") >> (7 - (place - low) % 8)) & 1
                digit = digit & ~(1 << (5 - bit)) | x << (5 - bit)
        position += 1
        standard = _ALPHABET[digit : digit + 1]
        return {b"+": b"-", b"/": b"_"}.get(standard, standard) if digit > 61 and b"_" in text else standard

    return re.sub(rb"(?:\\+r)?\\+n|(?:%0[dD])?%0[aA]|[ \t\r\n]+|=\r?\n|(" + _BASE64_UNIT.pattern + rb")", cross, text)
