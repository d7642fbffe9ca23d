"""Short texts searched together: headers and addresses, of which most hold no secret value.

A search of a text takes longer to begin than to look through a few bytes. Only texts that have no layer but base64 and
hex are joined, so that what one of them holds is found in all of them together. Knows no values.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator

from recproxy.redaction.budget import Budget
from recproxy.redaction.rules import Unsafe
from recproxy.redaction.views import views

__all__ = ["SHORT_TEXT", "searched_together"]

SHORT_TEXT = 1024  # bytes
_TOGETHER = 16_384  # bytes: enough that the start of a search costs nothing beside it
_TRIES = 4  # after which texts are left for a search of their own: each finds a value where two of them meet
_LAYERS = b"%\\\n\r\0"

_FindValues = Callable[[bytes, Budget], Iterable[tuple[int, int]]]


def searched_together(texts: Iterable[bytes], find: _FindValues) -> Iterator[bytes]:
    """Those of some texts that hold no value, by a search that gives the places of values in a text without escapes.

    The others may hold none either.
    """
    together: list[bytes] = []
    size = 0
    for text in texts:
        if not _is_plain(text):
            continue
        together.append(text)
        size += len(text)
        if size > _TOGETHER:
            yield from _quiet(together, find)
            together, size = [], 0
    yield from _quiet(together, find)


def _quiet(texts: list[bytes], find: _FindValues) -> list[bytes]:
    for _ in range(_TRIES):
        everything = b"\n".join(texts)
        try:
            places = list(find(everything, Budget(len(everything))))
        except Unsafe:
            break
        if not places:
            return texts
        starts = list(itertools.accumulate((len(text) + 1 for text in texts), initial=0))[:-1]
        held = {
            number
            for start, end in places
            for number in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end))
        }
        texts = [text for number, text in enumerate(texts) if number not in held]
    return []


def _is_plain(text: bytes) -> bool:
    """Whether a text is short, one line, and without escapes."""
    return (
        len(text) <= SHORT_TEXT
        and text.isascii()
        and len(text.translate(None, _LAYERS)) == len(text)
        and not (b"&" in text and b";" in text)
        and next(views(text), None) is None
    )
