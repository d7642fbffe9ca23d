"""A secret JSON object or array as it was recorded: anything fits it, but for what its named places hold.

Knows the text of a live value; finds no secrets itself.
"""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Iterator, Mapping

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.field_values import HIDDEN, Hidden, hidden_value

__all__ = ["HiddenParts", "hidden_parts"]

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class HiddenParts(Hidden):
    """A secret value that holds others with named places, each at a path; a live value need not have them."""

    parts: tuple[tuple[_Path, Hidden], ...] = ()

    def fits(self, value: bytes, bound: Mapping[str, bytes] | None = None) -> dict[str, bytes] | None:
        """The values of the named places that are there, or None where one holds another value."""
        try:
            tree = json.loads(value)
        except (ValueError, RecursionError):
            return {}
        taken: dict[str, bytes] = {}
        known = dict(bound or {})
        for path, part in self.parts:
            text = _text_at(tree, path)
            if text is not None:
                found = part.fits(text, ChainMap(taken, known))
                if found is None:
                    return None
                taken.update(found)
        return taken


def hidden_parts(text: str, word: str) -> Hidden:
    """What a secret value stands for, of which this is the JSON."""
    if f"{word}[" not in text:
        return HIDDEN
    parts = tuple(
        (path, hidden_value(found.encode("utf-8", "surrogatepass"), word))
        for path, found in _strings(json.loads(text), ())
    )
    parts = tuple((path, part) for path, part in parts if part.named)
    # To the index it is one place, with a name.
    return HiddenParts((b"", b""), parts[0][1].names[:1], parts) if parts else HIDDEN


def _strings(tree: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict | list):
        for step, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _strings(value, (*path, step))


def _text_at(tree: object, path: _Path) -> bytes | None:
    for step in path:
        members = tree if isinstance(tree, dict) else dict(enumerate(tree)) if isinstance(tree, list) else {}
        if step not in members:
            return None
        tree = members[step]
    if isinstance(tree, str):
        return tree.encode("utf-8", "surrogatepass")
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "backslashreplace")
