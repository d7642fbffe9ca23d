"""A recording in play: which interaction answers next.

Holds the positions that repeats advance and the values that named wild places took; asks the index what fits. Pure
but for that state; knows no socket, file or process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from recproxy.matching.fields import names_of
from recproxy.matching.index import Fitting, Index
from recproxy.play.candidates import Candidates, FittingGroup, Pool
from recproxy.play.filling import filled_response, filling_values
from recproxy.play.header_choice import HeaderChoice, Narrowed, captures, choosing_lines, header_choice
from recproxy.play.made_anew_places import FreshPlaces
from recproxy.play.shifted_times import ShiftedTimes
from recproxy.recording import Interaction, Request, Response, recorded_scopes
from recproxy.recording.scope_names import own_scopes

__all__ = ["Playback"]


class _Tier(NamedTuple):
    """Interactions that fit a request equally well: what tells them apart, or one group; whether headers have named places."""

    order: HeaderChoice | FittingGroup
    binds: bool


class Playback:
    """Interactions in play in one scope.

    `repeat` says what follows the last recorded repeat: last (it again), miss, or cycle; with first, nothing but the
    first is ever played. Where it is None each recording decides, and `default` where the recording does not say. A
    better fit goes before a worse one; a worse one is taken only where the better are used up and miss follows, so
    that a wildcard's interactions are not spent on requests that have their own.

    Tests may share a file: where a recording holds interactions that this `scope` recorded, those of other scopes answer
    only what none of its own fits. Where `ordered`, the order alone decides between requests of equal fit, as it does
    in the tools whose words a scope is given: headers do not. `given` are the values of the run's variables, by name.
    `times` moves times in responses to now; None moves none. `mutations` gives, by position, the change to make in what
    the service says (see mutations.py).
    """

    def __init__(
        self,
        index: Index,
        *,
        repeat: str | None = None,
        default: str = "last",
        scope: str | None = None,
        ordered: bool = False,
        given: Mapping[str, bytes] | None = None,
        times: ShiftedTimes | None = None,
        mutations: Mapping[int, str] | None = None,
    ) -> None:
        self.index = index
        self._mutations = mutations or {}
        self._mutated: dict[int, Interaction] = {}
        self.given = given or {}
        self._times = times
        self.scope = scope
        self._fresh = FreshPlaces.of(index)
        self._foreign = _foreign(index, scope)
        self.repeat = repeat
        self.default = default
        self.ordered = ordered
        self._repeats = [repeat] * len(index.interactions) if repeat else index.repeats(default)
        self._has_cycles = "cycle" in self._repeats
        self.plays = [0] * len(index.interactions)
        self.bound: dict[str, bytes] = {}
        self._pools: dict[frozenset[int], Pool] = {}
        self._groups: dict[tuple[Pool | None, Pool, Pool], FittingGroup] = {}
        #: By the identity of what the index found, which is the same each time, and that itself: to compare is longer.
        self._tiers: dict[int, tuple[tuple[tuple[int, ...], ...], list[_Tier]]] = {}

    def locate(self, request: Request, any_host: Sequence[str] | None = None) -> Candidates:
        """The candidates for a request; nothing is played. Candidates that are not stateful may be kept for equal requests."""
        if self._times is None:
            return self._located(request, any_host)
        asked = list(self._times.returned.requests(request))
        located = [self._located(each, any_host) for each in asked]
        if asked == [request]:
            return located[0]
        fits = [each for each in located if each.groups]
        unplayed = (each for each in fits if not all(self.plays[position] for position in each.positions))
        # What a client got for a time can change, so equal requests may be different ones.
        return replace(next(unplayed, fits[-1] if fits else located[0]), stateful=True)

    def _located(self, request: Request, any_host: Sequence[str] | None) -> Candidates:
        found: Fitting = self.index.find(request, any_host=any_host, bound=self.bound)
        groups: list[FittingGroup] = []
        stateful = found.stateful
        unequal: tuple[str, ...] | None = None
        tiers = self._fresh.playable(found.tiers, self.bound) if self._fresh else found.tiers
        for tier in self._tiers_of(tiers):
            stateful = stateful or tier.binds
            if isinstance(tier.order, FittingGroup):
                groups.append(tier.order)
                unequal = () if unequal is None else unequal
                continue
            lines = choosing_lines(request, of_base_url=any_host is not None)
            narrowed = tier.order.narrowed(lines, self.bound)
            unequal = narrowed.silent if unequal is None else unequal
            like, kept = self._pool(narrowed.like), self._pool(narrowed.kept)
            groups.append(self._group(like, kept, like))
            if len(narrowed.all) > len(narrowed.kept):
                groups.append(self._held_back(narrowed, kept))
        return Candidates(tuple(groups), stateful, unequal or ())

    def among(self, positions: tuple[int, ...]) -> Candidates:
        """These interactions as the candidates of a request that something else has compared."""
        if not positions:
            return Candidates((), stateful=False)
        pool = self._pool(frozenset(positions), positions)
        return Candidates((self._group(pool, pool, pool),), stateful=False)

    def take(self, candidates: Candidates) -> int | None:
        """Play the next of these candidates and return its position; None if none is left."""
        for group in candidates.groups:
            position = group.first if self.repeat == "first" else group.take(self.plays)
            if position is not None:
                self.plays[position] += 1
                return position
        return None

    def has(self, candidates: Candidates) -> bool:
        """Whether anything of candidates is left to play."""
        return any(group.has(self.plays) for group in candidates.groups)

    def offers(self, candidates: Candidates) -> bool:
        """Whether anything of candidates can answer where the service may: what was too large to be stored cannot.

        That counts as played, for the service answers again.
        """
        if not candidates.groups or self.interaction(candidates.groups[0].first).response.omitted is None:
            return self.has(candidates)
        positions = candidates.positions
        if not all(self.interaction(each).response.omitted is not None for each in positions):
            return self.has(candidates)
        for position in positions:
            self.plays[position] += 1
        return False

    def bind(self, position: int, request: Request, any_host: Sequence[str] | None = None) -> None:
        """Bind the named wild places that this request is the first to fill."""
        asked = (request,) if self._times is None else self._times.returned.requests(request)
        # Of what a moved time may mean, the one that fits the most: `locate` may have found another than the likeliest.
        taken = max((self._taken(position, each, any_host) for each in asked), key=len)
        self.bound.update(taken)

    def _taken(self, position: int, request: Request, any_host: Sequence[str] | None) -> dict[str, bytes]:
        taken = self.index.captures(position, request, any_host=any_host, bound=self.bound)
        recorded = self.interaction(position).request
        return taken | captures(recorded, request.headers, {**self.bound, **taken})

    def follow(self, other: Playback) -> None:
        """Know the moved times that clients got from another playback of the lane."""
        if self._times is not None and other._times is not None:
            self._times.returned.follow(other._times.returned)

    def response(self, position: int) -> Response:
        """The response of an interaction with its named wild places filled in, and its times moved to now.

        It is the recorded one itself only where it is the same each time.
        """
        return self.responding(position)()

    def responding(self, position: int) -> Callable[[], Response]:
        """What makes the response of an interaction, now or later: of the values that are bound now."""
        recorded, times = self.interaction(position), self._times
        values = filling_values(recorded.response, self.bound, self.given)

        def respond() -> Response:
            response = filled_response(recorded.response, values) if values else recorded.response
            return response if times is None else times.moved(recorded, response)

        return respond

    def extended(self, index: Index) -> Playback:
        """This playback over an index that begins with the same interactions: what was played and bound stays so."""
        after = Playback(
            index,
            repeat=self.repeat,
            default=self.default,
            scope=self.scope,
            ordered=self.ordered,
            given=self.given,
            times=self._times,
            mutations=self._mutations,
        )
        after.plays[: len(self.plays)] = self.plays
        after.bound = self.bound
        return after

    def unused(self) -> tuple[int, ...]:
        """The interactions that were not played, but for those that other scopes recorded for themselves."""
        if 0 not in self.plays:
            return ()
        return tuple(
            position for position, count in enumerate(self.plays) if not count and position not in self._foreign
        )

    def is_foreign(self, position: int) -> bool:
        """Whether another scope recorded an interaction for itself."""
        return position in self._foreign

    def repeats(self, position: int) -> str:
        """What follows when an interaction was played."""
        return self._repeats[position]

    def interaction(self, position: int) -> Interaction:
        """An interaction by its position."""
        if position in self._mutations:
            return self._changed(position)
        return self.index.interactions[position]

    def _changed(self, position: int) -> Interaction:
        from recproxy.play.mutations import mutated_interaction, read_mutation  # noqa: PLC0415 - few runs mutate

        if position not in self._mutated:
            mutation = read_mutation(self._mutations[position])
            self._mutated[position] = mutated_interaction(self.index.interactions[position], mutation)
        return self._mutated[position]

    def _own(self, tiers: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
        """What fits without other scopes' interactions, unless nothing else fits."""
        if not self._foreign:
            return tiers
        own = (tuple(position for position in tier if position not in self._foreign) for tier in tiers)
        return tuple(tier for tier in own if tier) or tiers

    def _tiers_of(self, tiers: tuple[tuple[int, ...], ...]) -> list[_Tier]:
        """What the index found, without other scopes' interactions, and what tells it apart; made when first asked for."""
        known = self._tiers.get(id(tiers))
        if known is None or known[0] is not tiers:
            known = self._tiers[id(tiers)] = (tiers, [self._tier(tier) for tier in self._own(tiers)])
        return known[1]

    def _tier(self, tier: tuple[int, ...]) -> _Tier:
        requests = [self.interaction(position).request for position in tier]
        foreign = any(self.index.recording_of(position).match_on is not None for position in tier)
        choice = None if self.ordered else header_choice(tier, requests, foreign=foreign)
        # What a header or an ignored value binds is not compared, so the index does not know of it.
        binds = any(names_of(each) or _names_headers(each) for each in requests)
        if choice is not None:
            return _Tier(choice, binds)
        pool = self._pool(frozenset(tier))
        return _Tier(self._group(pool, pool, pool), binds)

    def _pool(self, members: frozenset[int], ordered: tuple[int, ...] | None = None) -> Pool:
        pool = self._pools.get(members)
        if pool is None:
            pool = self._pools[members] = Pool(ordered or tuple(sorted(members)), self._repeats)
        return pool

    def _held_back(self, narrowed: Narrowed, kept: Pool) -> FittingGroup:
        """Those that are not kept. Where they are played in a cycle, it goes on if others hold the same back."""
        if not self._has_cycles:
            return self._group(None, self._pool(narrowed.all), kept)
        pool = self._pool(narrowed.all - narrowed.kept)
        return self._group(pool, pool, pool)

    def _group(self, like: Pool | None, rest: Pool, passed: Pool) -> FittingGroup:
        group = self._groups.get((like, rest, passed))
        if group is None:
            group = self._groups[like, rest, passed] = FittingGroup(like, rest, passed, self._repeats, self.plays)
        return group


def _names_headers(request: Request) -> bool:
    return request.wild is not None and any(f"{request.wild}[".encode() in value for _, value in request.headers)


def _foreign(index: Index, scope: str | None) -> frozenset[int]:
    """The positions of what other scopes recorded, in recordings that hold something of this one."""
    found: list[int] = []
    start = 0
    for recording, names in zip(index.recordings, index.scopes, strict=True):
        if own := own_scopes(names, scope):
            scopes = recorded_scopes(recording.interactions)
            found += (start + place for place, name in enumerate(scopes) if name is not None and name not in own)
        start += len(recording.interactions)
    return frozenset(found)
