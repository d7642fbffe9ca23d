"""A file of a run that grows with each miss, and each request without an answer.

A test need not ask what was missed while the file does not grow. A byte is added before the client has its answer. Where that cannot be done, the test hears of the miss when its scope ends.
"""

from __future__ import annotations

import os
from contextlib import suppress

#: As it is before any test: one may put its own in its place, and this is called while that stands there.
_stat = os.stat

__all__ = ["MissesSince", "count_of_misses", "mark_miss"]


def mark_miss(path: str) -> None:
    """Add a miss; without a path, or where the file cannot be written, nothing happens."""
    if not path:
        return
    with suppress(OSError):
        # Several processes add to it: each byte goes to its end.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
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


class MissesSince:
    """Whether a run has missed anything since this was made; `path` is its file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._before = count_of_misses(path)

    @property
    def may_be_there(self) -> bool:
        """Whether there are some, or it cannot be seen whether there are."""
        return self._before is None or count_of_misses(self._path) != self._before
