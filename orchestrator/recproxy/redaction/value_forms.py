"""The forms in which a value may stand in a text that has no escapes: as it is, in UTF-16, in hex, in base64.

In base64 a value fixes other letters at each of three alignments; those at its edges are shared with its neighbours.
Knows bytes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.base64_forms import sure_letters

__all__ = ["MARKS", "Form", "forms", "grouped", "may_hold_groups", "windows"]

_WINDOW = 96  # bytes of a long value that are looked for as one; a key file in a variable is looked for in pieces
_FEW = 4  # different bytes that a piece has at least
_ALNUM = lazy_pattern(rb"[A-Za-z0-9]+\Z")
#: A UUID or a digest: services write one in capitals, or without its dashes.
_HEX_ID = lazy_pattern(rb"(?=[0-9A-Fa-f-]*[a-fA-F])[0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12,}\Z")

_HEX = lazy_pattern(rb"(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])[0-9A-Fa-f]{16,}\Z")
_BASE32 = lazy_pattern(rb"(?=[A-Za-z]*[2-7])(?:[A-Z2-7]{16,}|[a-z2-7]{16,})\Z")
#: How many letters are together, and what stands between them: those of a fingerprint, of a code to type.
_GROUPS = ((2, (b":", b"-", b" ")), (4, (b"-", b" ", b":")), (5, (b"-", b" ")), (8, (b"-", b" ")))
MARKS = b":- "
_LEAST = 16  # letters of a value that is written in groups
#: A letter made an x, and what stands between groups a dot.
_SHAPE = bytes(46 if byte in MARKS else 120 if bytes((byte,)).isalnum() else 10 for byte in range(256))


class Form(NamedTuple):
    """One encoding of a value: the `text` to look for, the bytes it stands for, and, in base64, its alignment."""

    text: bytes
    coded: str  # "plain", "hex" or "base64"
    value: bytes
    before: int = 0


def windows(value: bytes) -> Iterator[bytes]:
    """A value, or the pieces of a long one, which cover it."""
    if len(value) <= _WINDOW:
        yield value
        return
    for start in range(0, len(value), _WINDOW):
        piece = value[start : start + _WINDOW] if len(value) - start >= _WINDOW else value[-_WINDOW:]
        if len(set(piece)) >= _FEW:
            yield piece  # padding tells nothing, and stands everywhere


def forms(value: bytes, *, groups: bool = True) -> Iterator[Form]:
    """The forms of a value, without those in `groups` if they are not wanted.

    `text` of base64 is in the standard alphabet.
    """
    yield Form(value, "plain", value)
    if b" " in value:
        yield Form(value.replace(b" ", b"+"), "plain", value)
    text = value.decode("utf-8", "surrogateescape")
    wide: list[bytes] = []
    for charset in ("utf-16-le", "utf-16-be", "latin-1"):
        try:
            coded = text.encode(charset)
        except UnicodeEncodeError:
            continue
        if coded != value:
            wide.append(coded)
            yield Form(coded, "plain", coded)
    others = (*_in_cases(value), *(grouped(value) if groups else ()))
    yield from (Form(each, "plain", value) for each in dict.fromkeys(others) if each != value)
    for each in (value, *wide):
        yield Form(each.hex().encode(), "hex", each)
    escaped = () if _ALNUM.match(value) else _escaped(text)
    for each in dict.fromkeys((value, *wide, *escaped)):
        for before in range(3):
            letters = sure_letters(each, before)
            if len(letters) >= 6:
                yield Form(letters, "base64", each, before)


def _bare(value: bytes) -> bytes:
    """The letters of a value of hex or base32, or of a UUID; empty where it is none."""
    bare = value.replace(b"-", b"") if _HEX_ID.match(value) else value
    return bare if _HEX.match(bare) or _BASE32.match(bare) else b""


def _in_cases(value: bytes) -> Iterator[bytes]:
    """A value of hex or base32 or a UUID in capitals or small letters, with its dashes or without."""
    if bare := _bare(value):
        yield from (value.lower(), value.upper(), bare.lower(), bare.upper())


def grouped(value: bytes) -> Iterator[bytes]:
    """A value of hex or base32 as programs write one for people, or a UUID: in groups, in capitals or small letters."""
    bare = _bare(value)
    for each in (bare.lower(), bare.upper()) if bare else ():
        if len(each) == 32 and _HEX.match(bare):
            yield b"-".join((each[:8], each[8:12], each[12:16], each[16:20], each[20:]))
        for size, marks in _GROUPS:
            groups = [each[at : at + size] for at in range(0, len(each), size)]
            yield from (mark.join(groups) for mark in marks)


def may_hold_groups(text: bytes) -> bool:
    """Whether a text has groups of letters as those forms have; few texts have."""
    return bool(_groups().find_matches_as_indexes(text.translate(_SHAPE)))


@lru_cache(maxsize=1)
def _groups() -> BytesAhoCorasick:
    """What finds the groups of a value of 16 letters."""
    least = [b".".join([b"x" * size] * (_LEAST // size)) for size, _ in _GROUPS]
    return BytesAhoCorasick(least, implementation=Implementation.DFA)


def _escaped(text: str) -> Iterator[bytes]:
    """Escaped forms that are likely inside of base64."""
    raw = text.encode("utf-8", "surrogateescape")
    yield quote(raw, safe="").encode()
    yield quote_plus(raw).encode()

    def escape(found: re.Match[str]) -> str:
        units = found[0].encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}" for at in range(0, len(units), 2))

    json = re.sub(r"[^\x20-\x7e]", escape, re.sub(r'(["\\])', r"\\\1", text)).encode()
    yield json
    yield json.replace(b"/", b"\\/")
