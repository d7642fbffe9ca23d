"""Two long texts as the lines and sentences in which they differ, such as a prompt and its older form.

    You are careful. Answer in at most three words.   becomes   - Answer in at most three words.
    You are careful. Answer in at most two words.               + Answer in at most two words.
                                                                1 other line is the same

Pure; knows no fields.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.differences import excerpt

__all__ = ["text_difference"]

#: Characters of a text, and pieces between what both have at their beginning and end: a client waits for this.
_LONGEST = 200_000
_MOST_PIECES = 200
#: Lines that a message shows; more are only counted.
_MOST_LINES = 20
#: A sentence begins behind the end of one and a blank. A line keeps its place, a blank one too.
_END = lazy_pattern(r"(?<=[.!?:;]) +|\r?\n")


def text_difference(wanted: str, got: str) -> list[str]:
    """Lines with `-` as recorded and with `+` as it came; none where nothing is the same, or a text is too long."""
    if max(len(wanted), len(got)) > _LONGEST:
        return []
    left, right = _END.split(wanted), _END.split(got)
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    before, after = left[start : len(left) - end], right[start : len(right) - end]
    if max(len(before), len(after)) > _MOST_PIECES:
        return []
    found = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    same = start + end + sum(high - low for tag, low, high, _, _ in found if tag == "equal")
    lines = [line for tag, *places in found if tag != "equal" for line in _changed(before, after, *places)]
    if not same or not lines:
        return []
    left_out = len(lines) - _MOST_LINES
    more = [f"and {left_out} more"] if left_out > 0 else []
    others = "1 other line is the same" if same == 1 else f"{same} other lines are the same"
    return [*lines[:_MOST_LINES], *more, others]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (left, right) in pairs if left != right), min(len(one), len(other)))


def _changed(before: Sequence[str], after: Sequence[str], low: int, high: int, first: int, last: int) -> Iterator[str]:
    """Pieces that stand for each other in turns, then those that only one side has."""
    paired = min(high - low, last - first)
    for number in range(paired):
        recorded, live = excerpt(before[low + number], after[first + number])
        yield f"- {recorded}"
        yield f"+ {live}"
    yield from (f"- {excerpt(each, None)[0]}" for each in before[low + paired : high])
    yield from (f"+ {excerpt(each, None)[0]}" for each in after[first + paired : last])
