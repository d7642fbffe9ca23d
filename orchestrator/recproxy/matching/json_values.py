"""JSON by value: exact numbers, repeated keys never collapsed, one canonical text for equal values.

Knows texts and trees, not requests. What JSON cannot say (a wild place, a secret, a number too exact for a float) is
a mark in the tree.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from enum import Enum
from functools import partial
from itertools import chain
from typing import TypeAlias, cast

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.field_values import HIDDEN, SECRET, Hidden, hidden_value
from recproxy.matching.hidden_json import hidden_parts
from recproxy.matching.message_paths import without_field
from recproxy.matching.rules import JsonPlan
from recproxy.recording.json_reader import Values, text_of

__all__ = [
    "Mark",
    "Node",
    "Number",
    "Path",
    "Repeated",
    "canonical",
    "concealed",
    "cover",
    "parse_json",
    "pointer",
    "readable",
    "scalar_text",
]

#: A body nested deeper than this is compared by bytes: no walk of ours may meet the interpreter's own limit.
_DEEPEST = 100

#: Integers of more digits are kept as text, for `int` refuses them.
_LONGEST = 4300

#: Where a value stands in a tree.
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A number that neither int nor float holds exactly, in canonical digits; or NaN or an infinity."""

    text: str


@dataclass(slots=True)
class Repeated:
    """An object in which a key stands twice: its pairs by key, those of one key in their order."""

    pairs: list[tuple[str, Node]]


class Mark(Enum):
    """A place in a tree that is not compared as it stands."""

    WILD = "wild"
    IGNORED = "ignored"


Node: TypeAlias = "dict[str, Node] | list[Node] | Repeated | Number | Mark | Hidden | str | int | float | bool | None"


def parse_json(body: bytes, charset: str | None, plan: JsonPlan, word: str | None = None) -> tuple[Node] | None:
    """The tree of a body in a tuple of one, without what the plan ignores and hides; None where it is not JSON.

    A recorded body's wild word may be without quotes, in the place of a value; it is read as if it had them.
    """
    try:
        text = text_of(body, charset)
        tree: Node = _VALUES.read(text, word)
    except (ValueError, LookupError):
        return None
    if text.count("[") + text.count("{") > _DEEPEST and _too_deep(tree):
        return None
    for path in plan.ignored:
        tree = _change(tree, path, _ignored)
    for names in plan.fields:
        tree = cast("Node", without_field(tree, names))
    hide = partial(_hidden, word=word)
    for path in plan.secret:
        tree = _change(tree, path, hide)
    if plan.spells_secret is not None and plan.spells_secret.search(text):
        _change_keys(tree, plan.secret_keys, hide)
    return (tree,)


def concealed(node: Node, path: Path, plan: JsonPlan) -> Node:
    """What stands at a path of a live tree, as it may be shown."""
    steps = tuple(map(str, path))
    secrets = [each for each in plan.secret if all(one in (step, "*") for one, step in zip(each, steps, strict=False))]
    if any(len(secret) <= len(steps) for secret in secrets):
        return HIDDEN
    if any(isinstance(step, str) and step.lower() in plan.secret_keys for step in path):
        return HIDDEN
    node = deepcopy(node)
    for secret in secrets:
        node = _change(node, secret[len(steps) :], _hidden)
    _change_keys(node, plan.secret_keys, _hidden)
    return node


def canonical(tree: Node) -> str:
    """One text for all trees of equal value, whatever the order of their keys."""
    return _encode(tree)


def pointer(path: Path) -> str:
    """A path as a JSON Pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def scalar_text(tree: Node) -> bytes:
    """The text of a value as a wild place takes it: a string without its quotes, else JSON."""
    if isinstance(tree, str):
        return tree.encode("utf-8", "surrogatepass")
    return readable(tree).encode("utf-8", "backslashreplace")


def readable(tree: Node) -> str:
    """A tree as JSON for people; marks are words."""
    return _show(tree)


def cover(tree: Node, path: Path, mark: Mark) -> tuple[Node, Callable[[], None]] | None:
    """Put a mark at a path; the value that stood there and what puts it back, or None where nothing is there."""
    found, holder, last = (tree,), tree, path[-1]
    for step in path:
        holder, member = found[0], _member(found[0], step)
        if member is None:
            return None
        found = member
    members = cast("dict[str | int, Node]", holder)
    members[last] = mark
    return found[0], partial(members.__setitem__, last, found[0])


def _member(holder: Node, step: str | int) -> tuple[Node] | None:
    """A member of an object or array in a tuple of one, or None where there is none."""
    if isinstance(step, str):
        return (holder[step],) if isinstance(holder, dict) and step in holder else None
    return (holder[step],) if isinstance(holder, list) and step < len(holder) else None


def _object(pairs: list[tuple[str, Node]]) -> Node:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(sorted(pairs, key=_key))


def _key(pair: tuple[str, Node]) -> str:
    return pair[0]


def _number(text: str) -> Node:
    value = float(text)
    if repr(value) == text and not value.is_integer():
        return value
    sign, digits, exponent = _digits(text)
    if exponent >= 0 and len(digits) + exponent <= _LONGEST:
        return int(sign + digits + "0" * exponent)
    if value - value == 0 and _digits(repr(value)) == (sign, digits, exponent):
        return value
    return Number(f"{sign}{digits}e{exponent}")


def _digits(text: str) -> tuple[str, str, int]:
    """Sign, significant digits and exponent of a JSON number: the same for all its spellings."""
    mantissa, _, power = text.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    every = (whole + fraction).lstrip("0")
    digits = every.rstrip("0")
    if not digits:
        return "", "0", 0
    return sign, digits, int(power or 0) - len(fraction) + len(every) - len(digits)


_VALUES = Values(pairs=_object, number=_number, constant=Number)


def _escaped(node: object) -> object:
    """What JSON cannot say, as a list that begins with NaN, which no other list of a tree can."""
    if isinstance(node, Repeated):
        return [_NAN, "pairs", node.pairs]
    if isinstance(node, Number):
        return [_NAN, "number", node.text]
    if isinstance(node, Hidden):
        return [_NAN, "hidden", [piece.decode("latin-1") for piece in node.pieces], node.names, repr(node)]
    assert isinstance(node, Mark)
    return [_NAN, node.value]


_NAN = float("nan")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, default=_escaped).encode


def _plain(node: object) -> object:
    if isinstance(node, Repeated):
        return [dict([pair]) for pair in node.pairs]
    if isinstance(node, Number):
        return node.text if node.text[-1].isdigit() else float(node.text)
    if isinstance(node, Hidden):
        return SECRET.decode()
    assert isinstance(node, Mark)
    return f"({node.value})"


_show = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_plain).encode


def _children(node: Node) -> list[Node]:
    if isinstance(node, dict):
        return list(node.values())
    if isinstance(node, Repeated):
        return [value for _, value in node.pairs]
    return node if isinstance(node, list) else []


def _too_deep(tree: Node) -> bool:
    level = [tree]
    for _ in range(_DEEPEST):
        level = list(chain.from_iterable(map(_children, level)))
        if not level:
            return False
    return True


def _ignored(_: Node) -> Node:
    return Mark.IGNORED


def _hidden(node: Node, word: str | None = None) -> Node:
    """A secret value as it was recorded: anything, but for its named places."""
    if isinstance(node, str):
        return hidden_value(scalar_text(node), word)
    return HIDDEN if word is None else hidden_parts(readable(node), word)


_Made: TypeAlias = Callable[[Node], Node]


def _change(node: Node, path: tuple[str, ...], made: _Made) -> Node:
    """The tree with what stands at a path changed; an ignored member is gone, but others of a list keep their place."""
    if not path:
        return made(node)
    step, rest = path[0], path[1:]
    gone = not rest and made is _ignored
    every = step == "*"  # as in redaction
    if isinstance(node, dict):
        if gone and every:
            node.clear()
        elif gone:
            node.pop(step, None)
        else:
            node.update({key: _change(node[key], rest, made) for key in (node if every else {step} & node.keys())})
    elif isinstance(node, Repeated):
        changed = [(key, _change(value, rest, made) if every or key == step else value) for key, value in node.pairs]
        node.pairs = [pair for pair in changed if not (gone and (every or pair[0] == step))]
    elif isinstance(node, list) and (every or (step.isascii() and step.isdigit() and int(step) < len(node))):
        for place in range(len(node)) if every else (int(step),):
            node[place] = _change(node[place], rest, made)
        while node and node[-1] is Mark.IGNORED:
            node.pop()
    return node


def _change_keys(node: Node, keys: frozenset[str], made: _Made) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            if key.lower() in keys:
                node[key] = made(value)
            else:
                _change_keys(value, keys, made)
    elif isinstance(node, Repeated):
        node.pairs = [(key, made(value) if key.lower() in keys else value) for key, value in node.pairs]
        for key, value in node.pairs:
            if key.lower() not in keys:
                _change_keys(value, keys, made)
    elif isinstance(node, list):
        for value in node:
            _change_keys(value, keys, made)
