"""Which bytes a page may show as a picture. Pure.

A browser needs four bytes for each point of a picture, however few its file has: 48 kB of PNG can take 2 GB. SVG is no
picture here: it is text, and may hold a script.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["picture_type"]

#: 64 MB in a browser, and more than any screen has.
_MOST_POINTS = 16_000_000


def picture_type(data: bytes) -> str:
    """The media type of a picture by its first bytes; empty if it is none, or too large to be drawn."""
    for start, (name, size_of) in _KINDS.items():
        if data.startswith(start):
            width, height = size_of(data)
            return name if 0 < width * height <= _MOST_POINTS else ""
    return ""


def _png(data: bytes) -> tuple[int, int]:
    """PNG, 11.2.1: the first chunk, behind its length and name."""
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _gif(data: bytes) -> tuple[int, int]:
    """GIF89a, 18: the logical screen. Frames may not leave it, and are held one at a time."""
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


#: JPEG, B.1.1: segments that follow each other, up to the one that says the size.
_SEGMENT = re.compile(rb"\xff+([\xc0-\xfe])(..)", re.DOTALL)
_NO_FRAMES = (0xC4, 0xC8, 0xCC)


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while found := _SEGMENT.match(data, place):
        kind, size = found[1][0], int.from_bytes(found[2], "big")
        if kind <= 0xCF and kind not in _NO_FRAMES:
            frame = data[found.end() + 1 : found.end() + 5]
            return int.from_bytes(frame[2:], "big"), int.from_bytes(frame[:2], "big")
        place = found.start(2) + max(size, 2)
    return 0, 0


_KINDS: dict[bytes, tuple[str, Callable[[bytes], tuple[int, int]]]] = {
    b"\x89PNG\r\n\x1a\n": ("image/png", _png),
    b"\xff\xd8\xff": ("image/jpeg", _jpeg),
    b"GIF8": ("image/gif", _gif),
}
