"""Which value of a key is in effect, and where it comes from. Pure: layers of tables in, settings out.

A *layer* is a table of a TOML file. Each *setting* is a key with its value from the highest layer that has it; a list may
also add to that of the layers below, with `json.add = [...]`. What `--show-config` prints and the values that a run uses
are made from the same settings.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from recproxy.config.keys import Key, Kind, keys_of, nearest_word
from recproxy.config.misplaced import right_place
from recproxy.config.toml_files import Precedence, TomlFile
from recproxy.lazy.dataclass import dataclass

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


def settings(
    table: type, layers: Sequence[TomlFile], path: _Path = (), *, within: Sequence[type] = ()
) -> Iterator[Setting]:
    """The settings of a table, in the order of its declaration.

    Args:
        table: the dataclass that declares the keys.
        layers: from the lowest to the highest. All of them are checked, also what a higher one overrides.
        path: where the table is in them.
        within: the dataclass of the whole layers, and that of the table around them, for a key in a wrong table.

    Raises:
        RecproxyError: an unknown key, a wrong value, a required key that is missing; of the class of the file.
    """
    keys = {key.name: key for key in keys_of(table)}
    within = within or (table,)
    for name, key in keys.items():
        yield from _settings_of(key, layers, (*path, name), within)
    for layer in layers:
        for name in layer.at(path):
            if name not in keys:
                known = _known_places(name, layer, within)
                names = f"{', '.join(keys)}{nearest_word(name, [*keys])}"
                advice = f"it belongs {known}" if known else f"the known keys are {names}"
                raise layer.fail((*path, name), f"unknown key {layer.named((*path, name))!r}: {advice}")
    for name, key in keys.items():
        said = [value for layer in layers if (value := layer.at((*path, name))) is not None]
        if key.missing and layers and not any(said[-1:]):
            raise layers[-1].fail((*path, name), key.missing)


def _known_places(name: str, layer: TomlFile, within: Sequence[type]) -> str:
    """Where a layer, or the project around it, has a key of this name."""
    paths = [layer.keys, layer.keys[:-2] if layer.keys else None]  # an inline profile is under profiles.NAME
    return right_place(name, [*zip(within, paths, strict=False)])


def nested(found: Iterable[Setting]) -> dict[Any, Any]:
    """The values of settings as tables within tables; a list of tables is a table by number."""
    values: dict[Any, Any] = {}
    for each in found:
        table = functools.reduce(lambda table, part: table.setdefault(part, {}), each.key[:-1], values)
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


def _settings_of(key: Key, layers: Sequence[TomlFile], path: _Path, within: Sequence[type]) -> Iterable[Setting]:
    layers = [layer for layer in layers if layer.at(path) is not None]
    said = [] if _can_be_extended(key) else [_setting(key, layer, path) for layer in layers]
    if key.kind is Kind.TABLE:
        return settings(key.table, layers, path, within=within)
    if key.kind is Kind.TABLES:
        tables: list[Setting] = []
        for layer, setting in zip(layers, said, strict=True):  # a list of tables is overridden as a whole
            numbers = range(len(setting.value))
            tables = [each for n in numbers for each in settings(key.table, [layer], (*path, n), within=within)]
        return tables
    if key.kind is Kind.MAPPING:
        return _named(key, Kind.TEXT, layers, path)
    if _can_be_extended(key):
        return [_strings(key, layers, path)]
    if said and isinstance(said[-1].value, dict):
        _named(key, Kind.TABLE, layers, path)
        return ()  # inline tables are only read when they are used
    default = list(key.default) if key.kind is Kind.STRINGS else key.default
    return said[-1:] or [Setting(key=path, value=key.read(default))]


def _can_be_extended(key: Key) -> bool:
    return key.kind is Kind.STRINGS and key.inline is None


def _strings(key: Key, layers: Sequence[TomlFile], path: _Path) -> Setting:
    """A list: that of the highest layer that has one, and what the layers above it add."""
    found = Setting(key=path, value=key.read(list(key.default)))
    for layer in layers:
        held = layer.at(path)
        if not isinstance(held, dict):
            found = _setting(key, layer, path)
            continue
        if any(isinstance(part, int) for part in path):  # a table of a list replaces those below: nothing to add to
            raise layer.fail(path, f"{layer.named(path)} is a table: give it a list of strings")
        if held.keys() != {"add"}:
            raise layer.fail(
                path, f"{layer.named(path)} is a table: give it a list of strings, or add to it with add = []"
            )
        more = _setting(key, layer, (*path, "add"))
        value = (*found.value, *(each for each in more.value if each not in found.value))
        found = replace(more, key=path, value=value)
    return found


def _named(key: Key, kind: Kind, layers: Sequence[TomlFile], path: _Path) -> Iterable[Setting]:
    """The settings of a table of any names, each from the highest layer that has it."""
    found: dict[str, Setting] = {}
    for layer in layers:
        for name in layer.at(path):
            found[name] = _setting(Key(name=name, kind=kind), layer, (*path, name))
            with _placed(layer, (*path, name), path):
                key.word.normal(name, "holds")
    return found.values()


def _setting(key: Key, layer: TomlFile, path: _Path) -> Setting:
    with _placed(layer, path, path):
        value = key.read(layer.at(path))
    locate = functools.partial(layer.place, path) if layer.precedence else str
    return Setting(key=path, value=value, precedence=layer.precedence, locate=locate)


@contextlib.contextmanager
def _placed(layer: TomlFile, path: _Path, named: _Path) -> Iterator[None]:
    """Give a ValueError its place, and the name of the key that it is about."""
    try:
        yield
    except ValueError as problem:
        raise layer.fail(path, f"{layer.named(named)} {problem}") from None
