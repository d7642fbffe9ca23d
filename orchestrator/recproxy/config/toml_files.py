"""TOML files: what they hold, and the line of each key.

`tomllib` gives no places, so the line of a key is looked up in the text, and only when an error or `--show-config`
needs it. Knows nothing of what a table means.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recproxy.errors import RecproxyError

__all__ = ["TomlFile", "read_toml"]

_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A TOML file: its path as messages show it, its text, its values, and the class of its errors."""

    path: str
    text: str
    error: type[RecproxyError]
    values: Mapping[str, Any]

    def at(self, keys: Sequence[str | int]) -> Any:
        """The value at a path, None where there is none; a number counts the tables under one `[[key]]`."""
        value: Any = self.values
        for key in keys:
            if not isinstance(key, int) and not (isinstance(value, Mapping) and key in value):
                return None
            value = value[key]
        return value

    def fail(self, keys: Sequence[str | int], message: str) -> RecproxyError:
        """The error about a key: `path:line: message`."""
        return self.error(f"{self.place(keys)}: {message}")

    def place(self, keys: Sequence[str | int]) -> str:
        """Where a key is, as `path:line`."""
        return f"{self.path}:{_line(self.text, tuple(keys))}"


def read_toml(path: Path, error: type[RecproxyError], *, shown: str | None = None) -> TomlFile:
    """Read a TOML file; the given error where it cannot be read or parsed."""
    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise error(f"{name}: cannot be read: {problem.strerror or problem}") from None
    except UnicodeDecodeError:
        raise error(f"{name}:1: not UTF-8: save the file as UTF-8") from None
    try:
        return TomlFile(path=name, text=text, error=error, values=tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        place = re.search(r"\(at line (\d+), column \d+\)", str(problem))
        line = place[1] if place else text.count("\n") + 1
        message = re.sub(r" \(at .*\)", "", str(problem))
        raise error(f"{name}:{line}: not TOML: {message[:1].lower()}{message[1:]}") from None


def _line(text: str, wanted: tuple[str | int, ...]) -> int:
    """The line of a key, or of the longest part of its path that the text names, whichever way TOML writes it."""
    best, best_depth = 1, 0
    for number, found, line in _entries(text):
        path = found
        inner = wanted[: len(path) + 1]
        if len(inner) > len(path) and inner[:-1] == path and re.search(rf"\b{re.escape(str(inner[-1]))}\b", line):
            path = inner  # it is within an inline table
        path = path[: len(wanted)]  # [a.b.c] makes a.b, which may have no line of its own
        if len(path) > best_depth and wanted[: len(path)] == path:
            best, best_depth = number, len(path)
    return best


@functools.lru_cache(maxsize=8)  # a run asks for the lines of all keys of its few files
def _entries(text: str) -> tuple[tuple[int, tuple[str | int, ...], str], ...]:
    """The number of each line that has a key or a header, the path it names, and the text of an entry."""
    table: tuple[str | int, ...] = ()
    counts: Counter[tuple[str | int, ...]] = Counter()
    found: list[tuple[int, tuple[str | int, ...], str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            found.append((number, table, ""))
            if header[1] == "[[":  # either the first of them is wanted, or the one of a number
                table = (*table, counts[table])
                counts[table[:-1]] += 1
                found.append((number, table, ""))
        elif entry := _ENTRY.match(line):
            found.append((number, (*table, *_parts(entry[1])), line))
    return tuple(found)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, dotted))
