"""Garbage collected seldom, while a verb makes millions of values and few circles of them.

Knows nothing of what a verb does.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collecting_seldom"]

#: New values between two collections; Python's own number is 700. It is one percent of what a large cassette makes.
_BETWEEN = 50_000


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for circles of values seldom: a twentieth of the time of an import went into that."""
    before = gc.get_threshold()
    gc.set_threshold(_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
