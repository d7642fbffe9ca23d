"""The time and the bytes that the layers of one interaction may take, all of them together.

Compressed data, texts inside of texts and archives are charged as they are opened. Where the budget ends the
interaction is unsafe: what nobody has read may hold a secret.
"""

from __future__ import annotations

import math
import time

from recproxy.redaction.rules import Unsafe

__all__ = ["Budget"]

_BYTES = 48_000_000
_TIMES = 24  # what honest layers of a text add up to, beside the bytes above
_SECONDS = 30.0


class Budget:
    """What is left for one interaction of `size` bytes; where it is not `timed`, only bytes are counted."""

    __slots__ = ("_deadline", "_left")

    def __init__(self, size: int, *, timed: bool = True) -> None:
        self._left = _BYTES + _TIMES * size
        # What is learned from one interaction hides values in others: a machine that stalls must not cut that short.
        self._deadline = time.monotonic() + _SECONDS + size / 1_000_000 if timed else math.inf

    @property
    def left(self) -> int:
        """The bytes that may still be opened."""
        return self._left

    def charge(self, size: int) -> None:
        """Take what a layer holds. Raises Unsafe where nothing is left."""
        self._left -= size
        if self._left < 0 or time.monotonic() > self._deadline:
            raise Unsafe("has more layers of encoding than may be looked into")
