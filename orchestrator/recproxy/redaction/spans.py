"""Spans: the places in a text that hide a secret, and the text with something else in those places.

Knows bytes and offsets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from recproxy.recording.splicing import Moved, spliced

__all__ = ["FindSpans", "Span", "apart", "merged", "replaced", "wild_name"]


class Span(NamedTuple):
    """A place from `start` to `end`, found by `rule`.

    `name` suggests what to call the value; `kind` says how it is masked: "text"; "scalar" (a bare JSON value);
    "inside" (only a part of a value, which is never linked); "base64" (the same, in a run of base64). `replacement` is the mask where the finder had to make
    it itself, since it depends on the place. `value` is the secret as the program knows it, decoded.
    """

    start: int
    end: int
    rule: str
    name: str = "secret"
    kind: str = "text"
    value: bytes = b""
    replacement: bytes | None = None

    def __repr__(self) -> str:
        return f"Span({self.start}, {self.end}, rule={self.rule!r}, name={self.name!r}, kind={self.kind!r})"

    def moved(self, start: int, end: int) -> Span:
        """The same finding at another place, in the text that holds the one it was found in."""
        return Span(start, end, self.rule, self.name, self.kind, self.value, self.replacement)


#: Finds the places of a text that hold a secret.
FindSpans = Callable[[bytes], Sequence[Span]]


def apart(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The spans that share no byte with any of the others."""
    ordered = sorted(others, key=lambda each: each.start)
    starts = [each.start for each in ordered]
    ends = list(accumulate((each.end for each in ordered), max))

    def is_apart(span: Span) -> bool:
        before = bisect_left(starts, span.end)
        return not before or ends[before - 1] <= span.start

    return [span for span in spans if is_apart(span)]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap made one; of them the longest, then the first found, says what it is."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if not result or span.start >= result[-1].end:
            result.append(span)
            continue
        last = result[-1]
        if span.end > last.end:  # partly: neither one's own mask fits the place any more
            wider = span if span.end - span.start > last.end - last.start else last
            result[-1] = Span(last.start, span.end, wider.rule, wider.name, "inside")
    return result


def replaced(text: bytes, places: Sequence[tuple[Span, bytes]]) -> tuple[bytes, Moved]:
    """The text with another text in each span, in order, and where an offset of the old text is in the new one."""
    return spliced(text, [(span.start, span.end, new) for span, new in places])


def wild_name(name: bytes) -> str:
    """A name as the name of a wild place."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name.decode("ascii", "replace")).strip("_-")[:40] or "secret"
