"""One request forwarded to the real service and its response on the way back, both streaming from the first byte.

It captures what passes and has it kept before the client sees the end, so that a finished interaction is safe before
the next begins. Its stages are in `states`; the client's socket and the service's are behind Downstream and Link.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine

import h11

from recproxy.control.outcomes import RequestResult
from recproxy.http import Head
from recproxy.http.refusals import UNAVAILABLE, refusal_answer
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.capture import Captured, counts_of, interaction_of, may_be_left, messages_passed, request_as_sent
from recproxy.proxy.downstream import Downstream, Work
from recproxy.proxy.left_responses import goes_on_alone, left_response
from recproxy.proxy.open_exchanges import INSISTS
from recproxy.proxy.outgoing import NotSendable
from recproxy.proxy.raced_request import RacedRequest
from recproxy.proxy.response_relay import CLIENT_LEFT, ResponseRelay
from recproxy.proxy.route import Target, origin_form, websocket_scheme
from recproxy.proxy.service_request import ServiceRequest
from recproxy.proxy.states import STAGES, Passed, Stage
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.traffic import Keep, Traffic
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording.grammar import METHOD
from recproxy.recording.message_coding import is_call

__all__ = ["Exchange"]

#: Seconds in which nothing more of a request comes whose answer is there: long for a client that sends on, short to wait.
_QUIET = 1.0
#: Seconds that such a client may go on: one that stops only when it has its answer is not waited for without end.
_SENDS_ON = 2.0


class Exchange(Work):
    """A request on its way; `run` returns whether the client's connection may go on."""

    def __init__(
        self,
        downstream: Downstream,
        upstreams: Upstreams,
        target: Target,
        head: Head,
        feed: BodyFeed,
        *,
        traffic: Traffic,
        scope: str,
        most: int,
        shown: Callable[[str], str],
        keep: Keep | None,
        streams: bool = False,
        http2: bool = False,
        is_local: bool = False,
        room: StepRoom | None = None,
    ) -> None:
        self.feed = feed
        self.stage = Stage.REQUESTING
        self._downstream = downstream
        self._seconds = upstreams.seconds
        self._target = target
        self._head = head
        self._traffic = traffic
        self._scope = scope
        self._most = most
        self._streams = streams
        self._http2 = http2
        self._shown = shown
        self._keep = keep
        self._room = room or StepRoom()
        self._relay: ResponseRelay | None = None
        self._captured: Captured | None = None
        self._request = ServiceRequest(downstream, upstreams, target, head, feed, http2=http2)
        self._begun = time.monotonic()
        self._result = RequestResult.FORWARDED
        self._status = 0
        #: Whether it stays on this machine: a test that insists on replay lets it.
        self._is_local = is_local
        self._working: asyncio.Future[bool] | None = None
        #: Why we have broken it off; empty where we have not.
        self._broken_off = ""
        traffic.begin()  # at once: the end of the scope waits for it, also while its turn has not come
        traffic.exchanges.add(self)
        self._is_under_way = True

    async def run(self) -> bool:
        """Forward, answer, keep; a WebSocket that the service has agreed to is one until it ends."""
        goes_on = await self._answer()
        if self._request.agreed is not None:  # its scope does not wait for it
            from recproxy.proxy.websocket_service import JoinedWebSocket  # noqa: PLC0415 - most runs have none

            link, event = self._request.agreed
            sent = request_as_sent(self._head, self._target, self.feed)
            joined = JoinedWebSocket(sent, event, self._line(), self._scope, self._traffic, self._room, self._keep)
            await joined.run(self._downstream, link, self.feed, seconds=self._seconds, most=self._most)
        return goes_on

    def drop(self) -> None:
        """The scope need not wait for it any more."""
        if self._is_under_way:
            self._is_under_way = False
            self._traffic.end(time.monotonic() - self._begun)
            self._traffic.exchanges.discard(self)

    @property
    def lasts(self) -> bool:
        """Whether it goes on by itself: its client sends on, or a stream comes; or its scope has waited in vain."""
        return self._is_stream or not self.feed.ended or self._traffic.is_over

    @property
    def is_unheard(self) -> bool:
        """Whether its client sends no more, and may have gone."""
        return self._downstream.client_has_ended

    def ends_with(self, traffic: object, *, answered: bool) -> bool:
        """Whether it ends with the scope with this traffic: a stream, or a call of gRPC, `answered` or not, that goes on."""
        if traffic is not self._traffic or self._is_stream:
            return traffic is self._traffic
        goes_on = is_call(self._head.headers) and not self.feed.ended
        return goes_on and (self._captured is not None or not answered)

    @property
    def _is_stream(self) -> bool:
        found = self._captured
        return found is not None and goes_on_alone(self._head.headers, found, client_ended=self.feed.ended)

    def end(self, why: str) -> None:
        """Break it off, unless its end is on the way already. A WebSocket ends otherwise."""
        if self._is_local or self._head.upgrades or self.stage not in (Stage.REQUESTING, Stage.RESPONDING):
            return
        self._broken_off = why
        if self._working is not None:
            self._working.cancel()

    async def _answer(self) -> bool:
        self._traffic.forwarded += 1
        try:
            return await self._outlive(self._forward())
        except (UpstreamError, NotSendable) as problem:
            self._fail(str(problem))
            self._tell(problem.status, str(problem))
            return False
        except Exception as problem:  # noqa: BLE001 - the scope must not pass for good, nor the client wait
            self._fail(f"{type(problem).__name__}: a defect of recproxy")
            self._downstream.abort()
            return False
        finally:
            self.drop()
            self._traffic.messages += messages_passed(self._head, self.feed, self._captured)
            self._traffic.lessons.take(self._head, self._target, self.feed, self._captured)
            counts = counts_of(self._captured, self._status)
            if self._request.agreed is None:  # that is counted when it ends
                self._traffic.timeline.add_forwarded(self._result, self._begun, self._line, **counts)

    def _step(self, event: Passed) -> None:
        self.stage = STAGES[self.stage][event]

    def _fail(self, why: str) -> None:
        self._result = RequestResult.FAILED
        self._traffic.fail(f"{self._line(with_query=False)}: {why}")

    def _line(self, *, with_query: bool = True) -> str:
        """The request as it may be shown."""
        target = self._head.target.decode("ascii")
        target = target if with_query else target.partition("?")[0]
        scheme = websocket_scheme(self._target.scheme) if self._head.upgrades else self._target.scheme
        url = self._shown(f"{scheme}://{self._target.authority}{origin_form(target)}")
        return f"{self._head.method.decode('ascii')} {url}"

    def _tell(self, status: int, text: str) -> None:
        """Tell the client that it gets no response, or no more of it."""
        self._status = status
        unseen = self.stage in (Stage.REQUESTING, Stage.KEEPING_UNSEEN)
        self._step(Passed.END)
        if not unseen:
            self._downstream.abort()
            return
        self._downstream.write(refusal_answer(self._head, status, text, call_status=UNAVAILABLE))

    async def _outlive(self, work: Coroutine[None, None, bool]) -> bool:
        """Do the work; where the client goes first, what can still be recorded is, and nothing more is begun."""
        self._working = working = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            if self._broken_off:
                await self._break_off()
                return False
            if self._is_worth_finishing():
                await self._finish_alone(working)
                raise
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError, UpstreamError, NotSendable):
                await working
            await self._left(CLIENT_LEFT)
            raise

    async def _finish_alone(self, working: asyncio.Future[bool]) -> None:
        try:
            await working
        except UpstreamError as problem:
            keeping = self.stage in (Stage.KEEPING, Stage.KEEPING_UNSEEN)
            self._fail(str(problem) if keeping else CLIENT_LEFT)
        except asyncio.CancelledError:
            self._fail(self._broken_off or CLIENT_LEFT)
            raise

    def _is_worth_finishing(self) -> bool:
        """Whether an interaction can be recorded whole although its client has gone: it left a body unread."""
        captured = self._captured
        if self.stage in (Stage.KEEPING, Stage.KEEPING_UNSEEN):
            return True
        return (
            self._keep is not None
            and self.stage is Stage.RESPONDING
            and captured is not None
            and not may_be_left(captured)
            and captured.announced <= self._most
            and self.feed.ended
        )

    async def _left(self, why: str) -> None:
        """Nothing more comes: what came of a stream or a call is kept, since that is how these are left."""
        captured = self._captured
        if self._request.agreed is not None:
            self._request.agreed[0].close()
        elif self.stage is Stage.OVER:
            return  # it left when it had everything, which was kept
        elif left := left_response(
            self._head.headers, captured, time.monotonic() - self._begun, self.feed.taken, ended=bool(self._broken_off)
        ):
            with contextlib.suppress(UpstreamError):
                await self._kept(left)
        elif self._keep is not None:
            self._fail(why)

    async def _break_off(self) -> None:
        """It was ended: keep what can be kept, also if the client goes meanwhile, and tell the client why."""
        leaving = asyncio.ensure_future(self._left(self._broken_off))
        try:
            await asyncio.shield(leaving)
        except asyncio.CancelledError:
            await leaving
        if self._relay is not None and self.stage is Stage.RESPONDING and (end := self._relay.cut(self._broken_off)):
            self._step(Passed.END)
            self._downstream.write(end)
        else:
            is_read = self.stage is Stage.REQUESTING and not (self.feed.ended or self._http2)
            self._tell(502, self._broken_off)
            if is_read:  # many clients look for an answer only when they have sent all
                await self.feed.take_rest(_QUIET, _SENDS_ON)

    async def _forward(self) -> bool:
        is_shut = self._traffic.exchanges.is_shut() and not self._traffic.is_awaited
        if self._broken_off or (is_shut and not self._is_local):
            raise UpstreamError(502, self._broken_off or INSISTS)
        if self._keep is not None and not METHOD.fullmatch(self._head.method):
            raise NotSendable(501, "it cannot be recorded, because its method does not begin with a letter")
        return await self._request.ask(self._respond)

    async def _respond(self, event: h11.Response, request: RacedRequest) -> bool:
        """The response to the client, its end only when it is kept."""
        self._relay = relay = ResponseRelay(
            event, self._head, self.feed, begun=self._begun, most=self._most, streams=self._streams, http2=self._http2
        )
        self._captured = relay.captured
        keeps = self._keep is not None
        held = await relay.body(request, self._downstream, self._target.authority, begin=self._begin, keeps=keeps)
        self._step(Passed.COMPLETE)
        if keeps and not (self.feed.ended or relay.is_call or (self._head.expects and not self.feed.size)):
            # The service wants no more of it; most clients send it all the same, unless they wait to be told so.
            await request.stop_sending()
            await self.feed.take_rest(_QUIET, _SENDS_ON)
        await self._kept(relay.captured)
        self._downstream.write(held + relay.end())
        self._step(Passed.END)
        return relay.goes_on and self.feed.ended and not self._downstream.has_gone

    def _begin(self) -> bytes:
        """The head for the client, once, if more of the response than the head is to come."""
        if self.stage is not Stage.REQUESTING or self._relay is None or self._relay.ends_at_head:
            return b""
        self._step(Passed.HEAD)
        return self._relay.head()

    async def _kept(self, captured: Captured) -> None:
        if self._keep is not None:
            interaction = interaction_of(self._head, self._target, self.feed, captured, scope=self._scope)
            await self._keep(interaction, self._traffic, self._begun)
            self._result = RequestResult.RECORDED
