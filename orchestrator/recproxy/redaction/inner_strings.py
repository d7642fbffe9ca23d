"""Strings of JSON that are read by themselves: markup, links with escapes, and JSON, also behind words of a log.

Knows how such strings begin, and no secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import JSON_STRING
from recproxy.redaction.views import View, json_unescaped

__all__ = ["strings_in"]

_INNER = lazy_pattern(rb"(?:\\[nrt]|\s)*[\[{<]")
#: Where such a string begins. None of these follows a closing quote.
_INNER_STRING = lazy_pattern(rb"\"(?<!\\\")(?=(?:\\[nrt]|\s)*+[\[{<])")
_TELLING = lazy_pattern(rb"\"(?<!\\\")(?=(?:\\[nrt]|\s)*+[\[{<]|[^\"]{0,10}:(?://|\\/\\/))")
#: JSON behind other words in a string: `got {\"token\": ...`.
_OBJECT = lazy_pattern(rb"\{(?:\\[nrt]|\s){0,80}(?:\\)++\"[^\"\\]{1,80}(?:\\)++\"\s{0,8}:")
_TO_END = lazy_pattern(rb"(?:[^\"\\]|\\.)*+", re.DOTALL)


def strings_in(text: bytes) -> Iterator[tuple[bytes, int, View | None]]:
    """Such strings as they stand, where they begin, and what they are without escapes, if they have any.

    A string without that is markup, or a link.
    """
    if b"\\" not in text and b"%" not in text and b"<" not in text:
        return
    read: list[tuple[int, int]] = []
    for opening in (_TELLING if b"%" in text else _INNER_STRING).finditer(text):
        at = opening.start()
        if (read and at < read[-1][1]) or (found := JSON_STRING.match(text, at)) is None:
            continue
        read.append(found.span())
        raw = found[1]
        if b"\\" in raw and _INNER.match(raw):
            yield raw, found.start(1), json_unescaped(raw)
        elif raw[:1] == b"<" or (b"%" in raw and b"=" in raw and (b"://" in raw[:12] or b":\\/\\/" in raw[:12])):
            yield raw, found.start(1), None
    if b'\\"' in text:
        yield from _objects(text, read[::-1])


def _objects(text: bytes, read: list[tuple[int, int]]) -> Iterator[tuple[bytes, int, View]]:
    """From an object of JSON in a string to the end of the string; none of those that were `read`, the last one first."""
    done = 0
    for opening in _OBJECT.finditer(text):
        at = opening.start()
        while read and read[-1][1] <= at:
            read.pop()
        if at < done or (read and read[-1][0] < at) or (found := _TO_END.match(text, at)) is None:
            continue
        done = found.end()
        yield found[0], at, json_unescaped(found[0])
