"""Settings as people and machines read them: TOML with the source of each value after it, or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recproxy.lazy.patterns import lazy_pattern

if TYPE_CHECKING:
    from recproxy.config.layers import Setting

__all__ = ["as_json", "as_toml", "near"]

_WIDEST = 60  # characters: beyond a longer line, its source begins where that line ends
_BARE = lazy_pattern(r"[A-Za-z0-9_-]+")


def as_json(found: Iterable[Setting]) -> str:
    """A JSON list: `key`, `value`, `source` and `place` of each."""
    return json.dumps(
        [
            {
                "key": ".".join(map(str, each.key)),
                "value": each.value,
                "source": each.precedence.name.lower(),
                "place": each.place,
            }
            for each in found
        ]
    )


def as_toml(found: Iterable[Setting], above: tuple[str, ...] = ()) -> str:
    """Lines of TOML, below `above`: what they parse to is in effect; the comment of each says who says it."""
    tables: dict[tuple[str | int, ...], list[Setting]] = {}
    for each in found:
        tables.setdefault((*above, *each.key[:-1]), []).append(each)
    rows = [
        row
        for table, inner in sorted(tables.items(), key=lambda item: len(item[0]) > len(above))
        for row in _rows(table, inner)
    ]
    width = min(_WIDEST, max((len(text) for text, origin in rows if origin), default=0))
    return "".join(f"{text:<{width}}  # {origin}\n" if origin else f"{text}\n" for text, origin in rows)


def near(place: str) -> str:
    """A place as it is shown: relative to the working directory where it is below it."""
    path = Path(place)
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else place


def _rows(table: tuple[str | int, ...], found: Iterable[Setting]) -> Iterator[tuple[str, str]]:
    if table:
        names = ".".join(_name(part) for part in table if isinstance(part, str))
        yield "", ""
        yield f"[[{names}]]" if isinstance(table[-1], int) else f"[{names}]", ""
    for each in found:
        origin = f"{each.precedence.title}, {near(each.place)}" if each.place else each.precedence.title
        yield f"{_name(str(each.key[-1]))} = {_toml(each.value)}", origin


def _name(word: str) -> str:
    return word if _BARE.fullmatch(word) else json.dumps(word)


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # A JSON string is a basic string of TOML, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
