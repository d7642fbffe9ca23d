"""Which of the things found each thing wanted takes, where several would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["assigned"]

A = TypeVar("A")
B = TypeVar("B")


def assigned(wanted: Sequence[A], got: Sequence[B], fits: Callable[[A, B], bool]) -> list[int | None]:
    """For each thing wanted the index of one found, none used twice, as many as possible.

    Augmenting paths (Kuhn): polynomial, whatever fits whatever.
    """
    edges: list[list[int]] = []
    for one in wanted:
        edges.append([])
        for number, found in enumerate(got):
            if fits(one, found):
                edges[-1].append(number)
    assigned_to: dict[int, int] = {}

    def choices(one: int) -> Iterator[int]:
        # What is free first: then most are placed without moving another.
        return iter(sorted(edges[one], key=assigned_to.__contains__))

    def place(one: int) -> None:
        seen: set[int] = set()
        path = [(one, choices(one))]  # not recursive: a chain may be as long as the request
        moves: list[int] = []
        while path:
            number = next((each for each in path[-1][1] if each not in seen), None)
            if number is None:
                path.pop()
                if moves:
                    moves.pop()
                continue
            seen.add(number)
            moves.append(number)
            if number not in assigned_to:
                assigned_to.update((found, mover) for (mover, _), found in zip(path, moves, strict=True))
                return
            path.append((assigned_to[number], choices(assigned_to[number])))

    for number in range(len(wanted)):
        place(number)
    holders = {one: number for number, one in assigned_to.items()}
    return [holders.get(number) for number in range(len(wanted))]
