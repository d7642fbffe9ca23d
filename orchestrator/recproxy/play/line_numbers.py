"""Line numbers for the interactions in a file of another tool, whose reader does not report them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Recording

__all__ = ["placed"]

_KEY = lazy_pattern(rb"""\s*(?:-\s+|\{\s*)?["']?(request|response)["']?\s*:\s*(?:\{\s*)?\Z""")


def placed(recording: Recording, lines: Sequence[bytes]) -> Recording:
    """The recording with line numbers, found by the keys `request` and `response`; unchanged if they do not fit."""
    interactions = recording.interactions
    if not interactions or any(each.line for each in interactions):
        return recording
    keys = [(number, found[1]) for number, line in enumerate(lines, 1) if (found := _KEY.match(line.rstrip()))]
    if [key for _, key in keys] != [b"request", b"response"] * len(interactions):
        return recording
    numbers = iter(number for number, _ in keys)
    return replace(
        recording,
        interactions=tuple(replace(each, line=next(numbers), response_line=next(numbers)) for each in interactions),
    )
