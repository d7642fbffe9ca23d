"""Which of the things found each thing wanted takes, where several would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["assigned"]

A = TypeVar("A")
B = TypeVar("B")


def assigned(wanted: Sequence[A], got: Sequence[B], fits: Callable[[A, B], bool]) -> list[int | None]:
    """For each thing wanted the index of one found, none taken twice, as many as possible.

    Augmenting paths (Kuhn): polynomial, whatever fits whatever.
    """
    edges = [[number for number, found in enumerate(got) if fits(one, found)] for one in wanted]
    taken: dict[int, int] = {}

    def place(one: int, seen: set[int]) -> bool:
        for number in edges[one]:
            if number not in seen:
                seen.add(number)
                if number not in taken or place(taken[number], seen):
                    taken[number] = one
                    return True
        return False

    for one in range(len(wanted)):
        place(one, set())
    holders = {one: number for number, one in taken.items()}
    return [holders.get(one) for one in range(len(wanted))]
