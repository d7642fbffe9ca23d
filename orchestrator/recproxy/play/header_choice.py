"""Which of several interactions, otherwise equal to a request, have its headers: those that choose what is answered.

Headers are not compared by default, since many change by themselves. Where recorded requests differ in nothing else,
a header that is equal to the live one decides before their order does, and so does the scheme, as if it were one. Those
that choose the content also keep the others back, and the scheme leaves them out; the rest, which change by themselves,
only say which comes first. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from recproxy.matching.rules import UNCOMPARED
from recproxy.recording import Headers, Pattern, Request, header_values, pattern

__all__ = ["HeaderChoice", "Narrowed", "captures", "choosing_lines", "header_choice"]

#: The scheme of the URL, in the form of a header; a service often redirects from one to the other.
_SCHEME = b":scheme"
#: Headers that choose the content, in the order in which they decide; the others come after them.
_CHOOSING = tuple(
    b":scheme range x-amz-target soapaction x-http-method-override content-type accept accept-language accept-charset "
    b"if-none-match if-modified-since if-match if-unmodified-since if-range prefer depth authorization cookie".split()
)
#: Of these, those whose values files of other tools often have only in part, because somebody hid the others.
_CREDENTIALS = frozenset((b"authorization", b"cookie"))
#: Of these, one that changes by itself: it keeps nothing back.
_FICKLE = b"cookie"
#: What a header says: None where it is absent.
_Value: TypeAlias = bytes | Pattern | None
_Table: TypeAlias = dict[_Value, frozenset[int]]
_NOTHING: Mapping[str, bytes] = {}
_NONE: frozenset[int] = frozenset()


class Narrowed(NamedTuple):
    """The positions by how like their headers are to a request's: those most `like` it, those that are `kept`, and all.

    Each holds those before it. `silent` are the names of the headers that tell nothing.
    """

    like: frozenset[int]
    kept: frozenset[int]
    all: frozenset[int]
    silent: tuple[str, ...]


class HeaderChoice:
    """The headers in which interactions of equal fit differ; made once for them."""

    def __init__(self, tier: tuple[int, ...], tables: Mapping[bytes, _Table]) -> None:
        self._all = frozenset(tier)
        self._tables = tables
        self._narrowed: dict[tuple[frozenset[int], ...], Narrowed] = {}
        #: Sets that meet, by both: a header may have as many values as there are requests.
        self._met: dict[tuple[frozenset[int], frozenset[int]], frozenset[int]] = {}
        #: By header, which value positions have, by its number.
        self._values: dict[bytes, dict[int, int]] = {}
        self._differ: dict[tuple[bytes, frozenset[int]], bool] = {}
        self._wild = {
            name: [(value, table[value]) for value in table if isinstance(value, Pattern)]
            for name, table in tables.items()
        }

    def narrowed(self, headers: Headers, bound: Mapping[str, bytes] = _NOTHING) -> Narrowed:
        """The positions by how like their headers are to a request's, and the names of the headers that tell nothing.

        Where a header that chooses the content is equal in some positions, the others are not kept: they come last; those
        of another scheme are left out. The names are those of headers that choose the content and tell nothing here: the
        first positions differ in them, and none has the value of the request.
        """
        fitting = tuple(self._fitting(name, _value(headers, name), bound) for name in self._tables)
        known = self._narrowed.get(fitting)
        if known is None:
            known = self._narrowed[fitting] = self._narrow(fitting)
        return known

    def _fitting(self, name: bytes, value: bytes | None, bound: Mapping[str, bytes]) -> frozenset[int]:
        found = self._tables[name].get(value, frozenset())
        if value is not None:
            for wild, positions in self._wild[name]:
                if wild.fits(value, bound) is not None:
                    found = found | positions if found else positions
        return found

    def _narrow(self, fitting: tuple[frozenset[int], ...]) -> Narrowed:
        own = dict(zip(self._tables, fitting, strict=True)).get(_SCHEME) or self._all
        kept = own
        for name, positions in zip(self._tables, fitting, strict=True):
            absent = self._tables[name].get(None, _NONE)
            if name in _CHOOSING and name != _FICKLE and positions.isdisjoint(absent):
                kept = self._meet(kept, positions)
        left = kept
        for positions in fitting:
            left = self._meet(left, positions)
        silent = [
            "-".join(map(str.capitalize, name.decode("latin-1").split("-")))
            for name, positions in zip(self._tables, fitting, strict=True)
            if name in _CHOOSING and name != _SCHEME and not positions and self._differs(name, left)
        ]
        return Narrowed(left, kept, own, tuple(silent))

    def _meet(self, one: frozenset[int], other: frozenset[int]) -> frozenset[int]:
        """What is in both, or the first where nothing is; the same object for the same sets."""
        met = self._met.get((one, other))
        if met is None:
            met = self._met[one, other] = one & other or one
        return met

    def _differs(self, name: bytes, positions: frozenset[int]) -> bool:
        """Whether some of these positions have another value of a header than others."""
        differs = self._differ.get((name, positions))
        if differs is None:
            if name not in self._values:
                values = enumerate(self._tables[name].values())
                self._values[name] = {position: number for number, each in values for position in each}
            value = self._values[name]
            differs = self._differ[name, positions] = len({value[each] for each in positions}) > 1
        return differs


def header_choice(tier: tuple[int, ...], requests: Sequence[Request], *, foreign: bool = False) -> HeaderChoice | None:
    """What tells interactions of equal fit apart, by position and request; None where no header does.

    In a `foreign` file, whose tool answers in recorded order, only headers that choose the content do, and no credential.
    """
    if len(tier) < 2:
        return None
    tables: dict[bytes, dict[_Value, set[int]]] = {}
    for position, request in zip(tier, requests, strict=True):
        lines = choosing_lines(request)
        for name in {name.lower() for name, _ in lines} - UNCOMPARED:
            if foreign and (name not in _CHOOSING or name in _CREDENTIALS):
                continue
            value = _value(lines, name) or b""
            tables.setdefault(name, {}).setdefault(pattern(value, request.wild) or value, set()).add(position)
    everywhere = frozenset(tier)
    differing: dict[bytes, _Table] = {}
    for name in sorted(tables, key=_rank):
        table: _Table = {value: frozenset(each) for value, each in tables[name].items()}
        absent = everywhere.difference(*table.values())
        if absent:
            table[None] = absent
        if len(table) > 1:
            differing[name] = table
    return HeaderChoice(tier, differing) if differing else None


def choosing_lines(request: Request, *, of_base_url: bool = False) -> Headers:
    """What is compared of a request here. One to a base URL came over plain HTTP whatever its service speaks."""
    scheme = request.url.partition("://")[0].lower().encode() if not of_base_url else b""
    return ((_SCHEME, scheme), *request.headers) if scheme else request.headers


def captures(recorded: Request, headers: Headers, bound: Mapping[str, bytes]) -> dict[str, bytes]:
    """What the named places in a recorded request's headers take from those of a live one."""
    taken: dict[str, bytes] = {}
    if recorded.wild is not None:
        mark = recorded.wild.encode() + b"["
        for name, text in recorded.headers:
            found = pattern(text, recorded.wild) if mark in text else None
            value = _value(headers, name.lower()) if found is not None else None
            if found is not None and value is not None:
                taken.update(found.fits(value, {**bound, **taken}) or {})
    return taken


def _value(headers: Headers, name: bytes) -> bytes | None:
    values = header_values(headers, name)
    return b", ".join([value.strip() for value in values]) if values else None


@lru_cache(maxsize=256)
def _rank(name: bytes) -> tuple[int, bytes]:
    return (_CHOOSING.index(name) if name in _CHOOSING else len(_CHOOSING)), name
