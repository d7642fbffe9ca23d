"""A recording in play: which interaction answers next.

Holds the positions that repeats advance and the values that named wild places took; asks the index what fits. Pure
but for that state; knows no socket, file or process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recproxy.matching.index import Fitting, Index
from recproxy.play.filling import filled_response, wild_names
from recproxy.play.header_choice import HeaderChoice, captures, choosing_lines, header_choice
from recproxy.play.shifted_times import ShiftedTimes
from recproxy.recording import Interaction, Request, Response, recorded_scopes
from recproxy.recording.dataclass import dataclass
from recproxy.recording.scope_names import is_name_of

__all__ = ["Candidates", "Playback"]


class _Group:
    """Interactions of equal fit, in the order in which they are played, and how far they were.

    `again` are those that may be played again when all were played, `repeat` says in which order. `latest` is the one
    recorded last of those that were played from here, and before that of those most like the request.
    """

    __slots__ = ("again", "cursor", "latest", "positions", "repeat")

    def __init__(self, positions: tuple[int, ...], again: tuple[int, ...], repeat: str, latest: int) -> None:
        self.positions = positions
        self.again = again
        self.repeat = repeat
        self.latest = latest
        self.cursor = 0


@dataclass(frozen=True, slots=True)
class Candidates:
    """The interactions that match a request: groups, best first. The same for every equal request.

    `unequal` are headers that choose the content, in which the best differ and none is equal: their order decides.
    """

    groups: tuple[_Group, ...]
    stateful: bool
    unequal: tuple[str, ...] = ()

    @property
    def positions(self) -> tuple[int, ...]:
        """All interactions that fit."""
        return tuple(position for group in self.groups for position in group.positions)

    @property
    def best(self) -> tuple[int, ...]:
        """Those that fit best, in the order in which they are played."""
        return self.groups[0].positions if self.groups else ()


class Playback:
    """Interactions in play in one scope.

    `repeat` says what follows the last recorded repeat: last (it again), miss, or cycle; with first, nothing but the
    first is ever played. Where it is None each recording decides, and `default` where the recording does not say. A
    better fit goes before a worse one; a worse one is taken only where the better are used up and miss follows, so
    that a wildcard's interactions are not spent on requests that have their own.

    Tests may share a file: where a recording holds interactions that this `scope` recorded, those of other scopes answer
    only what none of its own fits. Where `ordered`, the order alone decides between requests of equal fit, as it does
    in the tools whose words a scope is given: headers do not. `given` are the values of the run's variables, by name.
    `times` moves times in responses to now; None moves none.
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
    ) -> None:
        self.index = index
        self.given = given or {}
        self._times = times
        self.scope = scope
        self._foreign = _foreign(index, scope)
        self.repeat = repeat
        self.default = default
        self.ordered = ordered
        self._repeats = [repeat or own or default for own in index.repeats()]
        self.plays = [0] * len(index.interactions)
        self.bound: dict[str, bytes] = {}
        self._groups: dict[tuple[tuple[int, ...], tuple[int, ...]], _Group] = {}
        self._choices: dict[tuple[int, ...], HeaderChoice | None] = {}
        #: By tier, whether its headers have named places.
        self._binds: dict[tuple[int, ...], bool] = {}

    def locate(self, request: Request, any_host: Sequence[str] | None = None) -> Candidates:
        """The candidates for a request; nothing is played. Candidates that are not stateful may be kept for equal requests."""
        found: Fitting = self.index.find(request, any_host=any_host, bound=self.bound)
        groups: list[_Group] = []
        stateful, unequal = found.stateful, None
        for tier in self._own(found.tiers):
            choice = self._choice(tier)
            stateful = stateful or self._binds[tier]
            lines = () if choice is None else choosing_lines(request, of_base_url=any_host is not None)
            ordered, silent = (((tier, ()),), ()) if choice is None else choice.narrowed(lines, self.bound)
            unequal = silent if unequal is None else unequal
            groups.extend(self._group(like, others) for like, others in ordered)
        return Candidates(tuple(groups), stateful, unequal or ())

    def among(self, positions: tuple[int, ...]) -> Candidates:
        """These interactions as the candidates of a request that something else has compared."""
        return Candidates((self._group(positions, ()),) if positions else (), stateful=False)

    def take(self, candidates: Candidates) -> int | None:
        """Play the next of these candidates and return its position; None if none is left."""
        plays = self.plays
        for group in candidates.groups:
            positions = group.positions
            if self.repeat == "first":
                plays[positions[0]] += 1
                return positions[0]
            cursor = group.cursor
            while cursor < len(positions) and plays[positions[cursor]]:
                cursor += 1
            group.cursor = cursor
            if cursor < len(positions):
                position = positions[cursor]
                if position > group.latest and self._repeats[position] != "miss":
                    group.latest = position
            elif not group.again:
                continue
            elif group.repeat == "last":
                position = group.latest
            else:
                position = group.again[(cursor - len(positions)) % len(group.again)]
                group.cursor = cursor + 1
            plays[position] += 1
            return position
        return None

    def has(self, candidates: Candidates) -> bool:
        """Whether anything of candidates is left to play."""
        if any(group.again for group in candidates.groups):
            return True
        return any(not self.plays[position] for position in candidates.positions)

    def offers(self, candidates: Candidates) -> bool:
        """Whether anything of candidates can answer where the service may: what was too large to be stored cannot.

        That counts as played, for the service answers again.
        """
        omitted = [self.interaction(position).response.omitted is not None for position in candidates.positions]
        if not omitted or not all(omitted):
            return self.has(candidates)
        for position in candidates.positions:
            self.plays[position] += 1
        return False

    def bind(self, position: int, request: Request, any_host: Sequence[str] | None = None) -> None:
        """Bind the named wild places that this request is the first to fill."""
        taken = self.index.captures(position, request, any_host=any_host, bound=self.bound)
        for name, value in taken.items():
            self.bound.setdefault(name, value)
        recorded = self.interaction(position).request
        self.bound.update(captures(recorded, request.headers, self.bound))

    def response(self, position: int) -> Response:
        """The response of an interaction with its named wild places filled in, and its times moved to now.

        It is the recorded one itself only where it is the same each time.
        """
        recorded = self.interaction(position)
        response = recorded.response
        if names := wild_names(response):
            response = filled_response(response, names, self.bound, self.given)
        return response if self._times is None else self._times.moved(recorded, response)

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
        )
        after.plays[: len(self.plays)] = self.plays
        after.bound = self.bound
        return after

    def unused(self) -> tuple[int, ...]:
        """The interactions that were not played, but for those that other scopes recorded for themselves."""
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
        return self.index.interactions[position]

    def _own(self, tiers: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
        """What fits without other scopes' interactions, unless nothing else fits."""
        if not self._foreign:
            return tiers
        own = (tuple(position for position in tier if position not in self._foreign) for tier in tiers)
        return tuple(tier for tier in own if tier) or tiers

    def _choice(self, tier: tuple[int, ...]) -> HeaderChoice | None:
        """What tells the interactions of a tier apart by their headers; made when first asked for."""
        if tier not in self._choices:
            requests = [self.interaction(position).request for position in tier]
            foreign = any(self.index.recording_of(position).match_on is not None for position in tier)
            self._choices[tier] = None if self.ordered else header_choice(tier, requests, foreign=foreign)
            self._binds[tier] = any(
                each.wild is not None and any(f"{each.wild}[".encode() in value for _, value in each.headers)
                for each in requests
            )
        return self._choices[tier]

    def _group(self, like: tuple[int, ...], others: tuple[int, ...]) -> _Group:
        group = self._groups.get((like, others))
        if group is None:
            positions = like + others
            again = tuple(position for position in positions if self._repeats[position] != "miss")
            repeat = self._repeats[max(again)] if again else "miss"
            latest = max(
                (position for position in like if self._repeats[position] != "miss"), default=max(again, default=-1)
            )
            group = self._groups[like, others] = _Group(positions, again, repeat, latest)
            plays = [self.plays[position] for position in positions]
            group.cursor = sum(plays) if all(plays) else 0  # what another scope has played counts in its cycle
        return group


def _foreign(index: Index, scope: str | None) -> frozenset[int]:
    """The positions of what other scopes recorded, in recordings that hold something of this one."""
    found: list[int] = []
    start = 0
    for recording in index.recordings:
        scopes = recorded_scopes(recording.interactions)
        own = {name for name in dict.fromkeys(scopes) if name is not None and scope and is_name_of(name, scope)}
        if own:
            found += (start + place for place, name in enumerate(scopes) if name is not None and name not in own)
        start += len(scopes)
    return frozenset(found)
