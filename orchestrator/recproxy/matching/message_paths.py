"""Fields of gRPC messages by their names: in differences, in rules, and as a place in JSON.

A field is named from its message on, as in `meta.tags[0]`; where a call has several messages, the number of the message
comes first, from 0: `[1].meta.timestamp`. A rule names fields without numbers: `meta.timestamp`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["message_path", "path_of_rule", "steps_of", "without_field"]

_STEP = lazy_pattern(r"\[([0-9]+)\]|\.?([^.\[]+)")


def message_path(path: Sequence[str | int]) -> str:
    """A place in messages as a person names it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def steps_of(path: str) -> list[str]:
    """The keys and positions that such a place is made of."""
    return [found[1] or found[2] for found in _STEP.finditer(path)]


def path_of_rule(path: str) -> str:
    """The field of a place, as a rule names it."""
    return re.sub(r"\[[0-9]+\]", "", path).lstrip(".")


def without_field(node: object, names: tuple[str, ...]) -> object:
    """JSON of messages without a field; of one that has no name, what its type was guessed to be may follow its number."""
    if isinstance(node, list):
        return [without_field(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    name, rest = names[0], names[1:]
    found: dict[object, object] = {}
    for key, value in node.items():
        if name not in (key, "*", key.partition(":")[0]):
            found[key] = value
        elif rest:
            found[key] = without_field(value, rest)
    return found
