"""The scalars of a JSON text under the key that says what each is: its own, or the name beside a value.

Knows which keys name a value (`{"name": "X-Key", "value": "..."}`); the text is read by the one JSON reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recproxy.recording.json_reader import Holder, Scalar, scalars, string_text

__all__ = ["Place", "places"]


class Place(NamedTuple):
    """A scalar from `start` to `end`, without its quotes.

    `key` is the nearest key; `named` says that it is not a key but the name in an object of a name and a value.
    """

    start: int
    end: int
    quoted: bool
    key: bytes
    named: bool
    scalar: Scalar

    @property
    def path(self) -> tuple[bytes, ...]:
        """The keys and indexes that lead to it."""
        return self.scalar.path


def places(text: bytes) -> Iterator[Place]:
    """The scalars of a text, in order."""
    names: dict[Holder, bytes] = {}
    for scalar in scalars(text):
        key, named = scalar.name, False
        if scalar.quoted and scalar.key_start >= 0:
            word = key.lower()
            if word in (b"name", b"key"):
                names[scalar.holder] = string_text(text[scalar.start : scalar.end])
            elif word == b"value" and names.get(scalar.holder):
                key, named = names[scalar.holder], True
        yield Place(scalar.start, scalar.end, scalar.quoted, key, named, scalar)
