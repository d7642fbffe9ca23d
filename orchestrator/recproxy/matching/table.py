"""The index proper: recorded requests in tables whose keys leave out what is wild.

Requests that are built alike are a family. Within it, each set of wild places that occurs is a mask; a recorded
request is stored under its values with the places of its mask left out, and a live one is looked up once for each
mask of its family. A mask keeps the lengths of what is literal before and behind a wild place, so that `a-XXX` is
looked up too. Only what such a key cannot say (a second wild place in one value, a name, a pattern within bytes) is
compared afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from recproxy.matching.bodies import Form, Json, Multipart, Raw
from recproxy.matching.compare_json import WildPlace, json_patterns, wild_places
from recproxy.matching.fields import Fields, whole_path
from recproxy.matching.json_values import Mark, Path, canonical, cover, scalar_text
from recproxy.matching.places import Value, solid
from recproxy.matching.url import Pairs
from recproxy.recording.wildcard import Pattern, pattern

__all__ = ["Group", "Table"]

#: A request's values in a fixed order; the family fixes how many they are.
Slot = Value | tuple[Value, ...]


#: Authorities by number: few in a list are each looked up, many in a set are asked what they hold.
Authorities = list[int] | frozenset[int]


class Shape(NamedTuple):
    """How a recorded request must be looked up: by which reading of path, query and body.

    `crossing`: a wild place of the path takes slashes too. `query` and `form` say that names there are wild. `body`
    is json, form, multipart or raw, or bytes for a pattern within bytes.
    """

    crossing: bool
    query: bool
    body: str
    form: bool


class Mask(NamedTuple):
    """What a key leaves out.

    `holes` are slots, each with the lengths of the literal text that begins and ends it; `paths` the same for JSON.
    `query` and `form` are the names that are written out where others are wild, None elsewhere.
    """

    holes: tuple[tuple[int, int, int], ...]
    paths: tuple[tuple[Path, int, int], ...]
    query: tuple[bytes, ...] | None
    form: tuple[bytes, ...] | None


class Group:
    """Interactions whose requests say the same: in recorded order, of one rank.

    `fields` is None where the key says all; else what must still be compared. `named` says that it depends on what
    named places hold.
    """

    __slots__ = ("_positions", "_tiers", "fields", "named", "rank")

    def __init__(self, rank: int, fields: Fields | None, *, named: bool) -> None:
        self.rank = rank
        self.fields = fields
        self.named = named
        self._positions: list[int] = []
        self._tiers: tuple[tuple[int, ...], ...] = ()

    def add(self, position: int) -> None:
        """Add an interaction behind those that are here."""
        self._positions.append(position)

    @property
    def tiers(self) -> tuple[tuple[int, ...], ...]:
        """The group as the only tier; the same object each time."""
        if not self._tiers:
            self._tiers = (tuple(self._positions),)
        return self._tiers


class _Masked:
    """What is stored under one mask: groups by authority and key."""

    __slots__ = ("_authorities", "groups", "mask")

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self.groups: dict[tuple[int, Hashable], list[Group]] = {}
        self._authorities: dict[Hashable, list[int]] | None = None

    def found(self, key: Hashable, authorities: Authorities) -> Iterable[Group]:
        """The groups under a key for any of some authorities."""
        groups = self.groups
        if isinstance(authorities, frozenset):
            return [group for one in self._under(key) if one in authorities for group in groups[one, key]]
        found: list[Group] = []
        for one in authorities:
            found += groups.get((one, key), ())
        return found

    def _under(self, key: Hashable) -> list[int]:
        """The authorities for which something is stored under a key; the table of them is made when first asked for."""
        if self._authorities is None:
            self._authorities = {}
            for authority, known in self.groups:
                self._authorities.setdefault(known, []).append(authority)
        return self._authorities.get(key, [])


class Table:
    """Recorded requests by family, mask and key."""

    def __init__(self) -> None:
        self._families: dict[Shape, dict[Hashable, dict[Mask, _Masked]]] = {}
        self._groups: dict[Hashable, Group] = {}

    def add(self, position: int, authority: int, fields: Fields, extra: int) -> None:
        """Store a recorded request; `extra` counts the wild places that are not in its fields."""
        for shape in _shapes(fields):
            names = (fields.query.names if shape.query else None, _form_names(fields) if shape.form else None)
            slots = _slots(fields, shape, *names)
            assert slots is not None
            places = list(_json_places(fields)) if shape.body == "json" else []
            mask = Mask(_holes(slots), _paths(places), *names)
            masks = self._families.setdefault(shape, {}).setdefault(_family(fields, shape), {})
            masked = masks.get(mask)
            if masked is None:
                masked = masks[mask] = _Masked(mask)
            key = _key(fields, shape, slots, mask)
            bucket = masked.groups.get((authority, key))
            if bucket is None:
                bucket = masked.groups[authority, key] = []
            self._group(bucket, fields, shape, slots, extra).add(position)

    def _group(self, bucket: list[Group], fields: Fields, shape: Shape, slots: list[Slot], extra: int) -> Group:
        """The group in a bucket of what says the same, made where there is none."""
        if fields.word is None or _exact(fields, shape, slots):
            known = next((group for group in bucket if group.fields is None), None)
            if known is None:
                known = Group(_rank(fields, shape, extra), None, named=False)
                bucket.append(known)
            return known
        signature = (id(bucket), fields.path, fields.query, fields.headers, _said(fields), fields.word, fields.method)
        group = self._groups.get(signature)
        if group is None:
            group = self._groups[signature] = Group(_rank(fields, shape, extra), fields, named=_named(fields))
            bucket.append(group)
        return group

    def find(self, fields: Fields, authorities: Authorities) -> Iterator[Group]:
        """The groups whose key fits a live request; those with fields are still to be compared."""
        for shape, families in self._families.items():
            if not _readable(fields, shape):
                continue
            masks = families.get(_family(fields, shape))
            if masks is None:
                continue
            slots = None if shape.query or shape.form else _slots(fields, shape, None, None)
            for mask, masked in masks.items():
                values = slots if slots is not None else _slots(fields, shape, mask.query, mask.form)
                key = None if values is None else _key(fields, shape, values, mask)
                if key is None:
                    continue
                for group in masked.found(key, authorities):
                    if not (shape.crossing and group.fields and len(group.fields.path) >= len(fields.path)):
                        yield group


def _shapes(fields: Fields) -> Iterator[Shape]:
    """Each way in which a recorded request may be reached."""
    if fields.word is None:
        yield _LITERAL[type(fields.body)]
        return
    query = _loose(fields.query)
    shape = Shape(False, query, *_body_shape(fields))
    yield shape
    if any(isinstance(segment, Pattern) for segment in fields.path):
        yield shape._replace(crossing=True)


_LITERAL = {
    Json: Shape(False, False, "json", False),
    Form: Shape(False, False, "form", False),
    Multipart: Shape(False, False, "multipart", False),
    Raw: Shape(False, False, "raw", False),
}


def _body_shape(fields: Fields) -> tuple[str, bool]:
    body = fields.body
    if isinstance(body, Json):
        return ("tree" if any(not path for path, _ in wild_places(*body)) else "json"), False
    if isinstance(body, Form):
        return "form", _loose(body.pairs)
    if isinstance(body, Multipart):
        return "multipart", False
    return ("bytes" if isinstance(body.value, Pattern) else "raw"), False


def _readable(fields: Fields, shape: Shape) -> bool:
    kind = _LITERAL[type(fields.body)].body
    return kind == shape.body or shape.body == _WILD_KIND.get(kind)


_WILD_KIND = {"json": "tree", "raw": "bytes"}


def _loose(pairs: Pairs) -> bool:
    return bool(pairs.loose) or pairs.rest


def _form_names(fields: Fields) -> tuple[bytes, ...]:
    assert isinstance(fields.body, Form)
    return fields.body.pairs.names


def _family(fields: Fields, shape: Shape) -> Hashable:
    """What all requests of one family have alike."""
    body = fields.body
    built: Hashable = None
    if isinstance(body, Form):
        built = None if shape.form else body.pairs.names
    elif isinstance(body, Multipart):
        built = len(body.parts)
    elif isinstance(body, Json) and shape.body == "json":
        built = frozenset(body.tree) if isinstance(body.tree, dict) else type(body.tree)
    return (
        -1 if shape.crossing else len(fields.path),
        None if shape.query else fields.query.names,
        fields.headers.names,
        built,
    )


def _slots(
    fields: Fields, shape: Shape, query: tuple[bytes, ...] | None, form: tuple[bytes, ...] | None
) -> list[Slot] | None:
    """The values of a request in order, or None where a name that is written out is absent."""
    slots: list[Slot] = [fields.method]
    if shape.crossing:
        slots.append(whole_path(fields.path))
    else:
        slots += fields.path
    slots += fields.headers.values
    if query is None:
        slots += fields.query.values
    elif not _select(fields.query, query, slots):
        return None
    body = fields.body
    if isinstance(body, Form):
        if form is None:
            slots += body.pairs.values
        elif not _select(body.pairs, form, slots):
            return None
    elif isinstance(body, Multipart):
        for part in body.parts:
            slots += part[:4]
    elif isinstance(body, Raw):
        slots.append(_ANYTHING if isinstance(body.value, Pattern) else body.value)
    return slots


_ANYTHING = Pattern((b"", b""), (None,))


def _select(pairs: Pairs, names: tuple[bytes, ...], slots: list[Slot]) -> bool:
    """Add the values of the names that are written out, and all other values as one slot."""
    written = set(names)
    chosen = [(name, value) for name, value in zip(pairs.names, pairs.values, strict=True) if name in written]
    if tuple([name for name, _ in chosen]) != names:
        return False
    slots += [value for _, value in chosen]
    others = [value for name, value in zip(pairs.names, pairs.values, strict=True) if name not in written]
    others += [value for _, value in pairs.loose]
    literal = [value for value in others if isinstance(value, bytes)]
    slots.append(_ANYTHING if pairs.rest or len(literal) < len(others) else tuple(sorted(literal)))
    return True


def _holes(slots: list[Slot]) -> tuple[tuple[int, int, int], ...]:
    return tuple([
        (number, len(slot.pieces[0]), len(slot.pieces[-1]))
        for number, slot in enumerate(slots)
        if isinstance(slot, Pattern)
    ])


def _json_places(fields: Fields) -> Iterator[WildPlace]:
    if isinstance(fields.body, Json):
        yield from wild_places(*fields.body)


def _paths(places: list[WildPlace]) -> tuple[tuple[Path, int, int], ...]:
    return tuple([
        (path, -1, -1)
        if wild is None or wild.pieces == (b"", b"")
        else (path, len(wild.pieces[0]), len(wild.pieces[-1]))
        for path, wild in places
    ])


def _key(fields: Fields, shape: Shape, slots: list[Slot], mask: Mask) -> Hashable:
    """A request's values without what the mask leaves out, or None where it cannot fit that mask."""
    values: list[Hashable] = list(slots)
    for number, before, after in mask.holes:
        slot = slots[number]
        if isinstance(slot, Pattern):
            values[number] = (slot.pieces[0], slot.pieces[-1])
        elif not isinstance(slot, bytes):
            values[number] = (b"", b"")
        elif len(slot) < before + after:
            return None
        else:
            values[number] = (slot[:before], slot[len(slot) - after :])
    if shape.body == "json" and isinstance(fields.body, Json):
        text = _json_key(fields.body, mask.paths)
        if text is None:
            return None
        values.append(text)
    return tuple(values)


def _json_key(body: Json, paths: tuple[tuple[Path, int, int], ...]) -> Hashable:
    """The canonical text of a tree with wild places covered, and what is literal around each."""
    if not paths:
        return canonical(body.tree)
    ends: list[tuple[bytes, bytes] | None] = []
    restore: list[Callable[[], None]] = []
    try:
        for path, before, after in paths:
            covered = cover(body.tree, path, Mark.WILD)
            if covered is None:
                return None
            value, back = covered
            restore.append(back)
            if before < 0:
                ends.append(None)
                continue
            text = scalar_text(value) if isinstance(value, str) else b""
            wild = pattern(text, body.word)
            if wild is not None:
                ends.append((wild.pieces[0], wild.pieces[-1]))
            elif not isinstance(value, str) or len(text) < before + after:
                return None
            else:
                ends.append((text[:before], text[len(text) - after :]))
        return canonical(body.tree), tuple(ends)
    finally:
        for back in restore:
            back()


def _said(fields: Fields) -> Hashable:
    body = fields.body
    return canonical(body.tree) if isinstance(body, Json) else body


def _patterns(fields: Fields) -> Iterator[Pattern]:
    """All wild places of a recorded request's fields."""
    body = fields.body
    values: list[object] = [fields.method, *fields.path, *fields.headers.values]
    for pairs in (fields.query, body.pairs if isinstance(body, Form) else None):
        if pairs is not None:
            values += pairs.values
            values += chain.from_iterable(pairs.loose)
            values += [_ANYTHING] * pairs.rest
    if isinstance(body, Multipart):
        values += chain.from_iterable(part[:4] for part in body.parts)
    elif isinstance(body, Raw):
        values.append(body.value)
    else:
        for path, wild in _json_places(fields):
            values += json_patterns(body, path) if wild is None and isinstance(body, Json) else [wild]
    return (value for value in values if isinstance(value, Pattern))


def _exact(fields: Fields, shape: Shape, slots: list[Slot]) -> bool:
    """Whether a fitting key is a match."""
    if shape.crossing or shape.query or shape.form or shape.body in ("bytes", "tree"):
        return False
    if not all(solid(slot) for slot in slots if not isinstance(slot, tuple)):
        return False
    return all(wild is not None and solid(wild) for _, wild in _json_places(fields))


def _named(fields: Fields) -> bool:
    return any(wild.named for wild in _patterns(fields))


def _rank(fields: Fields, shape: Shape, extra: int) -> int:
    """Fewest wild places first; then paths that take slashes; then patterns within bytes."""
    if fields.word is None:
        return extra
    places = extra + sum(len(wild.names) for wild in _patterns(fields))
    return places + _MANY * shape.crossing + 2 * _MANY * (shape.body == "bytes")


_MANY = 1 << 32
