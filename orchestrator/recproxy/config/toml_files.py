"""Tables of TOML files: what they hold, how much they count, and the line of each key.

`tomllib` gives no places, so the line of a key is looked up in the text. Knows nothing of what a table means.
"""

from __future__ import annotations

import enum
import functools
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recproxy.errors import RecproxyError

__all__ = ["Precedence", "TomlFile", "read_toml"]

_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")


class Precedence(enum.IntEnum):
    """Where a value comes from; a later one overrides an earlier one."""

    DEFAULT = 0
    PACKAGE = 1
    PROJECT = 2
    ENVIRONMENT = 3
    COMMAND = 4

    @property
    def title(self) -> str:
        """In words."""
        return ("default", "profile package", "project file", "environment", "command line")[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A TOML file, or a table of one: `values` is what it holds, `keys` where in the file it is.

    `path` is the file as messages show it, `text` its text, `error` the class of its errors.
    """

    path: str
    text: str
    error: type[RecproxyError]
    values: Mapping[str, Any]
    keys: tuple[str, ...] = ()
    precedence: Precedence = Precedence.PACKAGE

    def at(self, keys: Sequence[str | int]) -> Any:
        """The value at a path, None where there is none; a number counts the tables under one `[[key]]`."""
        value: Any = self.values
        for key in keys:
            if not isinstance(key, int) and not (isinstance(value, Mapping) and key in value):
                return None
            value = value[key]
        return value

    def table(self, *keys: str) -> TomlFile:
        """A table in it."""
        return replace(self, values=self.at(keys), keys=(*self.keys, *keys))

    def place(self, keys: Sequence[str | int]) -> str:
        """Where a key is, as `path:line`."""
        return f"{self.path}:{_line(self.text, (*self.keys, *keys))}"

    def named(self, keys: Sequence[str | int]) -> str:
        """A key as messages name it: with its whole path in the file."""
        return ".".join(part for part in (*self.keys, *keys) if isinstance(part, str))

    def fail(self, keys: Sequence[str | int], message: str) -> RecproxyError:
        """The error about a key: `path:line: message`."""
        return self.error(f"{self.place(keys)}: {message}")


def read_toml(path: Path, error: type[RecproxyError], precedence: Precedence = Precedence.PACKAGE) -> TomlFile:
    """Read a TOML file; the given error where it cannot be read or parsed."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        return TomlFile(path=name, text=text, error=error, values=tomllib.loads(text), precedence=precedence)
    except OSError as problem:
        raise error(f"{name}: cannot be read: {problem.strerror or problem}") from None
    except UnicodeDecodeError:
        raise error(f"{name}:1: not UTF-8: save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        message, _, place = str(problem).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        number = line[1] if line else text.count("\n") + 1
        raise error(f"{name}:{number}: not TOML: {message[:1].lower()}{message[1:]}") from None


def _line(text: str, wanted: tuple[str | int, ...]) -> int:
    """The line of a key, or of the longest part of its path that the text names, whichever way TOML writes it."""
    best, best_depth = 1, 0
    for number, path, line in _entries(text):
        depth = next((each for each, (one, other) in enumerate(zip(path, wanted, strict=False)) if one != other), None)
        if depth is None:
            depth = min(len(path), len(wanted))
            if depth < len(wanted) and re.search(rf"\b{re.escape(str(wanted[depth]))}\b", line):
                depth += 1  # it is within an inline table
        if depth > best_depth:
            best, best_depth = number, depth
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
            if header[1] == "[[":
                table = (*table, counts[table])
                counts[table[:-1]] += 1
            found.append((number, table, ""))
        elif entry := _ENTRY.match(line):
            found.append((number, (*table, *_parts(entry[1])), line))
    return tuple(found)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, dotted))
