"""The open scope of a lane: from a request to the bytes that answer it.

What can be worked out once for equal requests is kept: the second of them costs one look-up. Knows recordings in
play and HTTP forms; no socket.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

from recproxy.config.profile import Profile
from recproxy.control.choices import Choice
from recproxy.control.outcomes import Outcome
from recproxy.control.scope_options import ScopeFault
from recproxy.errors import HookError, RecordingError, RecproxyError
from recproxy.http import Head, authority_host
from recproxy.http.refusals import NOT_RETRIED, refusal_answer
from recproxy.matching.index import Index
from recproxy.matching.ways import Ways
from recproxy.play.elsewhere import Elsewhere
from recproxy.play.hooks import NO_HOOKS, Hooks
from recproxy.play.order_dependence import order_decides, order_dependence
from recproxy.play.playback import Playback
from recproxy.play.shifted_times import shifted_times
from recproxy.proxy.answer_forms import AnswerForms
from recproxy.proxy.call_scope import CallScope
from recproxy.proxy.conversation_misses import ConversationMisses
from recproxy.proxy.conversation_scope import ConversationScope
from recproxy.proxy.downstream import Answer, Later
from recproxy.proxy.faults import LastingAnswer, ScopeFaults, lasted_note, unanswered
from recproxy.proxy.known_requests import KnownRequest, KnownRequests
from recproxy.proxy.misses import Misses
from recproxy.proxy.pacing import PacedAnswer
from recproxy.proxy.recording_cache import Indexed, IndexOptions, index_of, matched
from recproxy.proxy.route import Route, live_request
from recproxy.proxy.scope_history import ScopeHistory, rate_limit_notes
from recproxy.proxy.scope_webhooks import ScopeWebhooks
from recproxy.proxy.timeline import Timeline
from recproxy.proxy.traffic import Traffic
from recproxy.recording import WEBHOOK, WEBSOCKET, Recording, Request
from recproxy.recording.faults import Fault
from recproxy.redaction.rules import RedactionRules

__all__ = ["OpenScope"]

_NO_ORDER = "leave out replay.workers for such recordings, since workers share no order"
_COUNTING = "faults and choosers count requests"


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
        faults: Sequence[ScopeFault] = (),
        number: int = 0,
        redaction: RedactionRules | None = None,
        mode: str = "replay",
        hooks: Hooks = NO_HOOKS,
        indexed: Indexed = index_of,
        options: IndexOptions | None = None,
        ways: Ways | None = None,
        elsewhere: Elsewhere | None = None,
        given: Mapping[str, bytes] | None = None,
        beside: Executor | None = None,
        timed: int = 0,
    ) -> None:
        self.name = name
        self.mode = mode
        self.forwards = mode in ("record", "live")  # every request goes to the service
        self.traffic = Traffic(number, timeline := Timeline(timed))
        #: What a miss says besides, where there is something to say.
        self.remark: Callable[[], str] = str
        #: Whether what is unused is told.
        self.tells_unused = True
        #: Whether a host is this profile's: a file of another tool may also hold what other profiles answer.
        self.owns: Callable[[str], bool] = bool
        self.webhooks: ScopeWebhooks | None = None
        self.chooser = ""  # the socket that says what fits a request
        self._is_shared = False  # whether other processes play the same
        self.ways = ways = ways or profile.ways()  # how misses say what to do
        self.faults = ScopeFaults(faults)
        self._profile = profile
        self._redaction = redaction or profile.redaction()
        self._match_on = match_on
        self._hooks = hooks
        self._responds = hooks.respond is not None
        options = options or IndexOptions(profile.rules(), profile.hosts, form=hooks.compare)
        index = indexed(recordings, options.of_scope(match_on, ignore or {}))
        self.playback = Playback(
            index, repeat=repeat, default=profile.match.repeat, scope=name, ordered=match_on is not None, given=given,
            times=shifted_times(profile.replay), mutations=self.faults.mutations,
        )  # fmt: skip
        self.known = KnownRequests()
        self._forms = AnswerForms(self.traffic.fail, paced=profile.replay.pace == "recorded")
        self.history = ScopeHistory(timeline)
        self._misses = Misses(
            profile, name, self._redaction, hooks, self.history, self.traffic,
            expected=expected, beside=beside, ways=ways, elsewhere=elsewhere,
        )  # fmt: skip
        misses = ConversationMisses(
            profile, name, lambda: self.playback, self.history, self._redaction, ways,
            remark=lambda: self.remark(),  # noqa: PLW0108 - it is set later
            show=hooks.show, expected=expected, elsewhere=elsewhere,
        )  # fmt: skip
        self.conversations = ConversationScope(misses, fail=self.traffic.fail, faults=self.faults)
        #: What calls of gRPC ask.
        self.calls = CallScope(
            lambda: self.playback, profile.grpc.place, self.history, self.faults, self._misses, self.traffic.fail,
            remark=lambda: self.remark(),  # noqa: PLW0108 - it is set later
        )  # fmt: skip

    def check_shared(self, *, counted: bool, playback: Playback | None = None) -> None:
        """Refuse to be one of several workers where an order decides (in a `playback`, if given), or a `counted` scope counts.

        Raises RecordingError where it does.
        """
        self._is_shared = True
        why = _COUNTING if counted else order_dependence(playback or self.playback, self.ways.shown)
        if why:
            raise RecordingError(f"{why}: {_NO_ORDER}")

    def go_on(self, plays: Sequence[int]) -> None:
        """Begin where another scope with these recordings ended; where they have changed since, at the start."""
        if len(plays) == len(self.playback.plays):
            self.playback.plays[:] = plays

    def extend(self, recordings: Sequence[Recording], *, tries: bool = False) -> None:
        """Put more recordings in play, or only see whether that can be done if it `tries`.

        What was played and bound stays so. If it raises RecordingError, nothing has changed.
        """
        old = self.playback.index
        index = Index((*old.recordings, *matched(recordings, self._match_on)), old.rules, old.hosts, old.form)
        playback = self.playback.extended(index)
        if self._is_shared:
            self.check_shared(counted=False, playback=playback)
        if not tries:
            self.playback = playback
            self.known.forget()

    def answer(
        self, route: Route, head: Head, body: bytes, *,
        complete: bool = True, choice: Choice | None = None, waits: bool = False,
    ) -> Answer | Later:  # fmt: skip
        """The answer to a request, whose body was kept if `complete`; a `choice` says what fits; if it `waits`, its bytes are made later."""
        begun, played = time.perf_counter(), ""
        answer: Answer | Later
        if self.faults.of_tls and (plain := self.faults.without_tls(route, head)) is not None:
            self.traffic.fail(f"{self._profile.name}: {plain[0]}")
            return plain[1]
        try:
            known = self.known.get(route, head, body) if choice is None else None
            if known is None:
                known = self._knowledge(route, head, body, choice)
            position = self.playback.take(known.candidates) if complete else None
            if self.webhooks is not None and position is not None:
                self.webhooks.played(position)
            if self.faults.planned and (fault := self.faults.take(position)):
                answer, played = self._fault(fault, position, route, head, known, waits=waits), fault.kind
            elif self._responds and complete and (made := self._made(position, route, head, known, waits=waits)):
                answer = made
            elif position is None:
                answer = self._missing(route, head, known, known.reason if complete else self._misses.too_large)
            elif ready := known.answers.get(position):
                self.history.play_in(position, begun, time.perf_counter() - begun)
                return ready
            else:
                self.history.play(position)
                answer = self._form(position, route, head, known, waits=waits)
        except RecproxyError as problem:
            answer = self._failed(route, head, problem)
        self.history.spent(begun, time.perf_counter() - begun, played)
        return answer

    def _made(
        self, position: int | None, route: Route, head: Head, known: KnownRequest, *, waits: bool
    ) -> Answer | Later | None:
        """What the hook makes of a request, and of the response that was recorded for it; None leaves that."""
        recorded = None
        if position is not None:
            if known.candidates.stateful:
                self.playback.bind(position, known.request, route.any_host)
            recorded = self.playback.response(position)
        assert self._hooks.respond is not None
        response = self._hooks.respond(known.request, recorded)
        if response is None:
            return None
        self.history.play(position if position is not None else self._line(known.request))
        return self._forms.made(response, head, waits=waits, http2=route.http2)

    def _fault(
        self, fault: Fault, position: int | None, route: Route, head: Head, known: KnownRequest, *, waits: bool
    ) -> Answer | Later:
        """A response with a fault of this scope; or the fault alone, where nothing was recorded and nothing need be."""
        self.history.play(position if position is not None else self._line(known.request))
        if position is not None:
            answer = self._form(position, route, head, known, fault, waits=waits and fault.kind != "hang")
        else:
            answer = unanswered(fault)
        if fault.kind == "hang" and isinstance(answer, PacedAnswer):
            return LastingAnswer(answer, lambda: self.note(lasted_note(self._profile.name, fault)))
        return answer

    def _failed(self, route: Route, head: Head, problem: RecproxyError) -> Answer:
        """A hook raised, or an order decides: the request has no answer, and the scope does not pass."""
        line = self._line(live_request(route, head, b"")).partition("?")[0]
        self.traffic.fail(f"{line}: {problem.message}")
        data = refusal_answer(head, 502, problem.message, call_status=NOT_RETRIED, close=not head.keep_alive)
        return Answer(data, not head.keep_alive)

    def recorded_answer(
        self, route: Route, head: Head, body: bytes, choice: Choice | None = None, *, waits: bool = False
    ) -> Answer | Later | None:
        """The answer to a request if a recorded interaction fits it and is left to play, else None: no miss."""
        try:
            known = self._knowledge(route, head, body, choice)
            if not self.playback.offers(known.candidates):
                return self._made(None, route, head, known, waits=waits) if self._responds else None
        except RecproxyError as problem:
            return self._failed(route, head, problem)
        return self.answer(route, head, body, choice=choice, waits=waits)

    def note(self, line: str) -> None:
        """Keep a line for the user, once."""
        self.history.note(line)

    def outcome(self) -> Outcome:
        """What happened so far."""
        for words in self.faults.unplayed():
            self.note(f"{self._profile.name}: the fault {words!r} was not played: no request fitted it")
        for line in rate_limit_notes(self.playback):
            self.note(line)
        unused = (each for each in self.playback.unused() if self.tells_unused and self._is_ours(each))
        return self.history.outcome(self.name, self.playback, self.traffic, unused)

    def _knowledge(self, route: Route, head: Head, body: bytes, choice: Choice | None) -> KnownRequest:
        """What is worked out for a request, now or when an equal one came; a choice holds for this one alone."""
        if choice is not None:
            from recproxy.redaction.scope import redact_line  # noqa: PLC0415 - a replay redacts nothing else

            said = redact_line(choice.error or choice.reason, self._redaction)
            if choice.error:
                raise HookError(said)
            return KnownRequest(self.playback.among(choice.positions), live_request(route, head, body), said)
        return self.known.get(route, head, body) or self._work_out(route, head, body)

    def _work_out(self, route: Route, head: Head, body: bytes) -> KnownRequest:
        request, candidates = self.calls.located(live_request(route, head, body), route.any_host)
        if candidates.unequal:
            self.note(
                f"{self._line(request)}: recorded requests differ only in {', '.join(candidates.unequal)}, "
                "and none is equal: their order decided"
            )
        if self._is_shared and (why := order_decides(self.playback, candidates, self.ways.shown)):
            raise RecordingError(f"{why}: {_NO_ORDER}")
        known = KnownRequest(candidates, request)
        self.known.keep(route, head, body, known)
        return known

    def _form(
        self, position: int, route: Route, head: Head, known: KnownRequest, fault: Fault | None = None, *, waits: bool
    ) -> Answer | Later:
        """The bytes of an interaction for this client."""
        recorded = self.playback.interaction(position)
        if recorded.response.omitted is not None:
            self.history.played -= 1
            return self._missing(route, head, known)
        if known.candidates.stateful:
            self.playback.bind(position, known.request, route.any_host)
        if recorded.protocol == WEBSOCKET:
            fitting, line = known.candidates.positions, self._line(known.request)
            return self.conversations.websockets.answer(position, fitting, head, line, fault)
        return self._forms.form(position, self.playback, head, fault, known.answers, waits=waits, http2=route.http2)

    def _line(self, request: Request) -> str:
        """A request as it may be shown."""
        shown = self._hooks.show(request, self._redaction)
        return f"{shown.method} {shown.url}"

    def _missing(self, route: Route, head: Head, known: KnownRequest, reason: str = "") -> Answer | Later:
        """A miss: remembered for the outcome, and told to the client; `reason` goes before the differences."""
        used = known.candidates.positions
        return self._misses.take(head, known.request, self.playback, route.any_host, used, reason, self.remark())

    def _is_ours(self, position: int) -> bool:
        method, url, wild = self.playback.index.asked(position)
        host = authority_host(url.partition("://")[2].partition("/")[0].partition("?")[0])
        is_wild = wild is not None and wild.lower() in host
        return not host or is_wild or method == WEBHOOK or self.owns(host)
