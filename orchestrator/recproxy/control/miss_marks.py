"""A file of a run that grows with each miss, and each request without an answer: a test during which it has not grown need not ask what was missed.

A byte is added before the client has its answer. Where that cannot be done, the test hears of the miss when its scope ends.
"""

from __future__ import annotations

import os
from contextlib import suppress

#: As it is before any test: one may put its own in its place, and this is called while that stands there.
_stat = os.stat

__all__ = ["count_of_misses", "mark_miss"]


def mark_miss(path: str) -> None:
    """Add a miss; without a path, or where the file cannot be written, nothing happens."""
    if not path:
        return
    with suppress(OSError):
        descriptor = os.open(
            path, os.O_WRONLY | os.O_APPEND
        )  # several processes add to it, so nobody keeps a place in it
        try:
            os.write(descriptor, b".")
        finally:
            os.close(descriptor)


def count_of_misses(path: str) -> int | None:
    """How many misses the run had so far; None where this process has no way to its file."""
    try:
        return _stat(path).st_size if path else None
    except OSError:
        return None
