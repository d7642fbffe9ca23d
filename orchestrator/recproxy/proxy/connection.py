"""A client's connection: requests in, answers out, in order.

An asyncio Protocol without a task or an await per replayed request; a forwarded one has a task. It knows the client's
side and its states (`Asking`); our side is in `Turns`. What the answer is, the open scope decides, or the service.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from recproxy.control.sockets import acknowledge, hold_reading
from recproxy.errors import defect_text
from recproxy.http import Head, MalformedRequest, RequestReader, error_response, host_text
from recproxy.proxy.body import BodyFeed, KeptBody
from recproxy.proxy.connection_lane import ConnectionLane
from recproxy.proxy.downstream import Answer, Work
from recproxy.proxy.ownership import Begins, Ownership
from recproxy.proxy.roaming import Roaming
from recproxy.proxy.route import Route
from recproxy.proxy.states import ASKING, Answering, Asked, Asking
from recproxy.proxy.turns import Turns
from recproxy.recording import Headers

__all__ = ["Connection"]

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_RETRY = 0.005
# Python 3.11 looks a member of an enum up in 0.1 microseconds; these are asked for with each request.
_STREAMING = Asking.STREAMING
_TUNNELLING = Asking.TUNNELLING
_COLLECT = Asked.COLLECT
_COMPLETE = Asked.COMPLETE
_NOT_RECORDED = (
    "WebSocket cannot be recorded or replayed: run what needs it with --mode live, or replace it in the test"
)


class Connection(asyncio.Protocol):
    """One connection of a lane; also the sink of its request reader."""

    def __init__(self, lane: ConnectionLane[Connection], route: Route, *, held: bytes = b"") -> None:
        self._lane = lane
        self._route = route
        self._ownership = Ownership(route, lane.owns)
        self._roams = self._ownership.roams
        self._reader = RequestReader(self)
        self._turns = Turns(lane.spawn, self._turned)
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._socket: Any = None
        self._asking = Asking.BETWEEN
        self._head: Head = None  # type: ignore[assignment]
        self._body, self._size = KeptBody(), 0
        self._feed: BodyFeed = None  # type: ignore[assignment]
        self._roaming = Roaming(self._ownership, held)
        self.is_fresh = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]
        self._turns.start(self._transport)
        self._socket = transport.get_extra_info("socket")
        self._lane.connections.add(self)
        if held := self._roaming.take_held():
            self.data_received(held)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop. Not the end of a body: the service must not take half of it for the whole."""
        self._lane.connections.discard(self)
        self._turns.lose()

    def data_received(self, data: bytes) -> None:
        """Called by the loop: bytes of the client."""
        self.is_fresh = True
        if self._asking is _TUNNELLING:
            self._feed.add(data)
            acknowledge(self._socket)
            return
        if self._roams and not self._sorted(data):
            return
        try:
            self._reader.feed((self._roams and self._roaming.segment) or data)
        except MalformedRequest as problem:
            self._refuse(problem.status, problem.reason)
        except Exception as problem:  # noqa: BLE001 - one request's trouble is told, and is that request's alone
            self._refuse(500, defect_text(problem))
        if self._asking is _TUNNELLING and self._reader.rest:
            self._feed.add(self._reader.rest)
        if self._roams:
            self._roaming.end()
        if not self._reader.idle:
            acknowledge(self._socket)

    def eof_received(self) -> bool:
        """Called by the loop: the client sends no more; what it asked for is still answered."""
        self._turns.client_has_ended = True
        if self._asking is _STREAMING:
            self._turns.abort()  # half of a body: neither the service nor the recording may take it for the whole
            return False
        if self._asking is _TUNNELLING:
            self._feed.end()
        elif self._asking is not Asking.LEAVING:
            self._roaming.take_held()
            self._stop()
        if self._transport.get_extra_info("sslcontext") is not None:
            self._turns.finish()
            return False  # TLS has no half-closed connection: the loop closes it, whatever is returned
        return self._turns.state is not Answering.READY

    def pause_writing(self) -> None:
        """Called by the loop: the client does not read; answers wait, and no more requests are taken."""
        self._turns.pause()

    def resume_writing(self) -> None:
        """Called by the loop: the client reads again."""
        self._turns.resume()

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
            self._tunnel()
        elif self._lane.forwards:
            self._stream()
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
            self._roaming.complete()
        if self._asking is _STREAMING:
            self._feed.end(trailers)
        else:
            self._answer(trailers)
        self._asking = ASKING[self._asking][_COMPLETE]
        if not self._head.keep_alive:
            self._stop()  # the client has said that it asks no more: what follows is no request

    @property
    def is_idle(self) -> bool:
        """Whether the client has every answer, and has not begun another request."""
        return self._asking is Asking.BETWEEN and self._turns.state is Answering.READY and not self._turns.holds

    def leave(self) -> None:
        """The scope has ended, and an answer is on its way still: drop the connection if its client may have gone."""
        self._turns.leave()

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def _answer(self, trailers: Headers) -> None:
        """Have the open scope say what answers, or the service; only the bytes may wait for a client that does not read."""
        size, turns = self._size, self._turns
        body = self._body.take() if size else b""
        answer = self._lane.answer(self._route, self._head, body, complete=size == len(body), waits=turns.holds)
        if answer is not None:
            turns.take(answer if isinstance(answer, Answer) else answer.work(turns))
            return
        feed = BodyFeed(self._lane.max_body, self._steer)
        feed.add(body)
        feed.end(trailers)
        turns.take(self._exchange(self._head, feed))

    def _tunnel(self) -> None:
        """Have a WebSocket begin at the service. If that refuses, its answer is the last on this connection."""
        if not (self._lane.forwards and self._lane.forwarding.mode == "live"):
            raise MalformedRequest(501, _NOT_RECORDED)
        self._reader.switch()
        self._stream(Asked.TUNNEL)

    def _stream(self, event: Asked = Asked.STREAM) -> None:
        """Let the service answer; its request goes out as it comes, and what passes in a tunnel is not kept."""
        self._feed = BodyFeed(0 if event is Asked.TUNNEL else self._lane.max_body, self._steer)
        exchange = self._exchange(self._head, self._feed)
        self._asking = ASKING[self._asking][event]
        self._turns.take(exchange)

    def _exchange(self, head: Head, feed: BodyFeed) -> Work:
        scope, forwarding = self._lane.scope, self._lane.forwarding
        return forwarding.exchange(self._turns, self._route, head, feed, scope=scope.name, traffic=scope.traffic)

    def _turned(self) -> None:
        """Our side has changed: see whether the client may go on."""
        if self._turns.state in (Answering.LAST, Answering.GONE):
            self._stop()
        elif self._asking is Asking.OVER and self._turns.state is Answering.READY and not self._turns.holds:
            self._transport.close()  # the client had ended, and has all that it asked for
        self._steer()

    def _steer(self) -> None:
        """Read from the client, or let it wait."""
        is_full = self._asking in (_STREAMING, _TUNNELLING) and self._feed.is_full
        hold_reading(self._transport, holds=is_full or self._turns.holds or self._asking is Asking.LEAVING)

    def _stop(self, event: Asked = Asked.STOP) -> None:
        """Read nothing more."""
        self._asking = ASKING[self._asking][event]
        self._reader.stop()
        self._body.clear()

    def _refuse(self, status: int, reason: str) -> None:
        """End the connection at a request that cannot be answered: nobody may take what it did for a pass."""
        before = self._asking
        self._stop()
        self._lane.scope.traffic.fail(f"a client's request was refused with {status}: {reason}")
        if before is _STREAMING:
            self._turns.abort()  # in the middle of a body on its way: the service must not see an end
            return
        head_only = before is Asking.COLLECTING and self._head.method == b"HEAD"
        self._turns.take(Answer(error_response(status, reason, head_only=head_only), close=True))

    def _misdirected(self) -> None:
        """A request for another profile's service: handed back with what follows, where that can be told apart."""
        if self._roaming.hold_rest():
            self._give_away()
            return
        host, opened_for = host_text(self._head.host), self._route.authority or "another service"
        raise MalformedRequest(421, f"{host} is not served on a connection opened for {opened_for}")

    def _sorted(self, data: bytes) -> bool:
        """Whether bytes are this profile's to read; a request for another service is handed back, whole."""
        if self._asking in (Asking.LEAVING, Asking.OVER):
            return False
        if not self._reader.idle:
            return True
        whose = self._roaming.begin(data)
        if whose is Begins.FOREIGN:
            self._give_away()
        elif whose is Begins.UNKNOWN:
            acknowledge(self._socket)
        return whose is Begins.OURS

    def _give_away(self) -> None:
        self._stop(Asked.LEAVE)
        self._steer()
        self._hand_back()

    def _hand_back(self) -> None:
        """Give the connection back with the bytes it holds, once what was answered is on its way."""
        if self._transport.is_closing():
            return
        if not self._turns.is_flushed:
            asyncio.get_running_loop().call_later(_RETRY, self._hand_back)
            return
        self._lane.hand_back(os.dup(self._socket.fileno()), self._roaming.held)
        self._transport.abort()
