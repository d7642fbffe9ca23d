"""Times of recorded responses moved to now: as far from it as they were from the moment of recording.

A profile says where they are, or that all known expiry times move. Headers and the body are changed as their values
need it; sizes and pieces follow. Pure but for the clock, which is given, and for the moved times that a client may
send back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from recproxy.config.profile import ReplayTable
from recproxy.config.shift_table import ShiftTable
from recproxy.http.received import without_coding
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.body_digests import with_digests
from recproxy.play.recorded_moments import moment_of
from recproxy.play.time_texts import moved_time
from recproxy.recording import Headers, Interaction, Response, header
from recproxy.recording.json_reader import JSON_TOKEN
from recproxy.recording.splicing import resized, spliced
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.wide_text import moved_in_wide, narrowed, wide_charset, widened

__all__ = ["ShiftedTimes", "shifted_times"]

#: The headers of all services that say when something was sent, ends, or may be asked again.
_HEADERS = ("Date", "Expires", "Retry-After", "X-Rate-Limit-Reset", "X-RateLimit-Reset", "RateLimit-Reset")
#: The names of expiry times in JSON, in lower case: a name is found in any.
_NAMES = (
    *("exp", "iat", "nbf", "auth_time", "issued_at", "issuedat", "not_before", "notbefore", "expires", "expires_at"),
    *("expiresat", "expires_on", "expireson", "expiration", "expiration_date", "expirationdate", "expiration_time"),
    *("expirationtime", "expiry", "expiry_date", "expirydate", "expire_time", "expiretime", "expire_at", "expireat"),
    *("not_after", "notafter", "valid_until", "validuntil", "valid_to", "validto"),
)
_COOKIE_EXPIRY = lazy_pattern(rb";\s*expires=([^;]+)", re.IGNORECASE)
_LIFE = lazy_pattern(rb'"expires_?in"\s*:\s*"?([0-9]{1,9})\b', re.IGNORECASE)
#: Kinds of bodies that are text and not JSON.
_TEXTS = (b"text/", b"xml", b"form-urlencoded", b"javascript")


def shifted_times(replay: ReplayTable, clock: Callable[[], float] = time.time) -> ShiftedTimes | None:
    """What moves the times that a profile means; None where it means none, so that nothing is looked for."""
    table, every = replay.shift, replay.clock == "shift"
    return ShiftedTimes(table, clock, every=every) if every or table.headers or table.json else None


class ShiftedTimes:
    """Moves the times at the listed places of responses, or `every` expiry time that is known."""

    def __init__(self, table: ShiftTable, clock: Callable[[], float], *, every: bool = False) -> None:
        from recproxy.play.returned_times import ReturnedTimes  # noqa: PLC0415 - few profiles move times
        from recproxy.redaction.name_rules import name_rules  # noqa: PLC0415 - few profiles move times

        self._clock = clock
        self._every = every
        headers, names = (_HEADERS, _NAMES) if every else ((), ())
        self._headers = frozenset(name.lower().encode() for name in (*headers, *table.headers))
        rules = name_rules(RedactionRules(json=(*names, *table.json)))  # the same words as in redact.json
        self._pointers, self._names = rules.pointers, rules.keys
        #: What clients got, and what was recorded in its place.
        self.returned = ReturnedTimes()

    def moved(self, recorded: Interaction, response: Response) -> Response:
        """The response of an interaction with its times moved to now; itself where there is nothing to move."""
        since = moment_of(recorded)
        if since is None:
            return response
        now = int(self._clock())
        result = self._with_body(response, since, now)
        headers = self._moved_headers(result.headers, since, now)
        return result if headers is None else replace(result, headers=headers)

    def _moved_headers(self, headers: Headers, since: int, now: int) -> Headers | None:
        new = [self._moved_header(name.lower(), value, since, now) for name, value in headers]
        if all(value is None for value in new):
            return None
        return tuple((name, old if value is None else value) for (name, old), value in zip(headers, new, strict=True))

    def _moved_header(self, name: bytes, value: bytes, since: int, now: int) -> bytes | None:
        if name in self._headers:
            return _moved(value, since, now)
        if not self._every:
            return None
        places = [*self._tokens(value, since, now, None)]
        if name == b"set-cookie":
            expiries = ((found.span(1), _moved(found[1], since, now)) for found in _COOKIE_EXPIRY.finditer(value))
            places += [(*span, new) for span, new in expiries if new is not None]
        return spliced(value, sorted(places))[0] if places else None

    def _with_body(self, response: Response, since: int, now: int) -> Response:
        if not response.body or not (self._pointers or self._names):
            return response  # where every time moves, there are names
        plain = _without_coding(response)
        body = plain.body
        charset = wide_charset(response.headers, body) if b"\0" in body else None
        try:
            text = narrowed(body, charset) if charset is not None else body
        except UnicodeDecodeError:
            return response
        kind = (header(response.headers, b"content-type") or b"").lower()
        if b"json" in kind or text.lstrip()[:1] in (b"{", b"["):
            places = self._places(text, since, now)
        elif self._every and any(each in kind for each in _TEXTS):
            places = [*self._tokens(text, since, now, None)]
        else:
            return response
        if not places:
            return response
        new_text, moved = spliced(text, places)
        new_body = widened(new_text, charset)
        if charset is not None:
            moved = moved_in_wide(body, charset, moved, new_text)
        chunks = resized(plain.chunks, len(body), moved, len(new_body))
        return with_digests(replace(plain, body=new_body, chunks=chunks))

    def _places(self, text: bytes, since: int, now: int) -> list[tuple[int, int, bytes]]:
        """What replaces the times of a JSON text, in order."""
        places: dict[tuple[int, int], bytes] = {}
        for start, end, value in {*self._pointed(text), *self._named(text)}:
            if (new := _moved(value, since, now)) is not None:
                places[start, end] = new
                self.returned.remember(new, value)
        if self._every:
            said = _LIFE.search(text)
            life = int(said[1]) if said is not None else None
            places |= {(start, end): new for start, end, new in self._tokens(text, since, now, life)}
        return [(start, end, new) for (start, end), new in sorted(places.items())]

    def _tokens(self, text: bytes, since: int, now: int, life: int | None) -> Iterator[tuple[int, int, bytes]]:
        from recproxy.play.shifted_tokens import moved_tokens  # noqa: PLC0415 - few profiles move times

        for start, end, new in moved_tokens(text, since, now, life):
            self.returned.remember(new, text[start:end])
            yield start, end, new

    def _pointed(self, text: bytes) -> Iterator[tuple[int, int, bytes]]:
        from recproxy.redaction.pointed_places import pointed_spans  # noqa: PLC0415 - few profiles move times

        if self._pointers:
            yield from ((span.start, span.end, span.value) for span in pointed_spans(text, self._pointers))

    def _named(self, text: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The values under the listed names at any depth, and those of a list there."""
        from recproxy.redaction.views import json_unescaped  # noqa: PLC0415 - few profiles move times

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


def _without_coding(response: Response) -> Response:
    """A response whose body is plain. A body under a digest, and that of a stream, was stored coded; its pieces are lost."""
    if response.encoding is not None:
        return response
    payload, coding = without_coding(response.body, response.headers)
    return response if coding is None else replace(response, body=payload, encoding=coding, chunks=())
