"""The scalars of a JSON text, where they stand and under which keys.

Reads tokens and builds no values, so that what is not touched stays byte for byte. Forgiving: several values one
behind another, lines of an event stream and text that breaks off are read as far as they go. Knows no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recproxy.redaction.spans import string_content

__all__ = ["Place", "places"]

_TOKEN = re.compile(rb"\"([^\"\\]*(?:\\.[^\"\\]*)*)(?:\"|\Z)|([{}\[\],:])|([^\s{}\[\],:\"]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A scalar from `start` to `end`, without its quotes; `path` are the keys and indexes that lead to it.

    `key` is the nearest key; `named` says that it is not a key but the name in an object of a name and a value.
    """

    start: int
    end: int
    quoted: bool
    path: tuple[bytes, ...]
    key: bytes
    named: bool = False


class _Level:
    """An object or array being read."""

    __slots__ = ("index", "key", "name", "object", "wants_key")

    def __init__(self, *, is_object: bool) -> None:
        self.object = is_object
        self.wants_key = is_object
        self.key = b""
        self.index = 0
        self.name = b""

    @property
    def step(self) -> bytes:
        return self.key if self.object else b"%d" % self.index


def places(text: bytes) -> Iterator[Place]:
    """The scalars of a text, in order."""
    levels: list[_Level] = []
    for found in _TOKEN.finditer(text):
        mark = found[2]
        level = levels[-1] if levels else None
        if mark is None:
            group = 1 if found[1] is not None else 3
            if level is not None and level.wants_key and group == 1:
                level.key = string_content(found[1]).text
                continue
            yield _place(found, group, levels)
        elif mark in b"{[":
            levels.append(_Level(is_object=mark == b"{"))
        elif mark in b"}]":
            if levels:
                levels.pop()
        elif level is not None:
            if mark == b":":
                level.wants_key = False
            else:
                level.index += 1
                level.wants_key = level.object


def _place(found: re.Match[bytes], group: int, levels: list[_Level]) -> Place:
    path = tuple(level.step for level in levels)
    key = next((level.key for level in reversed(levels) if level.object), b"")
    if levels and levels[-1].object and group == 1:
        last = levels[-1]
        if last.key.lower() in (b"name", b"key"):
            last.name = string_content(found[1]).text
        elif last.key.lower() == b"value" and last.name:
            return Place(*found.span(1), True, path, last.name, named=True)
    return Place(*found.span(group), group == 1, path, key)
