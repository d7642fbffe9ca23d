"""Wildcards: the places of a recorded text in which anything may stand.

`XXX` fits any bytes, also none; `XXX[name]` is one value wherever it stands. What stands around them is literal and
the match is anchored at both ends. Pure; knows bytes only, not where in a request they come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Pattern", "fill", "pattern"]


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
        value. Linear in the value; there is no backtracking.
        """
        bound = bound or {}
        pieces, names = self.pieces, self.names
        first, last = pieces[0], pieces[-1]
        end = len(value) - len(last)
        if end < len(first) or not value.startswith(first) or not value.endswith(last):
            return None
        captured: dict[str, bytes] = {}
        position = len(first)
        for number, name in enumerate(names):
            known = captured.get(name, bound.get(name)) if name is not None else None
            piece = pieces[number + 1]
            if known is not None:
                stop = position + len(known)
                if not value.startswith(known, position) or stop > end:
                    return None
            elif number == len(names) - 1:
                stop = end
            else:
                stop = value.find(piece, position, end)
                if stop < 0:
                    return None
            if name is not None and name not in bound:
                captured[name] = value[position:stop]
            position = stop
            if number == len(names) - 1:
                return captured if position == end else None
            if not value.startswith(piece, position) or position + len(piece) > end:
                return None
            position += len(piece)
        return None  # pragma: no cover - a pattern has at least one wild place


@lru_cache(maxsize=64)
def _places(word: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(word.encode()) + rb"(?:\[([A-Za-z0-9_.-]+)\])?")


@lru_cache(maxsize=65536)
def pattern(text: bytes, word: str | None) -> Pattern | None:
    """The pattern that a recorded text stands for, or None where it holds no wild place.

    Two plain wild places side by side are one. `word` is the wild word of the block; None means all is literal.
    """
    if word is None or word.encode() not in text:
        return None
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


def fill(text: bytes, word: str | None, values: Mapping[str, bytes]) -> bytes:
    """A response text with its named wild places filled in; plain ones, and unknown names, stay as they stand."""
    if word is None or word.encode() + b"[" not in text:
        return text

    def value(found: re.Match[bytes]) -> bytes:
        return values.get(found[1].decode(), found[0]) if found[1] is not None else found[0]

    return _places(word).sub(value, text)
