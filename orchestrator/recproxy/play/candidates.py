"""The interactions that fit a request, in the order in which they are played.

Thousands of equal requests may differ in a header each, and each of them fits all: so what they share is held once, and
to find the next to play does not look at those before it again. Pure but for how far they were played.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from recproxy.lazy.dataclass import dataclass

__all__ = ["Candidates", "FittingGroup", "Pool"]


class Pool:
    """Positions in the order in which they are played, shared by the groups that hold them.

    `again` are those that may be played again when all were played, and `last` is the one of them recorded last, or -1.
    """

    def __init__(self, positions: tuple[int, ...], repeats: Sequence[str]) -> None:
        self.positions = positions
        self.again = tuple([position for position in positions if repeats[position] != "miss"])
        self.last = max(self.again, default=-1)
        self._cursor = 0

    @cached_property
    def members(self) -> frozenset[int]:
        """The positions as a set."""
        return frozenset(self.positions)

    def unplayed(self, plays: Sequence[int]) -> int | None:
        """The first that was not played, if there is one: what was played stays so."""
        positions, cursor = self.positions, self._cursor
        while cursor < len(positions) and plays[positions[cursor]]:
            cursor += 1
        self._cursor = cursor
        return positions[cursor] if cursor < len(positions) else None


class FittingGroup:
    """Interactions of equal fit: those most `like` the request if there are such, and then the `rest`.

    `rest` holds `passed` as well, which were played before: those most like the request, or another group. So the first
    of it that was not played is the next. `latest` is the one recorded last of those that were played from here, and
    before that of those most like the request.
    """

    def __init__(
        self, like: Pool | None, rest: Pool, passed: Pool, repeats: Sequence[str], plays: Sequence[int]
    ) -> None:
        self._like = like
        self._rest = rest
        self._passed = passed
        self._repeats = repeats
        self._count = len(rest.again) - (0 if like is not None else len(passed.again))
        last = rest.last if like is not None else self._last()
        self.latest = like.last if like is not None and like.again else last
        self.repeat = repeats[last] if self._count else "miss"
        self._turns = 0
        #: Whether all were played, which stays so.
        self._all_played = False
        if self.repeat == "cycle" and self._next(plays) is None:  # what another scope has played counts in its cycle
            self._turns = sum(plays[position] - 1 for position in self.positions)

    @property
    def positions(self) -> tuple[int, ...]:
        """All of them; each time made anew."""
        like = self._like.positions if self._like is not None else ()
        return like + tuple([each for each in self._rest.positions if each not in self._passed.members])

    @property
    def is_endless(self) -> bool:
        """Whether something of it is played again when all were played."""
        return self._count > 0

    @property
    def first(self) -> int:
        """The first to be played."""
        return self._like.positions[0] if self._like is not None else next(self._others())

    def __contains__(self, position: int) -> bool:
        return position in self._rest.members and (self._like is not None or position not in self._passed.members)

    def has(self, plays: Sequence[int]) -> bool:
        """Whether anything of it is left to play."""
        return self.is_endless or self._next(plays) is not None

    def take(self, plays: Sequence[int]) -> int | None:
        """The next to play, after all groups before this one have had none."""
        if not self._all_played:
            position = self._next(plays)
            if position is not None:
                if position > self.latest and self._repeats[position] != "miss":
                    self.latest = position
                return position
            self._all_played = True
        if not self._count:
            return None
        if self.repeat == "last":
            return self.latest
        self._turns += 1
        return self._repeated((self._turns - 1) % self._count)

    def _next(self, plays: Sequence[int]) -> int | None:
        position = self._like.unplayed(plays) if self._like is not None else None
        if position is None:
            position = self._rest.unplayed(plays)
        return position

    def _repeated(self, number: int) -> int:
        """One of those that may be played again, by its number in the order of the group."""
        if self._like is not None:
            if number < len(self._like.again):
                return self._like.again[number]
            number -= len(self._like.again)
        for position in self._passed.again:  # of the rest, what was passed does not count
            if bisect_left(self._rest.again, position) > number:
                break
            number += 1
        return self._rest.again[number]

    def _others(self) -> Iterator[int]:
        return (position for position in self._rest.positions if position not in self._passed.members)

    def _last(self) -> int:
        passed = self._passed.members
        return next((position for position in reversed(self._rest.again) if position not in passed), -1)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The interactions that match a request: groups, best first. The same for every equal request.

    `unequal` are headers that choose the content, in which the best differ and none is equal: their order decides.
    """

    groups: tuple[FittingGroup, ...]
    stateful: bool
    unequal: tuple[str, ...] = ()

    @property
    def positions(self) -> tuple[int, ...]:
        """All interactions that fit."""
        return tuple([position for group in self.groups for position in group.positions])

    @property
    def best(self) -> tuple[int, ...]:
        """Those that are played before all others."""
        return self.groups[0].positions if self.groups else ()

    def __contains__(self, position: int) -> bool:
        return any(position in group for group in self.groups)
