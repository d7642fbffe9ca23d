"""Which value of a key is in effect, and where it comes from. Pure: layers of tables in, settings out."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recproxy.config.declared import Key, Keys
from recproxy.config.tables import Source, Table
from recproxy.errors import ProfileError

__all__ = ["Layer", "Precedence", "Setting", "settings"]


class Precedence(enum.IntEnum):
    """Who says what a value is; the later one goes before the earlier."""

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
class Layer:
    """A table that says values: who it speaks for, and where it stands."""

    precedence: Precedence
    values: Mapping[str, Any]
    source: Source
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key: its path, in which a number counts tables of a list, its value, who says it, and where."""

    key: tuple[str | int, ...]
    value: Any
    precedence: Precedence = Precedence.DEFAULT
    place: str = ""

    @property
    def origin(self) -> str:
        """Who says it and where, in words."""
        return f"{self.precedence.title}, {self.place}" if self.place else self.precedence.title


def settings(declared: Keys, layers: Sequence[Layer]) -> Iterator[Setting]:
    """The settings of a table, in the order of its declaration: each value from the highest layer that says it.

    The layers were read before: what is in them is right.
    """
    yield from _table(declared, sorted(layers, key=lambda layer: layer.precedence, reverse=True), ())


def _table(declared: Keys, layers: Sequence[Layer], path: tuple[str | int, ...]) -> Iterator[Setting]:
    for name, key in declared.keys.items():
        here = (*path, name)
        holder = next((layer for layer in layers if _at(layer.values, here) is not None), None)
        if isinstance(key, Keys) and key.many:
            # A list of tables stands or falls as one.
            count = len(_at(holder.values, here)) if holder else 0
            for number in range(count):
                yield from _table(Keys(keys=key.keys), [holder] if holder else [], (*here, number))
        elif isinstance(key, Keys):
            yield from _table(key, layers, here)
        elif key.kind in ("mapping", "tables"):
            yield from _mapping(key, layers, here)
        else:
            yield _leaf(key, holder, here)


def _leaf(key: Key, layer: Layer | None, path: tuple[str | int, ...]) -> Setting:
    name = str(path[-1])
    if layer is None:
        return Setting(key=path, value=key.read(Table({}, Source("", "", ProfileError)), name))
    table = Table({name: _at(layer.values, path)}, layer.source, layer.keys)
    place = layer.source.place((*layer.keys, *path))
    return Setting(key=path, value=key.read(table, name), precedence=layer.precedence, place=place)


def _mapping(key: Key, layers: Sequence[Layer], path: tuple[str | int, ...]) -> Iterator[Setting]:
    """A table of free names: each of them from the highest layer that has it."""
    if key.kind == "tables":
        return
    seen: set[str] = set()
    for layer in layers:
        for name, value in (_at(layer.values, path) or {}).items():
            if name not in seen:
                seen.add(name)
                place = layer.source.place((*layer.keys, *path, name))
                yield Setting(key=(*path, name), value=value, precedence=layer.precedence, place=place)


def _at(values: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path, None where nothing does."""
    for part in path:
        if isinstance(part, int) or (isinstance(values, Mapping) and part in values):
            values = values[part]
        else:
            return None
    return values
