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

from recproxy.redaction.base64_forms import base64_places, crossed_out, squeezed, sure_letters
from recproxy.redaction.spans import Span

__all__ = ["SHORT", "Known", "known"]

#: Values below this length are secret only as a whole field: elsewhere they would be found by chance.
SHORT = 8
_WINDOW = 96  # bytes of a long value that are looked for as one; a key file in a variable is looked for in pieces

_ENTITIES = {"&": b"amp", "<": b"lt", ">": b"gt", '"': b"quot", "'": b"apos"}


@dataclass(frozen=True, slots=True)
class _Form:
    """One encoding of one value: what must occur for it in a text, and what its expression is made of.

    The expression is made when it is first needed: most forms never occur.
    """

    hint: bytes = field(repr=False)
    coded: str
    value: bytes = field(repr=False)
    before: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Values made ready for finding them. `short` are those that count only as a whole field."""

    forms: tuple[_Form, ...] = field(repr=False)
    short: frozenset[bytes] = field(repr=False)
    long: tuple[bytes, ...] = field(repr=False)

    def spans(self, text: bytes) -> Iterator[Span]:
        """Where any of the values stands in a text, in whatever form."""
        lower = text.lower()
        flat = squeezed(text)
        for form in self.forms:
            if form.hint and form.hint not in {"plain": text, "hex": lower, "base64": flat}[form.coded]:
                continue
            for found in _places(form).finditer(text):
                yield _span(form, found)


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
    yield _Form(b"", "escaped", value)
    wide = {value}
    for charset in ("utf-16-le", "utf-16-be", "latin-1"):
        try:
            wide.add(text.encode(charset))
        except UnicodeEncodeError:
            continue
    for form in sorted(wide - {value}):
        yield _Form(form, "plain", form)
    for form in sorted(wide):
        yield _Form(form.hex().encode(), "hex", form)
    escaped = _json_escaped(text)
    coded = {*wide, quote(value, safe="").encode(), quote_plus(value).encode(), escaped, escaped.replace(b"/", b"\\/")}
    for form in sorted(coded):
        for before in range(3):
            yield _Form(sure_letters(form, before), "base64", form, before)


@lru_cache(maxsize=4096)
def _places(form: _Form) -> re.Pattern[bytes]:
    """The expression that finds a form."""
    if form.coded == "base64":
        return base64_places(form.value, form.before)
    if form.coded == "hex":
        return re.compile(_either(form.hint))
    if form.coded == "plain":
        return re.compile(re.escape(form.value))
    text = form.value.decode("utf-8", "surrogateescape")
    return re.compile(rb"(?:=\r?\n|\r?\n[ \t]+)?".join(map(_character, text)))


def _character(character: str) -> bytes:
    """An expression for one character in any escape. Each choice begins with a letter: that keeps searching fast."""
    raw = character.encode("utf-8", "surrogateescape")
    percent = b"".join(rb"%(?:25){0,4}" + _either(b"%02x" % byte) for byte in raw)
    units = character.encode("utf-16-be", "surrogatepass")
    escapes = [
        b"".join(_either(b"u%02x%02x" % (units[at], units[at + 1])) for at in range(0, len(units), 2))
        if len(units) == 2
        else (
            rb"%s"
            % (
                rb"(?:\\|%(?:25){0,4}5[cC]){1,8}".join(
                    _either(b"u%02x%02x" % (units[at], units[at + 1])) for at in (0, 2)
                )
            )
        )
    ]
    if character in '"\\/':
        escapes += re.escape(raw), percent
    if character in "\n\r\t":
        escapes.append({"\n": b"n", "\r": b"r", "\t": b"t"}[character])
    escaped = rb"(?:\\|%(?:25){0,4}5[cC]){0,8}(?:" + b"|".join(escapes) + b")"
    forms = [re.escape(raw), percent, rb"\\" + escaped, rb"%(?:25){0,4}5[cC]" + escaped]
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


def _span(form: _Form, found: re.Match[bytes]) -> Span:
    start, end = found.span()
    if form.coded == "hex":
        return Span(start, end, "known value", kind="inside", replacement=b"58" * ((end - start) // 2))
    if form.coded == "base64":
        return Span(
            start, end, "known value", kind="base64", replacement=crossed_out(found[0], form.before, len(form.value))
        )
    return Span(start, end, "known value", kind="text")
