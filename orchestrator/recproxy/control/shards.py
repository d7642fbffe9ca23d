"""The name of a shard, and which part of a suite it is where that is `K/N`. Imports next to nothing."""

from __future__ import annotations

import re

from recproxy.errors import ConfigurationError
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["part_of_suite"]

_PART = lazy_pattern(r"(0|[1-9]\d{0,5})/(0|[1-9]\d{0,5})", re.ASCII)
#: What somebody may have meant as K/N: run under another name, all of the suite would run in each job.
_LIKE_PART = lazy_pattern(r"[\d\s.+-]*/[\d\s.+/-]*")


def part_of_suite(shard: str) -> tuple[int, int] | None:
    """K and N of `K/N`; None for another name, which says nothing of how a suite is split.

    Raises:
        ConfigurationError: there is no such part.
    """
    found = _PART.fullmatch(shard)
    if found is None and not _LIKE_PART.fullmatch(shard):
        return None
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise ConfigurationError(
            f"--shard {shard}: write it as K/N, with K from 1 to N, or give the shard another name"
        )
    return part, parts
