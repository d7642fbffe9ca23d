"""Where a key belongs that stands in a wrong table: the headings of TOML under which it is known. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recproxy.config.keys import Kind, keys_of

__all__ = ["right_place"]

_TOP = "at the top of the file, above all tables"


def right_place(name: str, tables: Sequence[tuple[type, tuple[str, ...] | None]]) -> str:
    """Where a key is known, in words; empty where it is unknown everywhere.

    Args:
        name: the key.
        tables: dataclasses that declare keys, with their paths in the file; None for one of another file, the project's. The tables of
            profiles are those of the first.
    """
    found = dict.fromkeys(
        place for number, (table, path) in enumerate(tables) for place in _places(name, table, path, inline=not number)
    )
    return " or ".join(found).replace(" or under ", " or ")


def _places(
    name: str, table: type, path: tuple[str, ...] | None, *, inline: bool, listed: bool = False
) -> Iterator[str]:
    for key in keys_of(table):
        if key.name == name:
            yield _heading(path, listed=listed)
        if key.table and path is not None:
            below = (*path, key.name)
            yield from _places(name, key.table, below, inline=inline, listed=key.kind is Kind.TABLES)
        if inline and key.inline and path is not None:
            yield from _places(name, key.inline, (*path, key.name, "NAME"), inline=False)


def _heading(path: tuple[str, ...] | None, *, listed: bool) -> str:
    if path is None:
        return "in [tool.recproxy] of pyproject.toml, or in recproxy.toml"
    if not path:
        return _TOP
    text = ".".join(path)
    return f"under [[{text}]]" if listed else f"under [{text}]"
