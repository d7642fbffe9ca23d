"""Other texts in places of a text, where every offset of it has moved to, and the sizes of the pieces of a stream then.

Knows bytes and offsets.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recproxy.recording.values import Chunk

__all__ = ["Moved", "resized", "same", "spliced"]

#: Where an offset of the old bytes is in the new ones.
Moved = Callable[[int], int]


def same(offset: int) -> int:
    """Nothing moved."""
    return offset


def spliced(text: bytes, places: Sequence[tuple[int, int, bytes]]) -> tuple[bytes, Moved]:
    """The text with another text in each place from a start to an end, in order, and where its offsets are then.

    An offset inside of a place goes behind what stands there.
    """
    if not places:
        return text, same
    pieces: list[bytes] = []
    starts: list[int] = []
    ends: list[int] = []
    new_ends: list[int] = []
    position = size = 0
    for start, end, new in places:
        pieces += text[position:start], new
        size += start - position + len(new)
        starts.append(start)
        ends.append(end)
        new_ends.append(size)
        position = end

    def moved(offset: int) -> int:
        at = bisect_left(starts, offset) - 1
        if at < 0:
            return offset
        return new_ends[at] if offset < ends[at] else new_ends[at] + offset - ends[at]

    return b"".join((*pieces, text[position:])), moved


def resized(chunks: tuple[Chunk, ...], size: int, moved: Moved, new_size: int) -> tuple[Chunk, ...]:
    """The pieces of a body of `size` bytes in which offsets moved; a place that a piece cut in two goes into the first.

    Pieces that are not those of the body stay.
    """
    if not chunks or moved is same or sum(chunk.size for chunk in chunks) != size:
        return chunks
    result: list[Chunk] = []
    old = new = 0
    for number, chunk in enumerate(chunks, 1):
        old += chunk.size
        end = new_size if number == len(chunks) else min(max(moved(old), new), new_size)
        result.append(dataclasses.replace(chunk, size=end - new))
        new = end
    return tuple(result)
