"""Which interactions of a recording may be the first that has a value which the program makes anew.

A place such as `XXX[order_id.new-uuid]` is filled by the request that had the value first when it was recorded, so
`GET /orders/XXX[order_id.new-uuid]` fits nothing before the order was made. A request of another id would fit it else.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

from recproxy.matching.index import Index
from recproxy.recording import Interaction
from recproxy.recording.fresh_names import fresh_kind
from recproxy.recording.located import may_hold

__all__ = ["FreshPlaces"]

_FOUND: WeakKeyDictionary[Index, FreshPlaces] = WeakKeyDictionary()
_NOTHING: frozenset[str] = frozenset()


class FreshPlaces:
    """The names that must be known before an interaction can be played, by its position."""

    def __init__(self, recordings: Iterable[Sequence[Interaction]]) -> None:
        self._needs: dict[int, frozenset[str]] = {}
        start = 0
        for interactions in recordings:
            if may_hold(interactions, b".new-"):  # else none is read for this
                self._needs.update((start + place, needs) for place, needs in _needs(interactions))
            start += len(interactions)
        self._kept: dict[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]] = {}

    @classmethod
    def of(cls, index: Index) -> FreshPlaces:
        """Those of what is in play, found once: scopes that play the same share it."""
        known = _FOUND.get(index)
        if known is None:
            known = _FOUND[index] = cls([recording.interactions for recording in index.recordings])
        return known

    def __bool__(self) -> bool:
        return bool(self._needs)

    def playable(self, tiers: tuple[tuple[int, ...], ...], bound: Mapping[str, bytes]) -> tuple[tuple[int, ...], ...]:
        """What can be played of tiers; the same object for the same."""
        if not any(position in self._needs for tier in tiers for position in tier):
            return tiers
        kept = tuple(
            tuple(position for position in tier if self._needs.get(position, _NOTHING) <= bound.keys())
            for tier in tiers
        )
        kept = tuple(tier for tier in kept if tier)
        return self._kept.setdefault(kept, kept)


def _needs(interactions: Sequence[Interaction]) -> Iterator[tuple[int, frozenset[str]]]:
    from recproxy.redaction.linking import request_names  # noqa: PLC0415 - few recordings have such places

    introduced: set[str] = set()
    for position, each in enumerate(interactions):
        if each.request.wild is None or each.steps:
            continue
        names = frozenset(name for name in request_names(each.request) if fresh_kind(name))
        if needs := names & introduced:
            yield position, needs
        introduced |= names
