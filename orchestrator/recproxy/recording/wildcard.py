"""Wildcards: the places of a recorded text in which anything may stand.

`XXX` fits any bytes, also none; `XXX[name]` is one value wherever it stands. What stands around them is literal and
the match is anchored at both ends. Pure; knows bytes only, not where in a request they come from.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.fresh_names import fits_fresh
from recproxy.recording.splicing import spliced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["NAME", "WORD", "Pattern", "fill", "named_places", "pattern", "unused"]

#: What a wild word may be.
WORD = lazy_pattern(r"[A-Za-z0-9]{3,}")
#: What the name of a wild place may be, as a part of other expressions.
NAME = r"[A-Za-z0-9_.-]+"

_SHORT = 256  # bytes of a text whose pattern is worth keeping; bodies are not


@dataclass(frozen=True, slots=True)
class Pattern:
    """Literal pieces and, between each two, the name of the wild place there (None where it has no name)."""

    pieces: tuple[bytes, ...]
    names: tuple[str | None, ...]

    @property
    def anything(self) -> bool:
        """Whether it is one plain wild place and nothing else."""
        return self.pieces == (b"", b"") and self.names == (None,)

    @property
    def named(self) -> bool:
        """Whether any wild place has a name."""
        return any(self.names)

    def fits(self, value: bytes, bound: Mapping[str, bytes] | None = None) -> dict[str, bytes] | None:
        """The values of the named places if `value` fits, else None.

        Captures are leftmost-shortest and then verified: a name that is bound, or stands twice, must have one
        value. Without names that stand twice, whatever can fit does. Linear in the value; there is no backtracking.
        """
        known: dict[str | None, bytes] = {}
        if bound:
            known = {name: bound[name] for name in self.names if name is not None and name in bound}
        captured: dict[str, bytes] = {}
        position = number = 0
        literal, number = self._literal(0, known)
        if not value.startswith(literal):
            return None
        position = len(literal)
        while number < len(self.names):
            name = self.names[number]
            literal, after = self._literal(number + 1, known)
            if name in known:
                stop = position + len(known[name]) if value.startswith(known[name], position) else -1
            elif after == len(self.names):
                stop = len(value) - len(literal)
            else:
                stop = value.find(literal, position)
            if stop < position or not value.startswith(literal, stop):
                return None
            if name is not None and name not in known:
                known[name] = captured[name] = taken = value[position:stop]
                if ".new-" in name and not fits_fresh(name, taken, {**(bound or {}), **captured}):
                    return None
            position, number = stop + len(literal), after
        return captured if position == len(value) else None

    def _literal(self, start: int, known: Mapping[str | None, bytes]) -> tuple[bytes, int]:
        """The literal text from a piece on, with known names filled in, and the number of the next open place."""
        if start == len(self.names) or self.names[start] not in known:
            return self.pieces[start], start
        parts = [self.pieces[start]]
        while start < len(self.names) and (name := self.names[start]) in known:
            start += 1
            parts += known[name], self.pieces[start]
        return b"".join(parts), start


@lru_cache(maxsize=64)
def _places(word: str) -> re.Pattern[bytes]:
    return re.compile(rf"{re.escape(word)}(?:\[({NAME})\])?".encode())


def pattern(text: bytes, word: str | None) -> Pattern | None:
    """The pattern that a recorded text stands for, or None where it holds no wild place.

    Two plain wild places side by side are one. `word` is the wild word of the block; None means all is literal.
    """
    if word is None or word.encode() not in text:
        return None
    return _cached(text, word) if len(text) <= _SHORT else _pattern(text, word)


def _pattern(text: bytes, word: str) -> Pattern:
    pieces: list[bytes] = []
    names: list[str | None] = []
    position = 0
    for found in _places(word).finditer(text):
        name = found[1].decode() if found[1] is not None else None
        piece = text[position : found.start()]
        position = found.end()
        if names and not piece and name is None and names[-1] is None:
            continue
        pieces.append(piece)
        names.append(name)
    pieces.append(text[position:])
    return Pattern(tuple(pieces), tuple(names))


_cached = lru_cache(maxsize=16384)(_pattern)


def named_places(text: bytes, word: str) -> Iterator[tuple[str, int, int]]:
    """The wild places of a text that have names: the name, and where each place begins and ends."""
    for found in _places(word).finditer(text):
        if found[1] is not None:
            yield found[1].decode(), found.start(), found.end()


def fill(text: bytes, word: str | None, values: Mapping[str, bytes]) -> bytes:
    """A response text with its named wild places filled in; plain ones, and unknown names, stay as they stand."""
    if word is None or word.encode() + b"[" not in text:
        return text
    places = [(start, end, values[name]) for name, start, end in named_places(text, word) if name in values]
    return spliced(text, places)[0]


def unused(*texts: bytes) -> str:
    """A wild word for traffic that was just seen: `XXX`, or another one where those letters stand in a text.

    Texts are also looked at with percent-encoding and JSON escapes undone, so that nothing that a comparison
    decodes can turn wild.
    """
    seen = [form for text in texts for form in _forms(text)]
    for letter in "XZYWVUQKJHGFBPDMNLRCTSIOAE":
        word = letter * 3
        if not any(word.encode() in text for text in seen):
            return word
    longest = max(len(run) for text in seen for run in re.findall(rb"Z+|$", text))
    return "Z" * (longest + 1)


def _forms(text: bytes) -> set[bytes]:
    forms = {text}
    if b"%" in text:
        forms.add(unquote_to_bytes(text))
    if b"\\u00" in text:
        forms.add(re.sub(rb"\\u00([4-7][0-9A-Fa-f])", lambda found: bytes([int(found[1], 16)]), text))
    return forms
