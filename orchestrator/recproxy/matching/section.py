"""What of an index is compared in one way: a table of requests, and the hosts that they may have.

What is read later waits by its path until a request for that comes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

from recproxy.matching.bodies import Raw
from recproxy.matching.compare import host_accepts
from recproxy.matching.fields import Fields, read_fields
from recproxy.matching.rules import ComparedParts
from recproxy.matching.table import Authorities, Group, MaskTable
from recproxy.matching.url import UrlAuthority, normal_path
from recproxy.recording.located import Located
from recproxy.recording.values import Interaction, Request

__all__ = ["IndexSection"]


class IndexSection:
    """What of an index is compared by one plan."""

    def __init__(self, chosen: ComparedParts, hosts: tuple[str, ...], interactions: Sequence[Interaction]) -> None:
        self.plan = chosen
        self._live = chosen.live
        self._hosts = hosts
        self._interactions = interactions
        self._table = MaskTable()
        self._authorities: dict[UrlAuthority, int] = {}
        self._wild: list[tuple[UrlAuthority, int]] = []
        self._kinds: dict[type, list[tuple[int, int]]] = {}
        self._as_bytes: dict[type, MaskTable] = {}
        self._fitting: dict[tuple[UrlAuthority, tuple[str, ...] | None], Authorities] = {}
        #: By path the interactions that are added when a request for it first comes.
        self._waiting: dict[bytes, list[int]] = {}
        self._adding = Lock()  # misses look requests up beside the loop

    def read(self, request: Request) -> Fields:
        """The fields of a live request."""
        return read_fields(request, self._live)

    def add_located(self, start: int, located: Located) -> None:
        """Add the interactions of a recording, from position `start` on, of which most need not be read yet.

        A request can fit only what has the same path, where that is compared and no wild place is in it.
        """
        for number, path in enumerate(located.plain_paths(), start):
            if path is None or not self.plan.path:
                self.add(number, self._interactions[number].request)
            else:
                self._waiting.setdefault(normal_path(path), []).append(number)

    def add(self, position: int, request: Request) -> None:
        """Add an interaction by its request."""
        if self.plan.body and request.omitted is not None:
            # Its body was too large to store: nothing can be known to equal it.
            return
        fields = read_fields(request, self.plan)
        authority = self._number(fields.authority)
        self._table.add(position, authority, fields, _wild_count(fields.authority))
        kind = type(fields.body)
        if kind is not Raw:
            self._kinds.setdefault(kind, []).append((position, authority))
            if kind in self._as_bytes:
                self._add_as_bytes(self._as_bytes[kind], position, authority)

    def find(self, live: Fields, any_host: Sequence[str] | None) -> Iterable[Group]:
        """The groups whose key fits a live request; those with fields are still to be compared."""
        if not self._waiting:
            return self._found(live, any_host)
        with self._adding:
            self._add_waiting(live)
            return list(self._found(live, any_host))

    def _add_waiting(self, live: Fields) -> None:
        """Add what waits for a request with this path."""
        literal = [segment for segment in live.path if isinstance(segment, bytes)]
        path = b"/".join(literal)
        for each in (path,) if len(literal) == len(live.path) else tuple(self._waiting):
            for position in self._waiting.get(each, ()):
                self.add(position, self._interactions[position].request)
            self._waiting.pop(each, None)  # when all are there: without any that wait, nobody waits for this

    def _found(self, live: Fields, any_host: Sequence[str] | None) -> Iterator[Group]:
        authorities = self._fits(live.authority, any_host)
        if not authorities or (self.plan.body and live.request.omitted is not None):
            return
        yield from self._table.find(live, authorities)
        if not live.request.body:
            return
        # A request and a recording whose content types differ in kind are compared as bytes.
        own = type(live.body)
        others = [kind for kind in self._kinds if kind is not own]
        if own is not Raw or others:
            plain = dataclasses.replace(live, body=Raw(live.raw()))
            if own is not Raw:
                yield from self._table.find(plain, authorities)
            for kind in others:
                yield from self._bytes_of(kind).find(plain, authorities)

    def _number(self, authority: UrlAuthority) -> int:
        number = self._authorities.get(authority)
        if number is None:
            number = self._authorities[authority] = len(self._authorities)
            if authority.host is None or authority.wild or (self.plan.scheme and not authority.scheme):
                self._wild.append((authority, number))
            self._fitting.clear()
        return number

    def _fits(self, live: UrlAuthority, any_host: Sequence[str] | None) -> Authorities:
        """The recorded authorities that cover a live one."""
        key = (live if any_host is None else _NOWHERE, None if any_host is None else tuple(any_host))
        known = self._fitting.get(key)
        if known is None:
            if len(self._fitting) > 1000:
                self._fitting.clear()
            if any_host is None:
                own = self._authorities.get(live)
                fitting = [number for known, number in self._wild if host_accepts(known, live, self._hosts, None)]
                known = fitting if own is None else [own, *(number for number in fitting if number != own)]
            else:
                known = frozenset(
                    number
                    for authority, number in self._authorities.items()
                    if host_accepts(authority, live, self._hosts, any_host)
                )
            self._fitting[key] = known
        return known

    def _bytes_of(self, kind: type) -> MaskTable:
        """What was recorded with one kind of body, read as bytes; made when a body of another kind first comes."""
        table = self._as_bytes.get(kind)
        if table is None:
            table = MaskTable()
            for position, authority in self._kinds[kind]:
                self._add_as_bytes(table, position, authority)
            self._as_bytes[kind] = table  # whole: misses look requests up beside the loop
        return table

    def _add_as_bytes(self, table: MaskTable, position: int, authority: int) -> None:
        fields = read_fields(self._interactions[position].request, self.plan)
        fields.body = Raw(fields.raw())
        table.add(position, authority, fields, _wild_count(fields.authority))


_NOWHERE = UrlAuthority(b"", None, b"")


def _wild_count(authority: UrlAuthority) -> int:
    """How many parts of an authority are open; any host is one."""
    return (authority.host is None) + sum(
        len(part.names) for part in authority[1:] if not isinstance(part, bytes | None)
    )
