"""TOML tables read strictly: every key known, every value of its type, every error with file, line and key.

Knows TOML and nothing of what a table means. `tomllib` gives no places, so a key's line is looked up in the text,
and only when an error needs it.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recproxy.errors import RecproxyError

__all__ = ["Source", "Table", "merged", "read_toml"]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


class Source:
    """A TOML file: its path as shown, its text, and which error it raises."""

    def __init__(self, path: str, text: str, error: type[RecproxyError]) -> None:
        self.path = path
        self.text = text
        self.error = error

    def fail(self, keys: Sequence[str | int], message: str) -> RecproxyError:
        """The error for what stands at `keys`: `path:line: message`; a number counts tables under one `[[key]]`."""
        return self.error(f"{self.place(keys)}: {message}")

    def place(self, keys: Sequence[str | int]) -> str:
        """Where a key stands, as `path:line`."""
        return f"{self.path}:{_line(self.text, keys)}"


class Table:
    """A table being read. Each key is asked for once; `done()` refuses those nobody asked for."""

    def __init__(self, values: Mapping[str, Any], source: Source, keys: tuple[str | int, ...] = ()) -> None:
        self._values = values
        self._source = source
        self._keys = keys
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fail(self, key: str | None, message: str) -> RecproxyError:
        """The error for a key of this table, or for the table itself."""
        return self._source.fail((*self._keys, key) if key else self._keys, message)

    def string(self, key: str, default: str = "") -> str:
        """A string."""
        return str(self._take(key, default, (str,), "a string"))

    def required(self, key: str) -> str:
        """A string that must be there and not be empty."""
        value = self.string(key)
        if not value:
            raise self.fail(key if key in self else None, f"{self.named(key)} is missing: give it a string")
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return bool(self._take(key, default, (bool,), "true or false"))

    def number(self, key: str, default: float) -> float:
        """A number of zero or more."""
        value = self._take(key, default, (int, float), "a number")
        if isinstance(value, bool) or value < 0:
            raise self.fail(key, f"{self.named(key)} is {value!r}: give it a number of zero or more")
        return float(value)

    def choice(self, key: str, known: Sequence[str]) -> str:
        """One of the known words; the first is the default."""
        value = self.string(key, known[0])
        if value not in known:
            raise self.fail(key, f"{self.named(key)} is {value!r}: give it {_listed(known, value)}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty by default."""
        value = self._take(key, [], (list,), "a list of strings")
        if not all(isinstance(item, str) for item in value):
            raise self.fail(key, f"{self.named(key)} holds something that is no string: give it a list of strings")
        return tuple(value)

    def mapping(self, key: str) -> dict[str, str]:
        """A table of strings, empty by default."""
        value = self._take(key, {}, (dict,), "a table of strings")
        for name, item in value.items():
            if not isinstance(item, str):
                raise self._source.fail(
                    (*self._keys, key, name), f"{self.named(key)}.{name} is {item!r}: give it a string"
                )
        return dict(value)

    def table(self, key: str) -> Table:
        """A table, empty by default."""
        return Table(self._take(key, {}, (dict,), "a table"), self._source, (*self._keys, key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables, empty by default."""
        value = self._take(key, [], (list,), f"tables, each under [[{key}]]")
        if not all(isinstance(item, dict) for item in value):
            raise self.fail(key, f"{self.named(key)} holds something that is no table: write each under [[{key}]]")
        return [Table(item, self._source, (*self._keys, key, number)) for number, item in enumerate(value)]

    def named_tables(self, key: str) -> dict[str, dict[str, Any]]:
        """A table of tables, as plain dicts, empty by default."""
        value = self._take(key, {}, (dict,), "a table of tables")
        for name, item in value.items():
            if not isinstance(item, dict):
                raise self._source.fail((*self._keys, key, name), f"{self.named(key)}.{name} must be a table")
        return dict(value)

    def done(self) -> None:
        """Refuse the keys nobody asked for."""
        for key in self._values:
            if key not in self._known:
                raise self.fail(key, f"unknown key {self.named(key)!r}: known here are {_listed(self._known, key)}")

    def _take(self, key: str, default: Any, kinds: tuple[type, ...], wanted: str) -> Any:
        if key not in self._known:  # the versions of a profile are looked at before all else
            self._known.append(key)
        value = self._values.get(key, default)
        if not isinstance(value, kinds):
            raise self.fail(key, f"{self.named(key)} is {value!r}: give it {wanted}")
        return value

    def named(self, key: str) -> str:
        """A key with its path, as it is shown."""
        return ".".join(str(part) for part in (*self._keys, key) if isinstance(part, str))


def read_toml(path: Path, error: type[RecproxyError], *, shown: str | None = None) -> tuple[dict[str, Any], Source]:
    """The values of a TOML file and its source; the given error where it cannot be read or parsed."""
    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise error(f"{name}: cannot be read: {problem.strerror or problem}") from None
    except UnicodeDecodeError:
        raise error(f"{name}:1: not UTF-8: save the file as UTF-8") from None
    try:
        return tomllib.loads(text), Source(name, text, error)
    except tomllib.TOMLDecodeError as problem:
        place = re.search(r"\(at line (\d+), column \d+\)", str(problem))
        line = place[1] if place else text.count("\n") + 1
        message = re.sub(r" \(at .*\)", "", str(problem))
        raise error(f"{name}:{line}: not TOML: {message[:1].lower()}{message[1:]}") from None


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables as one, key by key; where both hold a value that is no table, the upper one's stands."""
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def _listed(known: Sequence[str], word: str) -> str:
    """The known words in order, the nearest one named first."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    text = ", ".join(filter(None, known))
    return f"{text} (nearest: {near[0]})" if near else text


def _line(text: str, keys: Sequence[str | int]) -> int:
    """The line of a key, or of the last part of it that can be found (dotted keys, tables and inline ones alike)."""
    wanted = tuple(keys)
    table: tuple[str | int, ...] = ()
    counts: Counter[tuple[str | int, ...]] = Counter()
    best, best_depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        entry = None if header else _ENTRY.match(line)
        if header:
            path: tuple[str | int, ...] = _parts(header[2])
            table = path
            if header[1] == "[[":
                table = (*path, counts[path])
                counts[path] += 1
                # Where no number is asked for, any of them will do.
                path = table if wanted[: len(table)] == table else path
        elif entry:
            path = (*table, *_parts(entry[1]))
            inner = wanted[: len(path) + 1]
            if len(inner) > len(path) and inner[:-1] == path and re.search(rf"\b{re.escape(str(inner[-1]))}\b", line):
                path = inner
        else:
            continue
        path = path[: len(wanted)]  # [a.b.c] makes a.b, which may have no line of its own
        depth = len(path) if wanted[: len(path)] == path else 0
        if depth > best_depth:
            best, best_depth = number, depth
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted))
