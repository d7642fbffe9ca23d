"""The keys of the index: what a recorded request is stored under, and a live one looked up by.

An example. This request was recorded, and the host is compared elsewhere:

    GET https://a.example/users/7?lang=en&ts=t-XXX

- Its *family* is what all requests like it have in common, whatever their values:
  three path segments (the first is empty), the names `lang` and `ts`, no headers, no remote call,
  no body of a special kind.
- Its *slots* are its values in a fixed order: `GET`, ``, `users`, `7`, `en`, `t-XXX`, and the empty body.
- Its *mask* says which slots are wild: slot 5, with 2 literal bytes before the `XXX` and 0 after it.
- Its *key* is the slots with the wild part left out: `GET`, ``, `users`, `7`, `en`, (`t-`, ``), and the empty body.

A live request with `ts=t-99` has the same family. Under this mask it has the same key, so one look-up in a dict finds
the recording. A live request with `ts=99` has the key (`99`, ``) in slot 5, and does not find it.

The same functions read both sides. Knows fields, not where requests are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from recproxy.matching.bodies import FormFields, Json, Multipart, Raw
from recproxy.matching.compare_json import WildPlace
from recproxy.matching.field_values import ANYTHING, Value
from recproxy.matching.fields import Fields, whole_path
from recproxy.matching.json_values import Mark, Node, Path, canonical, cover, scalar_text
from recproxy.matching.url import Pairs
from recproxy.recording.wildcard import Pattern, pattern

__all__ = ["NO_MASK", "Mask", "Shape", "Slot", "family_of", "key_of", "literal_shape", "mask_of", "slots_of"]

#: A value of a request, or all values whose names are not written out.
Slot = Value | tuple[bytes, ...]


class Shape(NamedTuple):
    """How a request is looked up: by which reading of its path, query and body.

    `crossing`: a wild place of the path takes slashes too. `query` and `form`: names there are wild. `calls`:
    remote calls of any protocol, too. `body` is json,
    form, multipart or raw; bytes for a pattern within bytes, tree for a wild place that is the whole of a JSON body.
    """

    body: str
    crossing: bool = False
    query: bool = False
    form: bool = False
    calls: bool = False


class Mask(NamedTuple):
    """What a key leaves out.

    `holes` are slots, each with the lengths of the literal text that begins and ends it; `paths` the same for JSON,
    -1 where a value of any type may stand. `query` and `form` are the names that are written out where others are
    wild, else None.
    """

    holes: tuple[tuple[int, int, int], ...] = ()
    paths: tuple[tuple[Path, int, int], ...] = ()
    query: tuple[bytes, ...] | None = None
    form: tuple[bytes, ...] | None = None


NO_MASK = Mask()

_LITERAL = {Json: Shape("json"), FormFields: Shape("form"), Multipart: Shape("multipart"), Raw: Shape("raw")}


def literal_shape(fields: Fields) -> Shape:
    """The shape of a request without wild places."""
    return _LITERAL[type(fields.body)]


def family_of(fields: Fields, shape: Shape) -> Hashable:
    """What all requests of one family have alike."""
    body = fields.body
    built: Hashable = None
    if isinstance(body, Json):
        built = _top_level(body.tree) if shape.body == "json" else None
    elif isinstance(body, FormFields):
        built = None if shape.form else body.pairs.names
    elif isinstance(body, Multipart):
        built = len(body.parts)
    return (
        -1 if shape.crossing else len(fields.path),
        None if shape.query else fields.query.names,
        fields.headers.names,
        None if shape.calls else fields.protocol,
        built,
    )


def _top_level(tree: Node) -> Hashable:
    return frozenset(tree) if isinstance(tree, dict) else type(tree).__name__


def slots_of(fields: Fields, shape: Shape, mask: Mask = NO_MASK) -> list[Slot] | None:
    """The values of a request in order, or None where a name that the mask writes out is absent."""
    slots: list[Slot] = [fields.method]
    if shape.crossing:
        slots.append(whole_path(fields.path))
    else:
        slots += fields.path
    slots += fields.headers.values
    if mask.query is None:
        slots += fields.query.values
    elif not _select(fields.query, mask.query, slots):
        return None
    body = fields.body
    if isinstance(body, FormFields):
        if mask.form is None:
            slots += body.pairs.values
        elif not _select(body.pairs, mask.form, slots):
            return None
    elif isinstance(body, Multipart):
        for part in body.parts:
            slots += part
    elif isinstance(body, Raw):
        slots.append(ANYTHING if isinstance(body.value, Pattern) else body.value)
    return slots


def _select(pairs: Pairs, names: tuple[bytes, ...], slots: list[Slot]) -> bool:
    """Add the values of the names that are written out, and all other values as one slot."""
    written = set(names)
    every = list(zip(pairs.names, pairs.values, strict=True))
    if tuple([name for name, _ in every if name in written]) != names:
        return False
    slots += [value for name, value in every if name in written]
    others = [value for name, value in every if name not in written] + [value for _, value in pairs.loose]
    literal = [value for value in others if isinstance(value, bytes)]
    slots.append(ANYTHING if pairs.rest or len(literal) < len(others) else tuple(sorted(literal)))
    return True


def mask_of(slots: Sequence[Slot], places: Sequence[WildPlace], mask: Mask) -> Mask:
    """The mask of a recorded request: its wild slots and the wild places of its JSON body."""
    holes = [
        (number, len(slot.pieces[0]), len(slot.pieces[-1]))
        for number, slot in enumerate(slots)
        if isinstance(slot, Pattern)
    ]
    paths = [
        (path, len(wild.pieces[0]), len(wild.pieces[-1]))
        if wild is not None and wild.pieces != (b"", b"")
        else (path, -1, -1)
        for path, wild in places
    ]
    return Mask(tuple(holes), tuple(paths), mask.query, mask.form)


def key_of(fields: Fields, shape: Shape, slots: Sequence[Slot], mask: Mask) -> Hashable:
    """A request's values without what the mask leaves out, or None where it cannot fit that mask."""
    values: list[Hashable] = list(slots)
    for number, before, after in mask.holes:
        slot = slots[number]
        if isinstance(slot, Pattern):
            values[number] = slot.pieces[0], slot.pieces[-1]
        elif isinstance(slot, tuple):
            values[number] = b"", b""
        elif len(slot) < before + after:
            return None
        else:
            values[number] = slot[:before], slot[len(slot) - after :]
    if shape.body == "json" and isinstance(fields.body, Json):
        text = _json_key(fields.body, mask.paths)
        if text is None:
            return None
        values.append(text)
    return tuple(values)


def _json_key(body: Json, paths: tuple[tuple[Path, int, int], ...]) -> Hashable:
    """The canonical text of a tree with its wild places covered, and what is literal around each."""
    if not paths:
        return canonical(body.tree)
    ends: list[tuple[bytes, bytes]] = []
    restore: list[Callable[[], None]] = []
    try:
        for path, before, after in paths:
            covered = cover(body.tree, path, Mark.WILD)
            if covered is None:
                return None
            restore.append(covered[1])
            if before >= 0:
                literal = _ends(covered[0], body.word, before, after)
                if literal is None:
                    return None
                ends.append(literal)
        return canonical(body.tree), tuple(ends)
    finally:
        for put_back in restore:
            put_back()


def _ends(value: Node, word: str | None, before: int, after: int) -> tuple[bytes, bytes] | None:
    if not isinstance(value, str):
        return None
    text = scalar_text(value)
    wild = pattern(text, word)
    if wild is not None:
        return wild.pieces[0], wild.pieces[-1]
    return None if len(text) < before + after else (text[:before], text[len(text) - after :])
