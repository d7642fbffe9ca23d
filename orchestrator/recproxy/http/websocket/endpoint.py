"""One end of a WebSocket: bytes in and what they say out, messages in and their bytes out. No socket.

A message comes in pieces, so that a large one need not be in memory; what breaks the protocol comes as `BROKEN`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from enum import Enum, auto

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.extensions import Extension, PerMessageDeflate
from wsproto.frame_protocol import CloseReason, FrameDecoder, FrameProtocol, Opcode, RsvBits

from recproxy.lazy.dataclass import dataclass

__all__ = ["Heard", "HeardKind", "WebSocketEnd"]

#: Where a close has no code. RFC 6455 section 7.1.5.
_NO_CODE = CloseReason.NO_STATUS_RCVD
#: Bytes that are inflated at a time: they become a thousand times as many at most.
_INFLATED_AT_ONCE = 2048


class HeardKind(Enum):
    """What the other end did."""

    MESSAGE = auto()
    PING = auto()
    PONG = auto()
    CLOSE = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the other end did: a message or a piece of one, which is text where it is a `str`; what a ping holds.

    `is_last` says that the message is complete. `code` (0: none) and the `data` are those of a close, or of a breach of
    the protocol: what to close with, and why.
    """

    kind: HeardKind
    data: str | bytes = field(default=b"", repr=False)
    is_last: bool = True
    code: int = 0


class _Deflate(PerMessageDeflate):
    """The extension as it should be: a ping or close between the fragments of a compressed message is none of it.

    wsproto 1.3 forgets at such a frame that the message is compressed. RFC 7692 section 6.1.
    """

    def frame_inbound_header(
        self, proto: FrameDecoder | FrameProtocol, opcode: Opcode, rsv: RsvBits, payload_length: int
    ) -> CloseReason | RsvBits:
        """Called with the header of each frame."""
        if not opcode.iscontrol():
            return super().frame_inbound_header(proto, opcode, rsv, payload_length)
        self._inbound_is_compressible = False
        return CloseReason.PROTOCOL_ERROR if rsv.rsv1 else RsvBits(rsv1=True, rsv2=False, rsv3=False)

    def frame_inbound_complete(self, proto: FrameDecoder | FrameProtocol, fin: bool) -> bytes | CloseReason | None:
        """Called at the end of each frame."""
        return super().frame_inbound_complete(proto, fin) if self._inbound_is_compressible else None


class WebSocketEnd:
    """One end: the `client`'s or the server's. `deflate` is the agreed extension line; empty without one."""

    def __init__(self, *, client: bool, deflate: bytes = b"") -> None:
        self._extension = _Deflate() if deflate else None
        if self._extension is not None:
            self._extension.finalize(deflate.decode("ascii", "replace"))
        extensions: list[Extension] = [self._extension] if self._extension is not None else []
        self._connection = Connection(ConnectionType.CLIENT if client else ConnectionType.SERVER, extensions)
        self._is_broken = False

    def receive(self, data: bytes) -> Iterator[Heard]:
        """What bytes of the other end say. Behind a close or a breach, nothing is heard."""
        most = _INFLATED_AT_ONCE if self._extension is not None else max(1, len(data))
        for start in range(0, len(data), most):
            if not self.hears:
                return
            self._connection.receive_data(data[start : start + most])
            yield from self._heard()

    def _heard(self) -> Iterator[Heard]:
        for event in self._connection.events():
            if isinstance(event, TextMessage | BytesMessage):
                whole = event.data if isinstance(event.data, str) else bytes(event.data)
                yield Heard(HeardKind.MESSAGE, whole, event.message_finished)
            elif isinstance(event, Ping):
                yield Heard(HeardKind.PING, bytes(event.payload))
            elif isinstance(event, Pong):
                yield Heard(HeardKind.PONG, bytes(event.payload))
            elif isinstance(event, CloseConnection):
                code = 0 if event.code == _NO_CODE else int(event.code)
                # A breach of the protocol comes as a close that changes no state.
                self._is_broken = self.hears
                kind = HeardKind.BROKEN if self._is_broken else HeardKind.CLOSE
                yield Heard(kind, (event.reason or "").encode(), code=code)
                return

    @property
    def hears(self) -> bool:
        """Whether the other end has not closed yet, and not broken the protocol."""
        return not self._is_broken and self._connection.state in (ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING)

    @property
    def speaks(self) -> bool:
        """Whether messages can be sent: no end has closed."""
        return self._connection.state is ConnectionState.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether both ends have closed."""
        return self._connection.state is ConnectionState.CLOSED

    def message(self, data: str | bytes, *, is_last: bool = True) -> bytes:
        """The bytes of a message or of a piece of one: text where it is a `str`."""
        if isinstance(data, str):
            return self._connection.send(TextMessage(data=data, message_finished=is_last))
        return self._connection.send(BytesMessage(data=data, message_finished=is_last))

    def ping(self, data: bytes) -> bytes:
        """The bytes of a ping."""
        return self._connection.send(Ping(payload=data))

    def pong(self, data: bytes) -> bytes:
        """The bytes of a pong."""
        return self._connection.send(Pong(payload=data))

    def close(self, code: int, reason: bytes = b"") -> bytes:
        """The bytes of a close, or of the answer to one; none where this end has closed already."""
        if self._connection.state not in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
            return b""
        text = reason.decode("utf-8", "replace") or None
        return self._connection.send(CloseConnection(code=code or _NO_CODE, reason=text if code else None))
