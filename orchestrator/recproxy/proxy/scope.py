"""The open scope of a lane: from a request to the bytes that answer it.

What can be worked out once for equal requests is kept: the second of them costs one look-up. Knows recordings in
play and HTTP forms; no socket.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from recproxy.control import Missed, Outcome, Unused
from recproxy.matching import Index, Rules, miss
from recproxy.playback import Playback, Spot, filled, wild_names
from recproxy.profile import Profile
from recproxy.proxy.pacing import PacedAnswer
from recproxy.proxy.traffic import Traffic
from recproxy.recording import (
    Recording,
    Request,
    decode,
    header,
    header_values,
)
from recproxy.redaction import RedactionRules, redact_request
from recproxy.wire import Head, Prepared, plain_response
from recproxy.wire.responses import accepts

__all__ = ["Answer", "OpenScope", "Route"]

_KEPT_REQUESTS = 4096
_KEPT_BODY = 4096
_KEPT_LINES = 1000
#: HTTP has no such status; no service sends it by itself.
MISS_STATUS = 599
MISS_REASON = "Not Recorded"


@dataclass(frozen=True, slots=True)
class Route:
    """How a connection came: its scheme, the authority it was opened for (None: each request names its own).

    `any_host` are the host patterns of an endpoint whose base URL was used: its requests fit any of them.
    """

    scheme: str
    authority: str | None = None
    any_host: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What to write, and whether the connection ends behind it; `reset` drops it without a word."""

    data: bytes
    close: bool = False
    reset: bool = False


@dataclass(slots=True)
class _Known:
    """All that is worked out once for equal requests."""

    spot: Spot
    request: Request
    coded: frozenset[str] = frozenset()
    answers: dict[int, Answer | PacedAnswer] = field(default_factory=dict)


class OpenScope:
    """One scope in play: answers requests and counts what it did."""

    def __init__(
        self,
        profile: Profile,
        name: str,
        recordings: Sequence[Recording],
        *,
        expected: str | None = None,
        match_on: tuple[str, ...] | None = None,
        repeat: str | None = None,
        ignore: Mapping[str, Sequence[str]] | None = None,
        number: int = 0,
        redaction: RedactionRules | None = None,
        mode: str = "replay",
    ) -> None:
        self.name = name
        self.mode = mode
        self.traffic = Traffic(number)
        #: What a miss says besides, where there is something to say.
        self.remark: Callable[[], str] = str
        self._profile = profile
        self._redaction = redaction or profile.redaction()
        self._expected = expected
        rules = _ignoring(profile.rules(), ignore or {})
        self._match_on = match_on
        index = Index(self._matched(recordings), rules, profile.hosts)
        self._playback = Playback(index, repeat=repeat, default=profile.match.repeat, scope=name)
        self._known: dict[tuple[object, ...], _Known] = {}
        self._prepared: dict[int, Prepared] = {}
        self._missed: list[Missed] = []
        #: The latest requests: positions, or -1 and down for the first miss and on.
        self._order: deque[int] = deque(maxlen=_KEPT_LINES)
        self._notes: list[str] = []
        self._played = 0
        self._seconds = 0.0

    @property
    def interactions(self) -> int:
        """How many interactions are in play."""
        return len(self._playback.plays)

    def go_on(self, plays: Sequence[int]) -> None:
        """Begin where another scope with these recordings ended; where they have changed since, at the start."""
        if len(plays) == len(self._playback.plays):
            self._playback.plays[:] = plays

    def extend(self, recordings: Sequence[Recording]) -> None:
        """Put more recordings in play; positions and bound values stay."""
        old = self._playback.index
        index = Index((*old.recordings, *self._matched(recordings)), old.rules, old.hosts)
        self._playback = self._playback.extended(index)
        self._known.clear()

    def answer(self, route: Route, head: Head, body: bytes, *, complete: bool = True) -> Answer | PacedAnswer:
        """The answer to a request; `complete` is false where its body was too large to keep."""
        begun = time.perf_counter()
        key = (route, head.method, head.target, head.http10, head.headers, body)
        known = self._known.get(key)
        if known is None:
            known = self._work_out(route, head, body)
            if not known.spot.stateful and len(body) <= _KEPT_BODY and len(self._known) < _KEPT_REQUESTS:
                self._known[key] = known
        position = self._playback.take(known.spot) if complete else None
        if position is None:
            answer: Answer | PacedAnswer = self._missing(route, head, known, "" if complete else self._too_large())
        else:
            self._played += 1
            self._order.append(position)
            answer = known.answers.get(position) or self._form(position, route, head, known)
        self._seconds += time.perf_counter() - begun
        return answer

    def recorded_answer(self, route: Route, head: Head, body: bytes) -> Answer | PacedAnswer | None:
        """The answer to a request if a recorded interaction fits it and is left to play, else None: no miss."""
        spot = self._work_out(route, head, body).spot
        if not self._playback.has(spot):
            return None
        return self.answer(route, head, body)

    def note(self, line: str) -> None:
        """Keep a line for the user, once."""
        if line not in self._notes:
            self._notes.append(line)

    def outcome(self) -> Outcome:
        """What happened so far."""
        playback = self._playback
        return Outcome(
            scope=self.name,
            played=self._played,
            recorded=self.traffic.recorded,
            forwarded=self.traffic.forwarded,
            failures=tuple(self.traffic.failures),
            redactions=dict(self.traffic.redactions),
            seconds=self._seconds + self.traffic.seconds,
            missed=tuple(self._missed),
            unused=tuple(self._unused(position) for position in playback.unused()),
            plays=tuple(playback.plays),
            requests=tuple(self._line(position) for position in self._order),
            notes=tuple(self._notes),
        )

    def _matched(self, recordings: Sequence[Recording]) -> Sequence[Recording]:
        """Recordings with the matchers of this scope, which go before those that a file names."""
        if self._match_on is None:
            return recordings
        return [replace(recording, match_on=self._match_on) for recording in recordings]

    def _work_out(self, route: Route, head: Head, body: bytes) -> _Known:
        request = _request(route, head, body)
        spot = self._playback.locate(request, route.any_host)
        accepted = b",".join(header_values(head.headers, b"accept-encoding")) or None
        codings = {self._playback.interaction(position).response.encoding or "" for position in spot.positions[:1000]}
        return _Known(spot, request, frozenset(coding for coding in codings if _accepts_all(coding, accepted)))

    def _form(self, position: int, route: Route, head: Head, known: _Known) -> Answer | PacedAnswer:
        """The bytes of an interaction for this client; kept, unless named wild places make each its own."""
        response = self._playback.interaction(position).response
        if response.omitted is not None:
            self._played -= 1
            return self._missing(route, head, known)
        if known.spot.stateful:
            self._playback.bind(position, known.request, route.any_host)
        names = wild_names(response)
        if names:
            prepared = Prepared(filled(response, names, self._playback.bound))
        else:
            prepared = self._prepared.get(position) or self._prepared.setdefault(position, Prepared(response))
        takes = {
            "head_only": head.method == b"HEAD",
            "http10": head.http10,
            "keep_alive": head.keep_alive,
            "coded": (response.encoding or "") in known.coded,
        }
        answer: Answer | PacedAnswer
        if self._profile.pace == "recorded" and (response.delay or response.chunks):
            answer = PacedAnswer(*prepared.paced(**takes))
        else:
            answer = Answer(*prepared.form(**takes))
        if not names:
            known.answers[position] = answer
        return answer

    def _too_large(self) -> str:
        most = self._profile.upstream.max_body
        return f"the request's body is larger than {most} bytes (upstream.max_body): such bodies are not matched"

    def _missing(self, route: Route, head: Head, known: _Known, reason: str = "") -> Answer:
        """A miss: remembered for the outcome, and told to the client; `reason` goes before the differences."""
        found = miss(
            self._playback.index,
            redact_request(known.request, self._redaction),  # what is shown is redacted as what is stored
            any_host=route.any_host,
            bound=self._playback.bound,
            test=self.name,
            profile=self._profile.name,
            used=known.spot.positions,
        )
        text = f"{reason}\n{found.text()}" if reason else found.text()
        if not self._playback.plays and self._expected is not None:
            text += f"\nthe recording would be {self._expected}"
        text += self.remark()
        self._missed.append(
            Missed(
                method=found.method,
                url=found.url,
                text=text,
                differences=tuple((each.field, each.wanted, each.got) for each in found.differences),
                closest=self._playback.index.where(found.closest) if found.closest is not None else None,
            )
        )
        self._order.append(-len(self._missed))
        if self._profile.match.miss == "reset":
            return Answer(b"", close=True, reset=True)
        close = not head.keep_alive
        data = plain_response(MISS_STATUS, MISS_REASON, text, head_only=head.method == b"HEAD", close=close)
        return Answer(data, close)

    def _unused(self, position: int) -> Unused:
        return Unused(where=self._playback.index.where(position), request=self._line(position))

    def _line(self, position: int) -> str:
        """A request in one line: as recorded, so that it shows no secret, or the miss it was."""
        if position < 0:
            missed = self._missed[-1 - position]
            return f"{missed.method} {missed.url}"
        request = self._playback.interaction(position).request
        return f"{request.method} {request.url}"


def _request(route: Route, head: Head, body: bytes) -> Request:
    """The live request as matching sees it: absolute URL, payload without its content coding, all literal."""
    payload, encoding = body, None
    coding = header(head.headers, b"content-encoding")
    if coding is not None and body:
        encoding = coding.decode("latin-1").strip().lower()
        try:
            payload = decode(body, encoding, limit=256_000_000)
        except ValueError:
            encoding = None
    return Request(
        method=head.method.decode("ascii"),
        url=_url(route, head),
        headers=head.headers,
        body=payload,
        encoding=encoding,
        wild=None,
    )


def _ignoring(rules: Rules, names: Mapping[str, Sequence[str]]) -> Rules:
    """Rules by which these names are not compared either, by the part of a request that holds them."""
    return replace(
        rules,
        ignore_headers=(*rules.ignore_headers, *names.get("headers", ())),
        ignore_query=(*rules.ignore_query, *names.get("query", ())),
        ignore_form=(*rules.ignore_form, *names.get("form", ())),
        ignore_json=(*rules.ignore_json, *names.get("json", ())),
    )


def _url(route: Route, head: Head) -> str:
    target = head.target.decode("ascii", "surrogateescape")
    if "://" in target.partition("?")[0]:
        return target
    if route.any_host is not None:
        authority = route.any_host[0].removeprefix("*.")
    else:
        authority = head.host.decode("latin-1") or route.authority or ""
    return f"{route.scheme}://{authority}{target if target.startswith('/') else '/' + target}"


def _accepts_all(encoding: str, accepted: bytes | None) -> bool:
    return all(accepts(coding.strip(), accepted) for coding in encoding.split(",")) if encoding else True
