"""Which of the things found each thing wanted takes, where several would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def place(one: int, seen: set[int]) -> bool:
        # What is free first: then most are placed without moving another.
        for number in sorted(edges[one], key=assigned_to.__contains__):
            if number not in seen:
                seen.add(number)
                if number not in assigned_to or place(assigned_to[number], seen):
                    assigned_to[number] = one
                    return True
        return False

    for number in range(len(wanted)):
        place(number, set())
    holders = {one: number for number, one in assigned_to.items()}
    return [holders.get(number) for number in range(len(wanted))]
