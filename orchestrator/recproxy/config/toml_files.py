"""Tables of TOML files: what they hold, how much they count, and the line of each key.

`tomllib` gives no places. The line of a key is that of the statement without which the text does not have it, and it
is only looked for when an error or `--show-config` needs it. Knows nothing of what a table means.
"""

from __future__ import annotations

import bisect
import enum
import functools
import operator
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from recproxy.control.shown_paths import shown_path
from recproxy.errors import RecproxyError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.toml_text import UnreadableToml, read_toml_text

__all__ = ["Precedence", "TomlFile", "parsed_toml", "read_toml"]


#: What matters to where a statement ends: strings and comments as a whole, brackets, and the ends of lines. A string of
#: several lines may end with up to two quotation marks of its own.
_PART = lazy_pattern(
    r"""\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{}]|\n""", re.DOTALL
)


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
        return _value(self.values, keys)

    def table(self, *keys: str) -> TomlFile:
        """A table in it."""
        return replace(self, values=self.at(keys), keys=(*self.keys, *keys))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables in it."""
        return tuple(name for name, value in self.values.items() if isinstance(value, dict))

    def place(self, keys: Sequence[str | int]) -> str:
        """Where a key is, as `path:line`."""
        return f"{self.path}:{_line(self.text, (*self.keys, *keys))}"

    def named(self, keys: Sequence[str | int]) -> str:
        """A key as messages name it: with its whole path in the file."""
        return ".".join(part for part in (*self.keys, *keys) if isinstance(part, str))

    def fail(self, keys: Sequence[str | int], message: str) -> RecproxyError:
        """The error about a key: `path:line: message`."""
        return self.error(f"{shown_path(self.place(keys))}: {message}")


def read_toml(path: Path, error: type[RecproxyError], precedence: Precedence = Precedence.PACKAGE) -> TomlFile:
    """Read a TOML file; the given error where it cannot be read or parsed."""
    try:
        return parsed_toml(path.read_text(encoding="utf-8"), path, error, precedence)
    except OSError as problem:
        raise error(f"{shown_path(str(path))}: cannot be read: {problem.strerror or problem}") from None
    except UnicodeDecodeError:
        raise error(f"{shown_path(str(path))}:1: not UTF-8: save the file as UTF-8") from None


def parsed_toml(
    text: str, path: Path, error: type[RecproxyError], precedence: Precedence = Precedence.PACKAGE
) -> TomlFile:
    """The same of a text that a file has, or will have."""
    name, shown = str(path), shown_path(str(path))
    try:
        return TomlFile(path=name, text=text, error=error, values=read_toml_text(text), precedence=precedence)
    except UnreadableToml as problem:
        raise error(f"{shown}: {problem}") from None
    except tomllib.TOMLDecodeError as problem:
        message, _, place = str(problem).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        number = line[1] if line else text.count("\n") + 1
        raise error(f"{shown}:{number}: not TOML: {message[:1].lower()}{message[1:]}") from None


def _line(text: str, wanted: Sequence[str | int]) -> int:
    """The first line of the statement that makes a key, or else the longest part of its path that is there."""
    ends = _statements(text)
    for depth in range(len(wanted), 0, -1):
        path = wanted[:depth]
        last = bisect.bisect_left(ends, True, key=lambda end: _value(_beginning(text, end), path) is not None)
        if last < len(ends):
            return ends[last - 1] + 1
    return 1


@functools.lru_cache(maxsize=8)
def _statements(text: str) -> Sequence[int]:
    """The line on which each statement of TOML ends; the first of them is 0. The text up to there is TOML as well."""
    ends, depth, line = [0], 0, 1
    for found in _PART.finditer(f"{text}\n"):  # the last line has no end of its own
        part = found[0]
        depth += (part in ("[", "{")) - (part in ("]", "}"))
        if part == "\n" and not depth:
            ends.append(line)
        line += part.count("\n")
    return ends


@functools.lru_cache(maxsize=1000)  # the searches for the keys of a file begin alike
def _beginning(text: str, lines: int) -> Mapping[str, Any]:
    return tomllib.loads("\n".join(text.split("\n")[:lines]))


def _value(values: Any, path: Sequence[str | int]) -> Any:
    try:
        return functools.reduce(operator.getitem, path, values)
    except (KeyError, IndexError, TypeError):
        return None
