"""A difference between two requests, and how much of two long values a person wants to see."""

from __future__ import annotations

import dataclasses
from typing import AnyStr

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["Difference", "clipped", "common_start", "excerpt"]

#: Characters of a value that a message shows whole: two lines of a terminal.
_ENOUGH = 160
#: Characters shown of a longer one: with its field it is one line of a terminal.
_SHOWN = 80
#: Characters shown before the first difference of a longer value, so that the reader recognizes the place.
_BEFORE = 24
#: A segment of a path that names a kind of thing, and no id of one.
_NAME = lazy_pattern(r"[A-Za-z][A-Za-z_-]*")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which a live request differs from a recorded one.

    `wanted` is what was recorded, `got` what came, None where it is absent. Values that are `secret` are never here.
    `texts` are the two where both are strings that a person reads better as lines.
    """

    field: str
    wanted: str | None
    got: str | None
    secret: bool = False
    texts: tuple[str, str] | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def is_of_place(self) -> bool:
        """Whether it is of what a request is about, such as `users` and `tweets` in a path, and not of a value or an id."""
        if self.field in ("method", "host", "path"):
            return True
        values = (self.wanted, self.got)
        return self.field.startswith("path segment") and all(
            value is None or _NAME.fullmatch(value) for value in values
        )


def clipped(text: str, start: int = 0) -> str:
    """A text, or enough of it from `start` on, with what was left out marked."""
    if len(text) <= _ENOUGH:
        return text
    start = min(max(0, start - _BEFORE), len(text) - _BEFORE)
    end = start + _SHOWN
    return ("…" if start else "") + text[start:end] + (f"… ({len(text)} characters)" if end < len(text) else "")


def excerpt(wanted: str, got: str | None) -> tuple[str, str | None]:
    """Two texts, cut where they are long to where they begin to differ."""
    if got is None:
        return clipped(wanted), None
    if max(len(wanted), len(got)) <= _ENOUGH:
        return wanted, got
    at = common_start(wanted, got)
    return clipped(wanted, at), clipped(got, at)


def common_start(one: AnyStr, other: AnyStr) -> int:
    """How many bytes or characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low
