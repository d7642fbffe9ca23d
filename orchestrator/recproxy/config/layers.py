"""Which value of a key is in effect, and where it comes from. Pure: layers of tables in, settings out.

A *layer* is a table of a TOML file. Each *setting* is a key with its value from the highest layer that has it. What
`--show-config` prints and the values that a run uses are made from the same settings.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from recproxy.config.keys import Key, Kind, keys_of, nearest_word
from recproxy.config.toml_files import Precedence, TomlFile
from recproxy.recording.dataclass import dataclass

__all__ = ["Setting", "build", "nested", "settings"]

_Table = TypeVar("_Table")
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A key: its path, in which a number counts the tables of a list, its value, and where the value comes from.

    `locate` finds its place: that takes time, and a run needs few of them.
    """

    key: _Path
    value: Any
    precedence: Precedence = Precedence.DEFAULT
    locate: Callable[[], str] = str

    @property
    def place(self) -> str:
        """The `path:line` of a value from a file, the option or variable of another; empty for a default."""
        return self.locate()


def settings(table: type, layers: Sequence[TomlFile], path: _Path = ()) -> Iterator[Setting]:
    """The settings of a table, in the order of its declaration.

    Args:
        table: the dataclass that declares the keys.
        layers: from the lowest to the highest. All of them are checked, also what a higher one overrides.
        path: where the table is in them.

    Raises:
        RecproxyError: an unknown key, a wrong value, a required key that is missing; of the class of the file.
    """
    keys = keys_of(table)
    for key in keys:
        yield from _settings_of(key, layers, (*path, key.name))
    known = [key.name for key in keys]
    for layer in layers:
        for here in [(*path, name) for name in layer.at(path) if name not in known]:
            names = f"{', '.join(known)}{nearest_word(here[-1], known)}"
            raise layer.fail(here, f"unknown key {layer.named(here)!r}: the known keys are {names}")
    for key in keys:
        here = (*path, key.name)
        values = [value for layer in layers if (value := layer.at(here)) is not None]
        if key.missing and layers and not (values and values[-1]):
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
        if key.kind is Kind.TABLE and inner is not None:
            made[key.name] = build(key.table, inner)
        elif key.kind is Kind.TABLES and inner is not None:
            tables = inner.values() if isinstance(inner, Mapping) else inner
            made[key.name] = tuple(build(key.table, each) for each in tables)
    return table(**made)


def _settings_of(key: Key, layers: Sequence[TomlFile], path: _Path) -> Iterator[Setting]:
    layers = [layer for layer in layers if layer.at(path) is not None]
    said = [(_read(key, layer, path), layer) for layer in layers]
    if key.kind is Kind.TABLE:
        yield from settings(key.table, layers, path)
    elif key.kind is Kind.TABLES:  # a list of tables is overridden as a whole
        found: list[Setting] = []
        for value, layer in said:
            found = [each for number in range(len(value)) for each in settings(key.table, [layer], (*path, number))]
        yield from found
    elif key.kind is Kind.MAPPING:
        yield from _named(key, Kind.TEXT, layers, path)
    elif not said:
        yield Setting(key=path, value=key.read(list(key.default) if key.kind is Kind.STRINGS else key.default))
    elif isinstance(said[-1][0], dict):
        _named(key, Kind.TABLE, layers, path)  # inline tables are only read when they are used
    else:
        yield _setting(*said[-1], path)


def _named(key: Key, kind: Kind, layers: Sequence[TomlFile], path: _Path) -> Iterable[Setting]:
    """The settings of a table of any names, each from the highest layer that has it."""
    found: dict[str, Setting] = {}
    for layer in layers:
        for name in layer.at(path):
            here = (*path, name)
            found[name] = _setting(_read(Key(name=name, kind=kind), layer, here), layer, here)
            try:
                key.word.normal(name, "holds")
            except ValueError as problem:
                raise layer.fail(here, f"{layer.named(path)} {problem}") from None
    return found.values()


def _setting(value: Any, layer: TomlFile, path: _Path) -> Setting:
    locate = functools.partial(layer.place, path) if layer.precedence else str
    return Setting(key=path, value=value, precedence=layer.precedence, locate=locate)


def _read(key: Key, layer: TomlFile, path: _Path) -> Any:
    try:
        return key.read(layer.at(path))
    except ValueError as problem:
        raise layer.fail(path, f"{layer.named(path)} {problem}") from None
