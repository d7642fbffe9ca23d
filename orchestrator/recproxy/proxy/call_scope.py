"""The gRPC calls of one scope: in which form they are compared, and which are answered message by message.

Knows recordings in play and paths of calls; no socket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from recproxy.errors import RecproxyError
from recproxy.http import Head
from recproxy.http.refusals import NOT_RETRIED, refusal_answer
from recproxy.play.candidates import Candidates
from recproxy.play.grpc_calls import LiveCalls, call_path
from recproxy.play.playback import Playback
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Answer, Downstream, LateAnswer, Work
from recproxy.proxy.faults import ScopeFaults
from recproxy.proxy.misses import Misses
from recproxy.proxy.route import Route, live_request
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.recording import Request
from recproxy.recording.message_coding import MessageError, is_call, is_in_text, is_message_coding

if TYPE_CHECKING:  # most services have no gRPC
    from recproxy.proxy.half_said_call import HalfSaidCall, OpenCall

__all__ = ["CallScope"]

_LEFT = "its client left this call before it ended its side: the recorded call is answered only then"
_NOT_ENDED = "its test ended before its client ended its side of this call: the recorded call is answered only then"


class CallScope:
    """The calls of a scope. `playback` gives what is in play now, `place` is that of the profile's descriptors."""

    def __init__(
        self,
        playback: Callable[[], Playback],
        place: str,
        history: ScopeHistory,
        faults: ScopeFaults,
        misses: Misses,
        fail: Callable[[str], None],
        *,
        remark: Callable[[], str],
    ) -> None:
        self._playback = playback
        self._place = place
        self._history = history
        self._faults = faults
        self._misses = misses
        self._fail = fail
        self._remark = remark
        self._of: Playback | None = None
        self._calls: LiveCalls
        self._positions: dict[str, list[int]] | None = None
        #: Those that are answered message by message, and those whose clients have not said all, while they are.
        self._open: set[OpenCall] = set()
        #: Whether its scope has ended. What is said until that was waited for is still answered from it.
        self.is_over = False

    def located(self, request: Request, any_host: tuple[str, ...] | None) -> tuple[Request, Candidates]:
        """A live request in the form in which it is compared, and what fits it. Raises RecproxyError."""
        playback = self._now()
        return self._calls.located(request, lambda one: playback.locate(one, any_host))

    def knows(self, route: Route, head: Head) -> bool:
        """Whether a request is no call, or a call that something recorded may answer."""
        return not is_call(head.headers) or bool(self._recorded(route, head))

    def has_dialogue(self, route: Route, head: Head, *, may_forward: bool) -> bool:
        """Whether a call is answered message by message: its client may wait before it says more.

        If the service may answer, it does so from the first message on that fits nothing. So must any stream then,
        whose client need not do what the recorded one did: say all before it hears anything.
        """
        if not route.http2 or not is_call(head.headers):
            return False
        positions, playback = self._recorded(route, head), self._playback()
        recorded = [playback.interaction(each) for each in positions]
        if not positions or any(each.response.after for each in recorded):
            return True
        return may_forward and any(_is_stream(each.request) for each in recorded)

    def dialogue(
        self, downstream: Downstream, route: Route, head: Head, feed: BodyFeed, forward: Callable[[], Work] | None
    ) -> Work:
        """The answer to such a call, on its way; `forward` has the service answer, where it may."""
        from recproxy.play.dialogue import Dialogue  # noqa: PLC0415 - most services have no gRPC
        from recproxy.proxy.call_dialogue import CallDialogue  # noqa: PLC0415 - see above

        playback, calls = self._now(), self._calls
        asked = live_request(route, head, b"")
        dialogue = Dialogue(playback, self._recorded(route, head), asked, route.any_host)

        def missed(reason: str) -> Answer | LateAnswer:
            try:
                answer = self._misses.take(head, dialogue.request, playback, route.any_host, (), reason, self._remark())
            except RecproxyError as problem:  # a hook raised: whoever ends the scope must not hear of it
                answer = self._refused(head, problem.message)
            self._history.spent(time.perf_counter(), 0.0)
            return answer

        def failed(problem: MessageError, position: int) -> Answer:
            where = playback.index.where(position)
            return self._refused(head, f"{where}: the messages of its response cannot be sent: {problem}")

        return CallDialogue(
            downstream,
            head,
            feed,
            dialogue,
            read=lambda message: calls.message(asked, message),
            missed=missed,
            failed=failed,
            fault=lambda position: self._faults.take(position) if self._faults.planned else None,
            played=lambda position: self._history.play_in(position, time.perf_counter(), 0.0),
            forward=forward,
            calls=self._open,
        )

    def begin(self, refuse: Callable[[], None]) -> HalfSaidCall:
        """A call has begun that is answered as a whole; if its client never says all, `refuse` ends it with the scope."""
        from recproxy.proxy.half_said_call import HalfSaidCall  # noqa: PLC0415 - see above

        return HalfSaidCall(self._open, refuse)

    def left(self, route: Route, head: Head, body: bytes) -> Answer | LateAnswer:
        """Of a call that is answered as a whole, its client has said so much, and left it or outlived its test: a miss."""
        from recproxy.grpc.order import whole_frames  # noqa: PLC0415 - most services have no gRPC

        whole, reason = body if is_in_text(head.headers) else whole_frames(body), _NOT_ENDED if self.is_over else _LEFT
        answer: Answer | LateAnswer
        try:
            request, _ = self.located(live_request(route, head, whole), route.any_host)
            answer = self._misses.take(head, request, self._playback(), route.any_host, (), reason, self._remark())
        except RecproxyError as problem:
            answer = self._refused(head, problem.message)
        self._history.spent(time.perf_counter(), 0.0)
        return answer

    def _refused(self, head: Head, text: str) -> Answer:
        """The scope does not pass, and the client is told why."""
        self._fail(text)
        return Answer(refusal_answer(head, 502, text, call_status=NOT_RETRIED, close=False))

    @property
    def has_unanswered(self) -> bool:
        """Whether a call waits for more of its client before it is answered."""
        return any(each.is_waiting for each in self._open)

    async def settled(self, seconds: float) -> None:
        """Wait until there is none, at most so long."""
        if waiting := [each.running for each in self._open if each.running is not None and each.is_waiting]:
            await asyncio.wait(waiting, timeout=seconds)

    def end(self, *, answered: bool = False) -> None:
        """The scope has ended: so do its calls, or those that were `answered` and go on."""
        self.is_over = True
        for each in tuple(self._open):
            if each.is_answered or not answered:
                each.end()

    def _now(self) -> Playback:
        """What is in play now; what is known of what was before is forgotten."""
        playback = self._playback()
        if self._of is not playback:
            self._of, self._positions = playback, None
            self._calls = LiveCalls(playback.index.recordings, self._place)
        return playback

    def _recorded(self, route: Route, head: Head) -> list[int]:
        """The positions of recorded calls of the same method: those of this scope, if it has any."""
        playback = self._now()
        if self._positions is None:
            self._positions = {}
            for position in range(len(playback.plays)):
                self._positions.setdefault(call_path(playback.index.asked(position)[1]), []).append(position)
        found = self._positions.get(call_path(live_request(route, head, b"").url), [])
        own = [each for each in found if not playback.is_foreign(each)]
        return own or found


def _is_stream(request: Request) -> bool:
    """Whether a recorded call was seen to have more than one message, or none, and they can be told apart."""
    return is_message_coding(request.encoding) and request.body.lstrip()[:1] in (b"[", b"")
