"""The index proper: recorded requests in tables whose keys leave out what is wild.

Requests that are built alike are a family. Within it, each set of wild places that occurs is a mask; a recorded
request is stored under its values with the places of its mask left out, and a live one is looked up once for each
mask of its family. A mask keeps the lengths of what is literal before and behind a wild place, so that `a-XXX` is
looked up too. Only what such a key cannot say (a second wild place in one value, a name, a pattern within bytes) is
compared afterwards.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from recproxy.matching.bodies import FormFields, Json
from recproxy.matching.fields import Fields
from recproxy.matching.json_values import canonical
from recproxy.matching.keys import NO_MASK, Mask, Shape, Slot, family_of, key_of, literal_shape, mask_of, slots_of
from recproxy.matching.wildness import Wildness

__all__ = ["Group", "MaskTable"]

#: Authorities by number: few in a list are each looked up, many in a set are asked what they hold.
Authorities = list[int] | frozenset[int]


class Group:
    """Interactions whose requests say the same: in recorded order, of one rank.

    `fields` is None where the key says all; else what must still be compared. `named` says that it depends on what
    named places hold; `crossing`, that only a path with more slashes is meant.
    """

    __slots__ = ("_positions", "_tiers", "crossing", "fields", "named", "rank")

    def __init__(self, rank: int, fields: Fields | None = None, *, named: bool = False, crossing: bool = False) -> None:
        self.rank = rank
        self.fields = fields
        self.named = named
        self.crossing = crossing
        self._positions: list[int] = []
        self._tiers: tuple[tuple[int, ...], ...] = ()

    def add(self, position: int) -> None:
        """Add an interaction; before the group is first found, those that wait for their path may come behind later ones."""
        self._positions.append(position)
        self._tiers = ()

    @property
    def tiers(self) -> tuple[tuple[int, ...], ...]:
        """The group as the only tier; the same object each time."""
        if not self._tiers:
            self._tiers = (tuple(sorted(self._positions)),)
        return self._tiers


class _Masked:
    """What is stored under one mask: groups by authority and key."""

    __slots__ = ("_authorities", "groups")

    def __init__(self) -> None:
        self.groups: dict[tuple[int, Hashable], list[Group]] = {}
        self._authorities: dict[Hashable, list[int]] | None = None

    def add(self, key: tuple[int, Hashable]) -> list[Group]:
        """Make room for groups."""
        self._authorities = None
        self.groups[key] = bucket = list[Group]()
        return bucket

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
            authorities: dict[Hashable, list[int]] = {}
            for authority, known in self.groups:
                authorities.setdefault(known, []).append(authority)
            self._authorities = authorities  # whole: misses look requests up beside the loop
        return self._authorities.get(key, [])


class MaskTable:
    """Recorded requests by family, mask and key."""

    def __init__(self) -> None:
        self._families: dict[Shape, dict[Hashable, dict[Mask, _Masked]]] = {}
        self._compared: dict[Hashable, Group] = {}

    def add(self, position: int, authority: int, fields: Fields, extra: int) -> None:
        """Store a recorded request; `extra` counts the wild places that are not in its fields."""
        if fields.word is None and not fields.hides:
            shape = literal_shape(fields)
            slots = slots_of(fields, shape) or []
            bucket = self._bucket(authority, fields, shape, NO_MASK, slots)
            _exact_group(bucket, extra).add(position)
            return
        wildness = Wildness(fields)
        for shape in wildness.shapes():
            names = NO_MASK
            if shape.query or shape.form:
                form = fields.body.pairs.names if shape.form and isinstance(fields.body, FormFields) else None
                names = Mask(query=fields.query.names if shape.query else None, form=form)
            slots = slots_of(fields, shape, names) or []
            mask = mask_of(slots, wildness.places if shape.body == "json" else (), names)
            bucket = self._bucket(authority, fields, shape, mask, slots)
            rank = extra + wildness.rank(shape)
            exact = wildness.exact(shape)
            group = _exact_group(bucket, rank) if exact else self._compared_group(bucket, fields, shape, rank, wildness)
            group.add(position)

    def _bucket(self, authority: int, fields: Fields, shape: Shape, mask: Mask, slots: Sequence[Slot]) -> list[Group]:
        masks = self._families.setdefault(shape, {}).setdefault(family_of(fields, shape), {})
        masked = masks.get(mask)
        if masked is None:
            masked = masks[mask] = _Masked()
        key = authority, key_of(fields, shape, slots, mask)
        bucket = masked.groups.get(key)
        if bucket is None:
            bucket = masked.add(key)
        return bucket

    def _compared_group(
        self, bucket: list[Group], fields: Fields, shape: Shape, rank: int, wildness: Wildness
    ) -> Group:
        """The group in a bucket of what says the same, made where there is none."""
        body = fields.body
        said = canonical(body.tree) if isinstance(body, Json) else body
        signature = id(bucket), fields.method, fields.path, fields.query, fields.headers, said, fields.word
        group = self._compared.get(signature)
        if group is None:
            group = self._compared[signature] = Group(rank, fields, named=wildness.named, crossing=shape.crossing)
            bucket.append(group)
        return group

    def find(self, fields: Fields, authorities: Authorities) -> Iterator[Group]:
        """The groups whose key fits a live request; those with fields are still to be compared."""
        kind = literal_shape(fields).body
        for shape, families in self._families.items():
            if shape.body != kind and shape.body != _WHOLLY_WILD.get(kind):
                continue
            masks = families.get(family_of(fields, shape))
            if masks is None:
                continue
            slots = None if shape.query or shape.form else slots_of(fields, shape)
            for mask, masked in masks.items():
                values = slots_of(fields, shape, mask) if slots is None else slots
                key = None if values is None else key_of(fields, shape, values, mask)
                if key is not None:
                    yield from masked.found(key, authorities)


#: The shape of what may also fit a body of a kind.
_WHOLLY_WILD = {"json": "tree", "raw": "bytes"}


def _exact_group(bucket: list[Group], rank: int) -> Group:
    for group in bucket:
        if group.fields is None:
            return group
    group = Group(rank)
    bucket.append(group)
    return group
