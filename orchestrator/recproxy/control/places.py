"""Where an interaction is: its file and its number there, which is the same in every scope that plays the file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["places"]


def places(files: Iterable[tuple[str, int]], positions: Iterable[int]) -> Iterator[tuple[str, int]]:
    """File and number of positions that ascend; `files` are pairs of a path and how many interactions it holds."""
    following = iter(files)
    path, start, end = "", 0, 0
    for position in positions:
        while position >= end:
            path, count = next(following)
            start, end = end, end + count
        yield path, position - start
