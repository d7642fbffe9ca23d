"""Which value of a key is in effect, and where it comes from. Pure: layers of tables in, settings out.

A *layer* is a table of a TOML file. Each *setting* is a key with its value from the highest layer that has it. What
`--show-config` prints and the values that a run uses are made from the same settings.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from recproxy.config.keys import MAPPING, STRINGS, TABLE, Key, keys_of, with_nearest
from recproxy.config.toml_files import TomlFile
from recproxy.errors import RecproxyError

__all__ = ["ConfigLayer", "Precedence", "Setting", "build", "nested", "settings"]

_Table = TypeVar("_Table")
_Path = tuple[str | int, ...]


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
class ConfigLayer:
    """A table of a file: how much it counts, and where in the file it is."""

    precedence: Precedence
    file: TomlFile
    keys: tuple[str, ...] = ()

    def at(self, path: Sequence[str | int]) -> Any:
        """Its value at a path, None where there is none."""
        return self.file.at((*self.keys, *path))

    def place(self, path: Sequence[str | int]) -> str:
        """Where a key is, as `path:line`."""
        return self.file.place((*self.keys, *path))

    def fail(self, path: Sequence[str | int], message: str) -> RecproxyError:
        """The error about a key."""
        return self.file.fail((*self.keys, *path), message)

    def named(self, path: Sequence[str | int]) -> str:
        """A key as messages name it: with its whole path in the file."""
        return ".".join(part for part in (*self.keys, *path) if isinstance(part, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A key: its path, in which a number counts the tables of a list, its value, and where the value comes from."""

    key: _Path
    value: Any
    precedence: Precedence = Precedence.DEFAULT
    place: str = ""


def settings(
    table: type, layers: Sequence[ConfigLayer], path: _Path = (), optional: Collection[str] = ()
) -> Iterator[Setting]:
    """The settings of a table, in the order of its declaration.

    Args:
        table: the dataclass that declares the keys.
        layers: from the lowest to the highest. All of them are checked, also what a higher one overrides.
        path: where the table is in them.
        optional: required keys that need not be there.

    Raises:
        RecproxyError: an unknown key, a wrong value, a required key that is missing; of the class of the file.
    """
    for key in keys_of(table):
        yield from _settings_of(key, layers, (*path, key.name))
    for layer in layers:
        _check_names(table, layer, path)
    for key in keys_of(table):
        here = (*path, key.name)
        values = [value for layer in layers if (value := layer.at(here)) is not None]
        if key.missing and key.name not in optional and layers and not (values and values[-1]):
            raise layers[-1].fail(here, key.missing)


def nested(found: Iterable[Setting]) -> dict[Any, Any]:
    """The values of settings as tables within tables; a list of tables is a table by number."""
    values: dict[Any, Any] = {}
    for each in found:
        table = values
        for part in each.key[:-1]:
            table = table.setdefault(part, {})
        table[each.key[-1]] = each.value
    return values


def build(table: type[_Table], values: Mapping[Any, Any]) -> _Table:
    """The dataclass of a table from its values, with those of the tables within it."""
    made = dict(values)
    for key in keys_of(cast("type", table)):
        inner = values.get(key.name)
        if key.table and key.kind is TABLE and inner is not None:
            made[key.name] = build(key.table, inner)
        elif key.table and inner is not None:
            tables = inner.values() if isinstance(inner, Mapping) else inner
            made[key.name] = tuple(build(key.table, each) for each in tables)
    return table(**made)


def _settings_of(key: Key, layers: Sequence[ConfigLayer], path: _Path) -> Iterator[Setting]:
    holders = [layer for layer in layers if layer.at(path) is not None]
    values = [_read(key, layer, path) for layer in holders]
    if key.table and key.kind is TABLE:
        yield from settings(key.table, holders, path)
    elif key.table:  # a list of tables is overridden as a whole
        found: list[Setting] = []
        for layer in holders:
            tables = range(len(layer.at(path)))
            found = [each for number in tables for each in settings(key.table, [layer], (*path, number))]
        yield from found
    elif key.kind is MAPPING:
        yield from _mapping(key, holders, path)
    elif not holders:
        yield Setting(key=path, value=key.read(list(key.default) if key.kind is STRINGS else key.default))
    elif isinstance(values[-1], dict):  # inline tables have settings of their own
        _check_tables(holders, path)
    else:
        top = holders[-1]
        yield Setting(key=path, value=values[-1], precedence=top.precedence, place=top.place(path))


def _read(key: Key, layer: ConfigLayer, path: _Path) -> Any:
    try:
        return key.read(layer.at(path))
    except ValueError as problem:
        raise layer.fail(path, f"{layer.named(path)} {problem}") from None


def _mapping(key: Key, layers: Sequence[ConfigLayer], path: _Path) -> Iterator[Setting]:
    """A table of strings: each name from the highest layer that has it."""
    found: dict[str, Setting] = {}
    for layer in layers:
        for name, value in layer.at(path).items():
            here = (*path, name)
            if not isinstance(value, str):
                raise layer.fail(here, f"{layer.named(here)} is {value!r}: give it a string")
            try:
                key.word.normal(name, "holds")
            except ValueError as problem:
                raise layer.fail(here, f"{layer.named(path)} {problem}") from None
            found[name] = Setting(key=here, value=value, precedence=layer.precedence, place=layer.place(here))
    yield from found.values()


def _check_tables(layers: Sequence[ConfigLayer], path: _Path) -> None:
    for layer in layers:
        for name, value in layer.at(path).items():
            if not isinstance(value, dict):
                raise layer.fail((*path, name), f"{layer.named((*path, name))} is {value!r}: give it a table")


def _check_names(table: type, layer: ConfigLayer, path: _Path) -> None:
    known = [key.name for key in keys_of(table)]
    for name in layer.at(path):
        if name not in known:
            here = (*path, name)
            raise layer.fail(here, f"unknown key {layer.named(here)!r}: the known keys are {with_nearest(known, name)}")
