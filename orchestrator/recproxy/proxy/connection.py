"""A client's connection: requests in, answers out, in order.

An asyncio Protocol without a task or an await per replayed request; a forwarded one has a task. It knows the client's
side and its states (`Asking`); our side is in `Turns`. What the answer is, the open scope decides, or the service.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

from recproxy.control.sockets import acknowledge, hold_reading
from recproxy.errors import defect_text
from recproxy.http import Head, MalformedRequest, PriorKnowledge, RequestReader
from recproxy.http.h2c import h2c_offer
from recproxy.http.request_heads import NO_HTTP2
from recproxy.proxy.asker import Asker
from recproxy.proxy.connection_lane import ConnectionLane
from recproxy.proxy.ownership import Begins, Ownership
from recproxy.proxy.roaming import Roaming
from recproxy.proxy.route import Route
from recproxy.proxy.states import Answering, Asked, Asking

__all__ = ["Connection"]

_RETRY = 0.005  # seconds: asyncio does not say when the last byte has left
# Python 3.11 looks a member of an enum up in 0.1 microseconds; these are asked for with each request.
_STREAMING = Asking.STREAMING
_SWITCHED = Asking.SWITCHED


class Connection(Asker, asyncio.Protocol):
    """One connection of a lane; also the sink of its request reader."""

    def __init__(self, lane: ConnectionLane[Connection], route: Route, *, held: bytes = b"") -> None:
        ownership = Ownership(route, lane.owns)
        super().__init__(lane, route, ownership)
        self._reader = RequestReader(self)
        self._reader.offered = self._offered
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._socket: Any = None
        self._roaming = Roaming(ownership, held)
        self.is_fresh = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]
        self._turns.start(self._transport)
        self._socket = transport.get_extra_info("socket")
        if (tls := transport.get_extra_info("ssl_object")) is not None and tls.selected_alpn_protocol() == "h2":
            self._turn_to_http2()
            return
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
        if self._asking is _SWITCHED:
            self._feed.add(data)
            acknowledge(self._socket)
            return
        if self._roams and not self._sorted(data):
            return
        try:
            self._reader.feed((self._roams and self._roaming.segment) or data)
        except MalformedRequest as problem:
            self._refuse(problem.status, problem.reason)
        except PriorKnowledge as preface:
            self._meet_http2(preface.seen)
        except Exception as problem:  # noqa: BLE001 - one request's trouble is told, and is that request's alone
            self._refuse(500, defect_text(problem))
        if self._asking is _SWITCHED and self._reader.rest:
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
        if self._asking is _SWITCHED:
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

    @property
    def is_idle(self) -> bool:
        """Whether the client has every answer, and has not begun another request."""
        return self._asking is Asking.BETWEEN and self._turns.state is Answering.READY and not self._turns.holds

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def retire(self) -> None:
        """Drop the connection if nothing is under way on it."""
        if self.is_idle:
            self.close()

    def forget_owner(self) -> None:
        """Other profiles own hosts now."""
        self._ownership.forget()

    def _switch(self) -> None:
        self._reader.switch()

    def _completed(self) -> None:
        self._roaming.complete()

    def _offered(self, head: Head) -> bool:
        """Whether HTTP/2 goes on with a request that offers it: the first one, where no TLS has agreed on something else."""
        first: Head | None = self._head
        offer = h2c_offer(head)
        if (
            offer is None
            or first is not None
            or self._roams
            or self._transport.get_extra_info("sslcontext") is not None
        ):
            return False
        from recproxy.http.h2.errors import PeerError  # noqa: PLC0415 - most runs have no HTTP/2

        with contextlib.suppress(PeerError):
            self._turn_to_http2(offer)
            return True
        return False

    def _meet_http2(self, seen: bytes) -> None:
        """HTTP/2 begins; with the first byte of the connection, or not at all."""
        first: Head | None = self._head
        if first is None:
            self._turn_to_http2().data_received(seen)
        else:
            self._refuse(505, NO_HTTP2)

    def _turn_to_http2(self, upgrade: tuple[Head, bytes] | None = None) -> asyncio.Protocol:
        """Let HTTP/2 go on."""
        from recproxy.proxy.h2_connection import H2Connection  # noqa: PLC0415 - most runs have no HTTP/2

        connection = H2Connection(self._lane, self._route, upgrade)
        self._lane.connections.discard(self)
        self._transport.set_protocol(connection)
        connection.connection_made(self._transport)
        return connection

    def _turned(self) -> None:
        """Our side has changed: see whether the client may go on."""
        if self._turns.state in (Answering.LAST, Answering.GONE):
            self._stop()
        elif self._asking is Asking.OVER and self._turns.state is Answering.READY and not self._turns.holds:
            self._transport.close()  # the client had ended, and has all that it asked for
        self._steer()

    def _steer(self) -> None:
        """Read from the client, or let it wait."""
        is_full = self._asking in (_STREAMING, _SWITCHED) and self._feed.is_full
        hold_reading(self._transport, holds=is_full or self._turns.holds or self._asking is Asking.LEAVING)

    def _stop(self, event: Asked = Asked.STOP) -> None:
        super()._stop(event)
        self._reader.stop()

    def _misdirected(self) -> None:
        """A request for another profile's service: handed back with what follows, where that can be told apart."""
        if self._roaming.hold_rest():
            self._give_away()
            return
        super()._misdirected()

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
