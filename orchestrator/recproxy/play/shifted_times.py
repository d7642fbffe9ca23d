"""Times of recorded responses moved to now: as far from it as they were from the moment of recording.

A profile says where they are. Headers and the body are changed as their values need it; sizes and pieces follow. Pure
but for the clock, which is given.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from recproxy.config.shift_table import ShiftTable
from recproxy.http.received import without_coding
from recproxy.play.body_digests import with_digests
from recproxy.play.time_texts import moved_time, seconds_of_http_date
from recproxy.recording import Headers, Interaction, Response, header
from recproxy.recording.json_reader import JSON_TOKEN
from recproxy.recording.splicing import resized, spliced
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.pointed_places import pointed_spans
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.views import json_unescaped
from recproxy.redaction.wide_text import moved_in_wide, narrowed, wide_charset, widened

__all__ = ["ShiftedTimes", "shifted_times"]


def shifted_times(table: ShiftTable, clock: Callable[[], float] = time.time) -> ShiftedTimes | None:
    """What moves the times that a profile lists; None where it lists none, so that nothing is looked for."""
    return ShiftedTimes(table, clock) if table.headers or table.json else None


class ShiftedTimes:
    """Moves the times at the listed places of responses."""

    def __init__(self, table: ShiftTable, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._headers = frozenset(name.lower().encode() for name in table.headers)
        rules = name_rules(RedactionRules(json=table.json))  # the same words as in redact.json
        self._pointers, self._names = rules.pointers, rules.keys

    def moved(self, recorded: Interaction, response: Response) -> Response:
        """The response of an interaction with its times moved to now; itself where there is nothing to move."""
        since = _moment_of(recorded)
        if since is None:
            return response
        now = int(self._clock())
        result = self._with_body(response, since, now)
        headers = self._moved_headers(result.headers, since, now)
        return result if headers is None else replace(result, headers=headers)

    def _moved_headers(self, headers: Headers, since: int, now: int) -> Headers | None:
        found = False
        moved: list[tuple[bytes, bytes]] = []
        for name, value in headers:
            new = _moved(value, since, now) if name.lower() in self._headers else None
            found = found or new is not None
            moved.append((name, value if new is None else new))
        return tuple(moved) if found else None

    def _with_body(self, response: Response, since: int, now: int) -> Response:
        if not response.body or not (self._pointers or self._names):
            return response
        plain = _without_coding(response)
        body = plain.body
        charset = wide_charset(response.headers, body) if b"\0" in body else None
        try:
            text = narrowed(body, charset) if charset is not None else body
        except UnicodeDecodeError:
            return response
        is_json = b"json" in (header(response.headers, b"content-type") or b"").lower()
        if not is_json and text.lstrip()[:1] not in (b"{", b"["):
            return response
        places = [
            (start, end, new)
            for start, end, value in sorted({*self._pointed(text), *self._named(text)})
            if (new := _moved(value, since, now)) is not None
        ]
        if not places:
            return response
        new_text, moved = spliced(text, places)
        new_body = widened(new_text, charset)
        if charset is not None:
            moved = moved_in_wide(body, charset, moved, new_text)
        chunks = resized(plain.chunks, len(body), moved, len(new_body))
        return with_digests(replace(plain, body=new_body, chunks=chunks))

    def _pointed(self, text: bytes) -> Iterator[tuple[int, int, bytes]]:
        if self._pointers:
            yield from ((span.start, span.end, span.value) for span in pointed_spans(text, self._pointers))

    def _named(self, text: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The values under the listed names at any depth, and those of a list there."""
        lower = text.lower() if self._names else b""
        if not any(name in lower for name in self._names):
            return
        last, wanted, listed = b"", False, False
        for found in JSON_TOKEN.finditer(text):
            mark = found[2]
            if mark is None:
                group = 1 if found[1] is not None else 3
                last = json_unescaped(found[group]).text if b"\\" in found[group] else found[group]
                if wanted or listed:
                    yield (*found.span(group), last)
                    wanted = False
            elif mark == b":":
                wanted, listed = last.lower() in self._names, False
            elif mark != b",":
                wanted, listed = False, wanted and mark == b"["


def _moved(value: bytes, since: int, now: int) -> bytes | None:
    if not value.isascii():
        return None
    new = moved_time(value.decode(), since, now)
    return None if new is None else new.encode()


def _moment_of(recorded: Interaction) -> int | None:
    """When a response was recorded, in seconds since 1970: its Date, or the beginning of the day."""
    date = header(recorded.response.headers, b"date")
    moment = seconds_of_http_date(date.decode("latin-1").strip()) if date is not None else None
    if moment is None and recorded.recorded is not None:
        moment = int(dt.datetime.combine(recorded.recorded, dt.time(), dt.UTC).timestamp())
    return moment


def _without_coding(response: Response) -> Response:
    """A response whose body is plain. A body under a digest, and that of a stream, was stored coded; its pieces are lost."""
    if response.encoding is not None:
        return response
    payload, coding = without_coding(response.body, response.headers)
    return response if coding is None else replace(response, body=payload, encoding=coding, chunks=())
