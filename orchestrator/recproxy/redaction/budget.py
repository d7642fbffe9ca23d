"""The time and the bytes that the layers of one interaction may take, all of them together.

Compressed data, texts inside of texts and archives are charged as they are opened. Where the budget ends the
interaction is unsafe: what nobody has read may hold a secret.
"""

from __future__ import annotations

import math
import time

from recproxy.redaction.rules import Unsafe

__all__ = ["Budget"]

_BYTES = 48_000_000  # for the layers of a small text: a small archive may be large inside
_TIMES = 24  # what honest layers of a text add up to, beside the bytes above
_SECONDS = 30.0  # of the thread, besides one for each million bytes: the end of a scope waits for it
#: Bytes between two looks at the clock, which may take longer than a search of a short text; a call counts as some.
_BETWEEN = 200_000
_CALL = 4_000  # bytes that stand for what each call costs by itself


class Budget:
    """What is left for one interaction of `size` bytes; where it is not `timed`, only bytes are counted."""

    __slots__ = ("_deadline", "_left", "_seconds", "_unseen")

    def __init__(self, size: int, *, timed: bool = True) -> None:
        self._left = _BYTES + _TIMES * size
        # What is learned from one interaction hides values in others: its time must not cut that short. For the rest
        # the thread's own time counts: a machine that is busy with other things refuses nothing.
        self._seconds = _SECONDS + size / 1_000_000 if timed else math.inf
        self._deadline = 0.0
        self._unseen = 0

    @property
    def left(self) -> int:
        """The bytes that may still be opened."""
        return self._left

    def charge(self, size: int) -> None:
        """Take what a layer holds. Raises Unsafe where nothing is left."""
        self._left -= size
        self._unseen += size + _CALL
        if self._left < 0 or (self._unseen > _BETWEEN and self._is_late()):
            raise Unsafe("has more layers of encoding than may be looked into")

    def _is_late(self) -> bool:
        """Whether the time has passed, which begins when this is first asked: small interactions never ask."""
        self._unseen = 0
        now = time.thread_time()
        self._deadline = self._deadline or now + self._seconds
        return now > self._deadline
