"""One end of a connection of HTTP/2, over the library h2: bytes in and events out, messages in and bytes out.

It adds what the library leaves to its caller: bodies wait here for windows, streams take turns, floods end the
connection, a malformed message ends its stream only, and a peer that leaves gets the answers it has asked for. Pure;
the clock is its caller's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import h2.events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import ProtocolError, StreamClosedError
from h2.settings import SettingCodes, Settings
from h2.stream import StreamState
from hpack import HPACKError
from hyperframe.exceptions import InvalidDataError, InvalidFrameError
from hyperframe.frame import GoAwayFrame

from recproxy.http.h2.errors import Code, PeerError
from recproxy.http.h2.fields import FieldBlock, trailer_fields
from recproxy.http.h2.flood_guard import FloodGuard
from recproxy.http.h2.frames import PREFACE, Frames, Leaving
from recproxy.http.h2.goaway import with_goaway
from recproxy.http.h2.outbox import Outbox
from recproxy.recording import Headers

__all__ = ["MOST_STREAMS", "WINDOW", "Peer"]

#: So many streams may a peer have open; for more it gets REFUSED_STREAM, behind which it may ask again.
MOST_STREAMS = 128
#: So much of the body of one message may be on its way and not yet taken.
WINDOW = 1 << 18
#: So large may the head of a message be, in bytes as RFC 9113 section 6.5.2 counts them.
_LARGEST_HEAD = 1 << 18
#: So much of bodies is made into frames at once.
_BATCH = 1 << 18


class _Announced(Settings):
    """Settings that the peer is told, of which the library does not enforce the number of streams: that is one stream's."""

    @property
    def max_concurrent_streams(self) -> int:
        """No limit that would end the connection."""
        return 1 << 31

    @max_concurrent_streams.setter
    def max_concurrent_streams(self, value: int) -> None:
        raise NotImplementedError


class Peer:
    """The peer's end is a client's if we are `serving`; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float], *, serving: bool) -> None:
        self._clock = clock
        self._serving = serving
        self._guard = FloodGuard(clock())
        self._frames = Frames(self._guard, preface=len(PREFACE) if serving else 0)
        config = H2Configuration(
            client_side=not serving,
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._h2 = H2Connection(config)
        self._h2.local_settings = _Announced(client=not serving, initial_values=self._settings())
        self._h2.decoder.max_header_list_size = _LARGEST_HEAD
        #: What is sent at last, and behind which nothing is.
        self._goaway: bytes | None = None
        self._farewell = b""
        self._outboxes: dict[int, Outbox] = {}
        #: The streams that may send, in turn, and those whose window is closed.
        self._ready: deque[int] = deque()
        self._closed: set[int] = set()

    def _settings(self) -> dict[SettingCodes, int]:
        common = {SettingCodes.INITIAL_WINDOW_SIZE: WINDOW, SettingCodes.MAX_HEADER_LIST_SIZE: _LARGEST_HEAD}
        if not self._serving:
            return common | {SettingCodes.ENABLE_PUSH: 0}
        return common | {SettingCodes.MAX_CONCURRENT_STREAMS: MOST_STREAMS, SettingCodes.ENABLE_CONNECT_PROTOCOL: 1}

    def begin(self, upgrade: bytes | None = None) -> None:
        """Open the connection; where HTTP/1.1 turned into it, with the HTTP2-Settings that stood there.

        Raises:
            PeerError: those are none.
        """
        if upgrade is None:
            self._h2.initiate_connection()
        else:
            try:
                self._h2.initiate_upgrade_connection(upgrade + b"=" * (-len(upgrade) % 4))
            except (ValueError, InvalidFrameError, InvalidDataError, ProtocolError) as problem:
                raise PeerError(Code.PROTOCOL_ERROR, f"HTTP2-Settings are not valid: {problem}") from None
        # Each stream may fill its window without a share of any other's.
        self._h2.increment_flow_control_window(MOST_STREAMS * WINDOW - 65535)

    def receive(self, data: bytes) -> Iterator[h2.events.Event | Leaving]:
        """What the peer has sent, as events of the library, or that it leaves.

        Raises:
            PeerError: the connection ends; what the peer is told of it is in the output.
        """
        try:
            for part in self._frames.cut(data, self._clock()):
                if isinstance(part, Leaving):
                    yield part
                    continue
                for event in self._h2.receive_data(part):
                    self._note(event)
                    yield event
        except PeerError as problem:
            self._end(problem.code, str(problem))
            raise
        except ProtocolError as problem:
            # The library has one code for all that it cannot read.
            is_unread = isinstance(problem.__cause__, HPACKError) and int(problem.error_code) == Code.PROTOCOL_ERROR
            code = Code.COMPRESSION_ERROR if is_unread else problem.error_code
            reason = str(problem) or type(problem).__name__
            self._end(code, reason)
            raise PeerError(code, reason) from None

    def _end(self, code: int, reason: str) -> None:
        """Have the last words say why the connection ends, which the library does not."""
        self._outboxes.clear()
        stream = self._h2.highest_inbound_stream_id
        self._goaway = with_goaway(self._h2.data_to_send(), stream=stream, code=code, reason=reason)

    def _note(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.WindowUpdated):
            self._reopen(event.stream_id)
        elif isinstance(event, h2.events.RemoteSettingsChanged):
            self._reopen(0)
        elif isinstance(event, h2.events.StreamEnded) and not self._serving:
            self._guard.answered()
        elif isinstance(event, h2.events.StreamReset):
            self._forget(event.stream_id)

    def _reopen(self, stream: int | None) -> None:
        """A window has grown: of one stream, or of all (0)."""
        if not stream:
            self._ready.extend(self._closed)
            self._closed.clear()
        elif stream in self._closed:
            self._closed.discard(stream)
            self._ready.append(stream)

    def _forget(self, stream: int) -> None:
        self._outboxes.pop(stream, None)
        self._closed.discard(stream)

    @property
    def open_streams(self) -> int:
        """How many streams the peer has open."""
        return self._h2.open_inbound_streams if self._serving else self._h2.open_outbound_streams

    @property
    def most_streams(self) -> int:
        """How many streams the peer lets us have open."""
        return min(self._h2.remote_settings.max_concurrent_streams, MOST_STREAMS)

    @property
    def takes_websockets(self) -> bool:
        """Whether a WebSocket may begin on a stream. RFC 8441 section 3."""
        return bool(self._h2.remote_settings.enable_connect_protocol)

    def next_stream(self) -> int:
        """The number of a stream that is to be opened."""
        return self._h2.get_next_available_stream_id()

    def send_head(self, stream: int, fields: FieldBlock, *, ends: bool = False) -> bool:
        """Send the head of a message, or an interim one; whether it went, which it does not on a stream that is over."""
        try:
            self._h2.send_headers(stream, fields, end_stream=ends)
        except ProtocolError:
            self._forget(stream)
            return False
        if ends:
            self._ended(stream)
        return True

    def send_piece(self, stream: int, piece: bytes | memoryview) -> None:
        """Send a piece of a body, as soon as the windows are open."""
        self._outbox(stream).add(piece)

    def send_end(self, stream: int, trailers: Headers = ()) -> None:
        """End a message behind what was sent of it."""
        outbox = self._outbox(stream)
        outbox.ended, outbox.trailers = True, trailers

    def _outbox(self, stream: int) -> Outbox:
        outbox = self._outboxes.get(stream)
        if outbox is None:
            outbox = self._outboxes[stream] = Outbox()
        if stream not in self._closed and stream not in self._ready:
            self._ready.append(stream)
        return outbox

    def waiting(self, stream: int) -> int:
        """How many bytes of a stream have not been sent yet."""
        outbox = self._outboxes.get(stream)
        return outbox.size if outbox is not None else 0

    def taken(self, stream: int, size: int) -> None:
        """So much of what came on a stream is dealt with: its peer may send as much again."""
        try:
            self._h2.acknowledge_received_data(size, stream)
        except ProtocolError:
            return  # the connection is ending

    def reset(self, stream: int, code: int) -> None:
        """Break a stream off."""
        self._forget(stream)
        try:
            self._h2.reset_stream(stream, code)
        except ProtocolError:
            return  # it is over already

    def ping(self) -> None:
        """Ask the peer whether it is there."""
        self._h2.ping(b"recproxy")

    def retire(self) -> None:
        """Tell the peer to open no more streams; those that are open go on, also in the library."""
        goaway = GoAwayFrame(0, last_stream_id=self._h2.highest_inbound_stream_id, error_code=Code.NO_ERROR)
        self._farewell += goaway.serialize()

    def leave(self, code: int = Code.NO_ERROR) -> None:
        """Tell the peer that the connection ends."""
        try:
            self._h2.close_connection(code)
        except ProtocolError:
            return

    @property
    def is_quiet(self) -> bool:
        """Whether all that was to be sent has been, as far as windows are concerned."""
        return not self._outboxes

    def output(self, *, bodies: bool = True) -> bytes:
        """What is to be sent now; empty where there is nothing, or the peer must open a window first.

        Without `bodies`, that is only what answers the peer's frames, and heads.
        """
        if self._goaway is not None:
            words, self._goaway = self._goaway, b""
            return words
        left = _BATCH if bodies else 0
        while self._ready and left > 0:
            stream = self._ready.popleft()
            outbox = self._outboxes.get(stream)
            if outbox is not None:
                left -= self._send(stream, outbox)
        farewell, self._farewell = self._farewell, b""
        return farewell + self._h2.data_to_send()

    def _send(self, stream: int, outbox: Outbox) -> int:
        """Send one frame of a stream, and put it where its next one waits; return its size."""
        try:
            window = self._h2.local_flow_control_window(stream)
            size = 0
            if outbox.size:
                if window <= 0:
                    self._closed.add(stream)
                    return 0
                piece = outbox.take(min(window, self._h2.max_outbound_frame_size))
                size = len(piece)
                ends = outbox.ended and not outbox.size and not outbox.trailers
                self._h2.send_data(stream, bytes(piece), end_stream=ends)
                self._guard.sent(size, is_whole=size < window)
            else:
                ends = outbox.ended and not outbox.trailers
                if ends:
                    self._h2.end_stream(stream)
            if outbox.ended and not outbox.size and outbox.trailers:
                self._h2.send_headers(stream, trailer_fields(outbox.trailers), end_stream=True)
                ends = True
        except (ProtocolError, StreamClosedError):
            self._forget(stream)  # it was reset meanwhile
            return 0
        if ends:
            self._ended(stream)
        elif outbox.size:
            self._ready.append(stream)
        return size

    def _ended(self, stream: int) -> None:
        """A message is sent whole. A request that is answered need not be sent any further: RFC 9113 section 8.1."""
        self._forget(stream)
        self._guard.answered()
        known = self._h2.streams.get(stream) if self._serving else None
        if known is not None and known.state_machine.state is StreamState.HALF_CLOSED_LOCAL:
            self._h2.reset_stream(stream, Code.NO_ERROR)
