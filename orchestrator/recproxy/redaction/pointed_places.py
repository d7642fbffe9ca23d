"""The places in JSON that JSON Pointers lead to, RFC 6901; as in `json_spans`, text that breaks off is read as far as it goes.

Finds spans, masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import json_unescaped

__all__ = ["pointed_spans"]


def pointed_spans(text: bytes, pointers: Sequence[tuple[bytes, ...]]) -> Iterator[Span]:
    """The scalars that JSON Pointers lead to, and those below; `*` is any key or index."""
    states: list[frozenset[tuple[int, int]]] = [frozenset((number, 0) for number in range(len(pointers)))]
    kinds: list[bool] = []
    steps: list[bytes] = []
    counts: list[int] = []
    wants_key = False
    for found in RECORDED_TOKEN.finditer(text):
        mark = found[2]
        if mark is None:
            quoted = found[1] is not None
            if kinds and kinds[-1] and wants_key and quoted:
                steps[-1] = json_unescaped(found[1]).text if b"\\" in found[1] else found[1]
                continue
            now = (
                _stepped(states[-1], steps[-1] if kinds and kinds[-1] else b"%d" % counts[-1], pointers)
                if kinds
                else states[-1]
            )
            if any(at >= len(pointers[number]) for number, at in now):
                start, end = found.span(1 if quoted else 3)
                if start < end and (quoted or found[3] not in (b"true", b"false", b"null")):
                    value = json_unescaped(found[1]).text if quoted else found[3]
                    name = next((step for step in reversed(steps) if step), b"secret")
                    yield Span(start, end, "json", wild_name(name), "text" if quoted else "scalar", value=value)
        elif mark in b"{[":
            if kinds:
                states.append(_stepped(states[-1], steps[-1] if kinds[-1] else b"%d" % counts[-1], pointers))
            else:
                states.append(states[-1])
            kinds.append(mark == b"{")
            steps.append(b"")
            counts.append(0)
            wants_key = mark == b"{"
        elif mark in b"}]":
            if kinds:
                kinds.pop(), steps.pop(), counts.pop(), states.pop()
            wants_key = False
        elif kinds:
            if mark == b",":
                counts[-1] += 1
            wants_key = mark == b"," and kinds[-1]


def _stepped(
    state: frozenset[tuple[int, int]], step: bytes, pointers: Sequence[tuple[bytes, ...]]
) -> frozenset[tuple[int, int]]:
    """Pointers one step on; one that has arrived stays so for all below."""
    return frozenset(
        (number, at if at >= len(pointers[number]) else at + 1)
        for number, at in state
        if at >= len(pointers[number]) or pointers[number][at] in (step, b"*")
    )
