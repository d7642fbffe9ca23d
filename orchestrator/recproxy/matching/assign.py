"""Which of the pairs found each pair wanted takes, where several would do: names and values, each perhaps a pattern.

What can fit is found by what begins and ends it, as in the index, and not by trying all with all.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from typing import TypeAlias

from recproxy.matching.field_values import Value
from recproxy.recording.wildcard import Pattern

__all__ = ["Assigning", "assigned", "assigning"]

#: Asks whether two numbers fit, and returns what each that is wanted takes.
Assigning: TypeAlias = Generator[tuple[int, int], bool, "list[int | None]"]

#: As many pairs are compared in full. Only names that could all stand for each other ask for more; they get no match.
_MOST_TRIES = 1 << 16

#: The lengths of what is literal before and behind a wild place; None where all is literal.
_Ends: TypeAlias = tuple[int, int] | None


def assigned(
    wanted: Sequence[tuple[Value, Value]], got: Sequence[tuple[bytes, bytes]], fits: Callable[[int, int], bool]
) -> list[int | None]:
    """For each pair wanted the index of one found, none used twice, as many as possible.

    `fits` is asked by numbers, and only about pairs whose literal ends are the same.
    """
    asking = assigning(wanted, got)
    try:
        question = next(asking)
        while True:
            question = asking.send(fits(*question))
    except StopIteration as end:
        found: list[int | None] = end.value
        return found


def assigning(wanted: Sequence[tuple[Value, Value]], got: Sequence[tuple[bytes, bytes]]) -> Assigning:
    """The same for who answers each question himself: in a nested comparison the stack grows less by it."""
    return _Assignment(_candidates(wanted, got)).place_all()


class _Candidates:
    """What may fit all that begin and end alike, in order; none before `first` is free."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.first = 0

    def free(self, taken: dict[int, int]) -> Iterator[int]:
        while self.first < len(self.numbers) and self.numbers[self.first] in taken:
            self.first += 1
        return (number for number in self.numbers[self.first :] if number not in taken)

    def drop(self, dead: set[int]) -> None:
        self.numbers = [number for number in self.numbers if number not in dead]
        self.first = 0


class _Assignment:
    """Augmenting paths (Kuhn): what is free is taken first, and only where nothing is, others are moved."""

    def __init__(self, candidates: Sequence[_Candidates]) -> None:
        self._candidates = candidates
        self._known: dict[tuple[int, int], bool] = {}
        self._holders: dict[int, int] = {}
        #: What a search in vain came by: no later one finds a way through it.
        self._dead: set[int] = set()

    def place_all(self) -> Assigning:
        for number in range(len(self._candidates)):
            yield from self._place(number)
        taken = {one: number for number, one in self._holders.items()}
        return [taken.get(number) for number in range(len(self._candidates))]

    def _choices(self, one: int, seen: set[int]) -> Iterator[int]:
        """What may fit: first what is free, so that most are placed without moving another."""
        candidates = self._candidates[one]
        yield from candidates.free(self._holders)
        for number in candidates.numbers:
            if number in self._holders and number not in seen and number not in self._dead:
                yield number

    def _place(self, one: int) -> Generator[tuple[int, int], bool, None]:
        seen: set[int] = set()
        path = [(one, self._choices(one, seen))]  # not recursive: a chain may be as long as the request
        moves: list[int] = []
        while path:
            mover, choices = path[-1]
            number = next(choices, None)
            if number is None:
                path.pop()
                if moves:
                    moves.pop()
                continue
            known = self._known.get((mover, number))
            if known is None:
                if len(self._known) >= _MOST_TRIES:
                    return
                known = self._known[mover, number] = yield mover, number
            if not known:
                continue
            seen.add(number)
            moves.append(number)
            if number not in self._holders:
                self._holders.update((found, taker) for (taker, _), found in zip(path, moves, strict=True))
                return
            holder = self._holders[number]
            path.append((holder, self._choices(holder, seen)))
        self._dead |= seen
        self._candidates[one].drop(self._dead)


def _candidates(wanted: Sequence[tuple[Value, Value]], got: Sequence[tuple[bytes, bytes]]) -> list[_Candidates]:
    tables: dict[tuple[_Ends, _Ends], dict[Hashable, _Candidates]] = {}
    found: list[_Candidates] = []
    for name, value in wanted:
        ends = _ends(name), _ends(value)
        table = tables.get(ends)
        if table is None:
            table = tables[ends] = _table(got, *ends)
        key = _cut(name, ends[0]), _cut(value, ends[1])
        found.append(table.get(key) or table.setdefault(key, _Candidates([])))
    return found


def _table(got: Sequence[tuple[bytes, bytes]], name_ends: _Ends, value_ends: _Ends) -> dict[Hashable, _Candidates]:
    table: dict[Hashable, _Candidates] = {}
    for number, (name, value) in enumerate(got):
        key = _cut(name, name_ends), _cut(value, value_ends)
        if None not in key:
            table.setdefault(key, _Candidates([])).numbers.append(number)
    return table


def _ends(value: Value) -> _Ends:
    return (len(value.pieces[0]), len(value.pieces[-1])) if isinstance(value, Pattern) else None


def _cut(value: Value, ends: _Ends) -> Hashable:
    """What is literal in a value that has these ends; None where it is too short for them."""
    if isinstance(value, Pattern):
        return value.pieces[0], value.pieces[-1]
    if ends is None:
        return value
    before, after = ends
    return (value[:before], value[len(value) - after :]) if len(value) >= before + after else None
