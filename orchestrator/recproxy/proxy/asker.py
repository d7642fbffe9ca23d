"""Requests of one client, from a head to an answer: what a connection of HTTP/1.1 and a stream of HTTP/2 have in common.

It is the sink of whatever reads the requests. What the answer is, the open scope decides, or the service.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from recproxy.http import Head, MalformedRequest, error_response, host_text
from recproxy.proxy.body import BodyFeed, KeptBody
from recproxy.proxy.connection_lane import ConnectionLane
from recproxy.proxy.downstream import Answer, Downstream, Later, Work
from recproxy.proxy.ownership import Ownership
from recproxy.proxy.route import Route
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.states import ASKING, Asked, Asking
from recproxy.proxy.turns import Turns
from recproxy.recording import Headers
from recproxy.recording.message_coding import is_call

__all__ = ["Asker"]

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# Python 3.11 looks a member of an enum up in 0.1 microseconds; these are asked for with each request.
_STREAMING = Asking.STREAMING
_COLLECT = Asked.COLLECT
_COMPLETE = Asked.COMPLETE


class Asker:
    """Takes requests one after the other; a subclass knows where they come from, and says what stops them."""

    def __init__(self, lane: ConnectionLane[Any], route: Route, ownership: Ownership) -> None:
        self._lane = lane
        self._route = route
        self._ownership = ownership
        #: Whether each request may be for another service.
        self._roams = ownership.roams
        self._turns = Turns(lane.spawn, self._turned)
        self._asking = Asking.BETWEEN
        #: The last request's; None before there was one.
        self._head: Head = None  # type: ignore[assignment]
        self._body, self._size = KeptBody(), 0
        self._feed: BodyFeed = None  # type: ignore[assignment]
        #: What answers, where that is not the scope that is open then.
        self._scope: OpenScope | None = None

    def head_received(self, head: Head) -> None:
        """Called by the reader: a request begins."""
        self._head = head
        if head.method == b"CONNECT":
            raise MalformedRequest(501, "CONNECT is for the gateway's address ($HTTPS_PROXY), not for this one")
        if not self._ownership.has(head):
            self._misdirected()
            return
        if head.expects and not head.http10:
            self._turns.take(Answer(_CONTINUE))  # in its turn: an earlier answer may be on its way still
        if head.upgrades:
            self._begin_websocket()
        elif self._lane.forwards:
            self._stream()
        elif head.method == b"POST" and is_call(head.headers) and self._has_begun_call(head):
            return
        else:
            self._size = 0
            self._asking = ASKING[self._asking][_COLLECT]

    def body_received(self, piece: bytes) -> None:
        """Called by the reader: a piece of the body; what is too large to keep is only counted."""
        if self._asking is _STREAMING:
            self._feed.add(piece)
            return
        self._size += len(piece)
        if self._size <= self._lane.max_body:
            self._body.add(piece)
        elif self._lane.forwards_large():
            self._stream()
            self._feed.add(self._body.take())
            self._feed.add(piece)

    def request_ended(self, trailers: Headers) -> None:
        """Called by the reader: the request is complete."""
        if self._roams:
            self._completed()
        if self._asking is _STREAMING:
            self._feed.end(trailers)
        else:
            self._answer(trailers)
        self._asking = ASKING[self._asking][_COMPLETE]
        if not self._head.keep_alive:
            self._stop()  # the client has said that it asks no more: what follows is no request

    def leave(self) -> None:
        """The scope has ended, and an answer is on its way still: drop the connection if its client may have gone."""
        self._turns.leave()

    def _answer(self, trailers: Headers) -> None:
        """Have the open scope say what answers, or the service; only the bytes may wait for a client that does not read."""
        size, turns = self._size, self._turns
        body = self._body.take() if size else b""
        answer = self._lane.answer(
            self._route, self._head, body, complete=size == len(body), waits=turns.holds, scope=self._scope
        )
        if answer is not None:
            turns.take(answer if isinstance(answer, Answer) else answer.work(turns))
            return
        feed = BodyFeed(self._lane.max_body, self._steer)
        feed.add(body)
        feed.end(trailers)
        turns.take(self._exchange(self._head, feed))

    def _begin_websocket(self) -> None:
        """Have a WebSocket begin. If it is refused, that answer is the last on this connection."""
        from recproxy.http.websocket.handshake import handshake_problem  # noqa: PLC0415 - most runs have none

        self._switch()
        answer: Answer | Later | None = None
        if not self._lane.forwards:
            if (problem := handshake_problem(self._head.headers)) is not None:
                raise MalformedRequest(*problem)
            answer = self._lane.answer(self._route, self._head, b"", complete=True, waits=self._turns.holds)
        if answer is None:
            self._stream(Asked.SWITCH)
            return
        self._asking = ASKING[self._asking][Asked.SWITCH]
        self._feed = self._turns.feed = BodyFeed(0, self._steer)
        self._turns.again = self._answer_again(self._lane.scope)
        if self._lane.forwards_large():
            exchange = partial(self._exchange, self._head)
            self._turns.onward = _Onward(self._lane.forwards_large, exchange)
        self._turns.take(answer if isinstance(answer, Answer) else answer.work(self._turns))

    def _answer_again(self, scope: OpenScope) -> Callable[[], Answer | Later | None]:
        """What answers the last request anew as soon as another scope is open, and then not until yet another is."""
        answered = [scope]

        def again() -> Answer | Later | None:
            if self._lane.scope is answered[0] or self._lane.forwards:
                return None
            answered[0] = self._lane.scope
            return self._lane.answer(self._route, self._head, b"", complete=True)

        return again

    def _stream(self, event: Asked = Asked.STREAM) -> None:
        """Let the service answer; its request goes out as it comes, and what passes behind it is kept otherwise."""
        self._feed = BodyFeed(0 if event is Asked.SWITCH else self._lane.max_body, self._steer)
        exchange = self._exchange(self._head, self._feed)
        self._asking = ASKING[self._asking][event]
        self._turns.take(exchange)

    def _has_begun_call(self, head: Head) -> bool:
        """Have a call of gRPC answered as its messages come, if it must be: its client may wait before it says more."""
        calls, may_forward = self._lane.scope.calls, self._lane.forwards_large()
        if may_forward and not calls.knows(self._route, head):
            self._stream()
            return True
        if not calls.has_dialogue(self._route, head, may_forward=may_forward):
            return False
        self._feed = BodyFeed(self._lane.max_body, self._steer)
        forward = partial(self._exchange, head, self._feed) if may_forward else None
        work = calls.dialogue(self._turns, self._route, head, self._feed, forward)
        self._asking = ASKING[self._asking][Asked.STREAM]
        self._turns.take(work)
        return True

    def _exchange(self, head: Head, feed: BodyFeed, downstream: Downstream | None = None) -> Work:
        scope, forwarding = self._scope or self._lane.scope, self._lane.forwarding
        return forwarding.exchange(
            downstream or self._turns, self._route, head, feed, scope=scope.name, traffic=scope.traffic
        )

    def _refuse(self, status: int, reason: str) -> None:
        """Answer the last time, to a request that cannot be answered: nobody may take what it did for a pass."""
        before = self._asking
        self._stop()
        self._lane.scope.traffic.fail(f"a client's request was refused with {status}: {reason}")
        if before is _STREAMING:
            self._turns.abort()  # in the middle of a body on its way: the service must not see an end
            return
        head_only = before is Asking.COLLECTING and self._head.method == b"HEAD"
        self._turns.take(Answer(error_response(status, reason, head_only=head_only), close=True))

    def _misdirected(self) -> None:
        """A request for another profile's service."""
        host, opened_for = host_text(self._head.host), self._route.authority or "another service"
        raise MalformedRequest(421, f"{host} is not served on a connection opened for {opened_for}")

    def _stop(self, event: Asked = Asked.STOP) -> None:
        """Read nothing more."""
        self._asking = ASKING[self._asking][event]
        self._body.clear()

    def _completed(self) -> None:
        """A request is complete that might have been another service's."""

    def _switch(self) -> None:
        """What follows the head is another protocol's."""

    def _turned(self) -> None:
        """Our side has changed: see whether the client may go on."""
        raise NotImplementedError

    def _steer(self) -> None:
        """Read from the client, or let it wait."""
        raise NotImplementedError


class _Onward:
    """Goes on with the service, while the open scope `may`: one that insists on replay may not."""

    def __init__(self, may: Callable[[], bool], exchange: Callable[[BodyFeed, Downstream], Work]) -> None:
        self._may = may
        self._exchange = exchange

    @property
    def is_open(self) -> bool:
        """Whether requests may go to the service now."""
        return self._may()

    def go(self, downstream: Downstream, feed: BodyFeed) -> Work:
        """An exchange whose client is the downstream."""
        return self._exchange(feed, downstream)
