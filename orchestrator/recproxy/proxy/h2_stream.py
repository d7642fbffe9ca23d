"""One stream of a client: its request as any other, and the answer to it as frames.

It is an asker whose reader is the connection, and to its turns it is the transport: what they write in the form of
HTTP/1.1 is read back and goes out as heads, pieces of a body and trailers. Knows its connection; no socket.
"""

from __future__ import annotations

from typing import Any, Protocol

from recproxy.errors import defect_text
from recproxy.http import Head, MalformedRequest
from recproxy.http.h2.answer_reader import AnswerReader
from recproxy.http.h2.errors import Code
from recproxy.http.h2.fields import response_fields
from recproxy.http.h2.peer import Peer
from recproxy.proxy.asker import Asker
from recproxy.proxy.connection_lane import ConnectionLane
from recproxy.proxy.downstream import Answer
from recproxy.proxy.half_said_call import HalfSaidCall
from recproxy.proxy.ownership import Ownership
from recproxy.proxy.route import Route
from recproxy.proxy.states import Answering, Asking
from recproxy.recording import Headers
from recproxy.recording.message_coding import is_call

__all__ = ["H2Stream", "StreamOwner"]

#: Bytes that wait for the client's window before what makes the answer is told to wait, and when it may go on.
_HIGH_WATER, _LOW_WATER = 1 << 17, 1 << 15


class StreamOwner(Protocol):
    """The connection of a stream."""

    peer: Peer

    def flush(self) -> None:
        """Send what there is to send."""

    def done(self, stream: H2Stream) -> None:
        """A stream is over."""


class H2Stream(Asker):
    """A stream with this number, whose client has sent this head."""

    def __init__(
        self, owner: StreamOwner, number: int, head: Head, lane: ConnectionLane[Any], route: Route, ownership: Ownership
    ) -> None:
        super().__init__(lane, route, ownership)
        self.number = number
        self._began_in = lane.scope
        #: While it is a call of gRPC that is answered when its client has said all.
        self._half_said: HalfSaidCall | None = None
        self._owner = owner
        self._peer = owner.peer
        self._reader = AnswerReader(self, head_only=head.method == b"HEAD")
        self._is_paused = False
        #: A head that is not sent yet, because the answer may end behind it.
        self._pending: list[tuple[bytes, bytes]] = []
        #: What the client may not send again before the service has taken it.
        self._withheld = 0
        #: The trailers of the request, if there are any.
        self.trailers: Headers = ()
        self._is_closing = False
        self._turns.start(self)  # type: ignore[arg-type]

    def begin(self, head: Head) -> None:
        """The head has come."""
        self._guarded(lambda: self.head_received(head))
        if self._asking is Asking.COLLECTING and is_call(head.headers):
            self._half_said = self._began_in.calls.begin(self._outlived)

    def data_received(self, piece: bytes, size: int) -> None:
        """A piece of the request's body, for which the client's window shrank by `size`."""
        if self._asking in (Asking.OVER, Asking.BETWEEN):
            self._peer.taken(self.number, size)
            return
        self._withheld += size
        if piece and self._asking is Asking.SWITCHED:
            self._feed.add(piece)
        elif piece:
            self._guarded(lambda: self.body_received(piece))
        self._steer()

    def ended(self) -> None:
        """The request is complete."""
        if self._asking is Asking.SWITCHED:
            self._feed.end(self.trailers)
        elif self._asking is not Asking.OVER:
            if self._half_said is not None and self._began_in.calls.is_over:
                self._scope = self._began_in  # which is waiting for it
            self._guarded(lambda: self.request_ended(self.trailers))
        self._said_all()

    def lose(self) -> None:
        """The client has broken the stream off, or its connection is lost."""
        if self._half_said is not None and self._asking is Asking.COLLECTING:
            self._began_in.calls.left(self._route, self._head, self._body.whole())
        self._said_all()
        self._reader.abort()
        self._turns.lose()
        self._stop()
        self._release()

    def _said_all(self) -> None:
        """Its client says no more."""
        if self._half_said is not None:
            self._half_said.over()
            self._half_said = None

    def _outlived(self) -> None:
        """Its client has not said all, and its test has ended."""
        self._half_said = None
        if self._asking is Asking.COLLECTING:
            answer = self._began_in.calls.left(self._route, self._head, self._body.whole())
            self._stop()
            self._turns.take(answer if isinstance(answer, Answer) else answer.work(self._turns))

    def _guarded(self, step: Any) -> None:
        try:
            step()
        except MalformedRequest as problem:
            self._refuse(problem.status, problem.reason)
        except Exception as problem:  # noqa: BLE001 - one request's trouble is told, and is that request's alone
            self._refuse(500, defect_text(problem))

    def _turned(self) -> None:
        if self._turns.state in (Answering.LAST, Answering.GONE):
            self._stop()
        self._steer()

    def _steer(self) -> None:
        if self._withheld and not (self._asking in (Asking.STREAMING, Asking.SWITCHED) and self._feed.is_full):
            self._release()
            self._owner.flush()

    def _release(self) -> None:
        size, self._withheld = self._withheld, 0
        if size:
            self._peer.taken(self.number, size)

    def moved(self) -> None:
        """Some of the answer was sent: see whether there is room for more."""
        if self._is_paused and self._peer.waiting(self.number) <= _LOW_WATER:
            self._is_paused = False
            self._turns.resume()

    # What turns write to.

    def write(self, data: bytes | memoryview) -> None:
        """Take bytes of the answer."""
        self._reader.feed(data)
        self._send_pending(ends=False)
        self._owner.flush()
        if not self._is_paused and self._peer.waiting(self.number) > _HIGH_WATER:
            self._is_paused = True
            self._turns.pause()

    def close(self) -> None:
        """The answer has ended."""
        self._is_closing = True
        self._reader.end()
        self._owner.flush()

    def abort(self) -> None:
        """The answer is broken off."""
        self._is_closing = True
        self._reader.abort()
        self._owner.flush()

    def is_closing(self) -> bool:
        """Whether the answer has ended."""
        return self._is_closing

    def can_write_eof(self) -> bool:
        """A stream can be half closed."""
        return True

    def write_eof(self) -> None:
        """Nothing more comes, and the client is heard on."""
        self._reader.end()
        self._owner.flush()

    def get_write_buffer_size(self) -> int:
        """How much waits for the client."""
        return self._peer.waiting(self.number)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """A stream has no socket of its own."""
        return default

    # What the answer's reader tells.

    def head_read(self, status: int, headers: Headers) -> None:
        """A head of the answer."""
        self._send_pending(ends=False)
        self._pending = response_fields(status, headers)

    def piece_read(self, piece: memoryview) -> None:
        """A piece of the answer's body."""
        self._send_pending(ends=False)
        self._peer.send_piece(self.number, piece)

    def answer_ended(self, trailers: Headers) -> None:
        """The answer is complete: a request that is not, need not be."""
        if self._pending and not trailers:
            self._send_pending(ends=True)
        else:
            self._send_pending(ends=False)
            self._peer.send_end(self.number, trailers)
        self._release()
        self._owner.done(self)

    def answer_broken(self) -> None:
        """The answer will never be complete."""
        self._pending = []
        self._peer.reset(self.number, Code.CANCEL if self._head.upgrades else Code.INTERNAL_ERROR)  # RFC 8441 section 5
        self._release()
        self._owner.done(self)

    def _send_pending(self, *, ends: bool) -> None:
        if self._pending:
            fields, self._pending = self._pending, []
            self._peer.send_head(self.number, fields, ends=ends)
