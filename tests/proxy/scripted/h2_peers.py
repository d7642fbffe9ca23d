"""Peers of a script that speak over one stream of HTTP/2 what its rows say in bytes of HTTP/1.1.

So the same rows hold for a WebSocket in either version (RFC 8441): a request that upgrades is sent as a CONNECT with a
:protocol and its answer 101 comes as a 200, what follows is in DATA frames, the end of a connection is END_STREAM, and a
reset is RST_STREAM.
"""

from collections import deque

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    PingAckReceived,
    RequestReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.settings import SettingCodes, Settings

INTERNAL_ERROR, CANCEL = 2, 8
OF_HTTP_1 = (b"host", b"connection", b"upgrade", b"sec-websocket-key", b"sec-websocket-accept")


class Stream:
    """What a row does to a transport, done to a stream."""

    def __init__(self, peer):
        self._peer = peer
        self._waiting = deque()
        self._ended = self._sent_end = False
        self._paused = False
        self._withheld = 0

    def write(self, data):
        if not self._peer.turned:
            head, _, data = data.partition(b"\r\n\r\n")
            self._peer.begin(head)
        if data:
            self._waiting.append(memoryview(data))  # a message of many frames would be copied for each of them
        self.flush()

    def flush(self):
        h2, stream = self._peer.h2, self._peer.stream
        while self._waiting and (room := h2.local_flow_control_window(stream)):
            piece = self._waiting.popleft()
            if len(piece) > (most := min(room, h2.max_outbound_frame_size)):
                self._waiting.appendleft(piece[most:])
            h2.send_data(stream, bytes(piece[:most]))
        if self._ended and not self._waiting and not self._sent_end:
            self._sent_end = True
            h2.end_stream(stream)
        self._peer.send()

    def taken(self, size):
        self._withheld += size
        if not self._paused:
            self._peer.h2.acknowledge_received_data(self._withheld, self._peer.stream)
            self._withheld = 0

    def pause_reading(self):
        self._paused = True

    def resume_reading(self):
        self._paused = False
        self.taken(0)
        self._peer.send()

    def write_eof(self):
        self._ended = True
        self.flush()

    close = write_eof

    def can_write_eof(self):
        return True

    def is_closing(self):
        return self._ended or self._peer.broken

    def abort(self):
        self._peer.connection.abort()


def h2_peer(base, *, client, agrees, asked):
    """A class of peers, `client` or service; `agrees` and `asked` are what the rows call an agreement and a request."""

    class H2Peer(base):
        def __init__(self):
            super().__init__()
            self.h2 = H2Connection(H2Configuration(client_side=client, header_encoding=None))
            if not client:
                settings = {SettingCodes.ENABLE_CONNECT_PROTOCOL: 1}
                self.h2.local_settings = Settings(client=False, initial_values=settings)
            self.stream, self.turned, self.pongs = 1, False, 0

        def connection_made(self, transport):
            self.connection = transport
            self.h2.initiate_connection()
            self.send()
            super().connection_made(Stream(self))

        def send(self):
            if not self.connection.is_closing():
                self.connection.write(self.h2.data_to_send())

        def begin(self, head):
            self.turned = True
            if not client:
                assert head.startswith(b"HTTP/1.1 101 ")
                self.h2.send_headers(self.stream, [(b":status", b"200")])
                return
            line, *lines = head.split(b"\r\n")
            given = [(name.lower(), value) for name, value in (each.split(b": ", 1) for each in lines)]
            fields = [
                (b":method", b"CONNECT"),
                (b":protocol", b"websocket"),
                (b":scheme", b"https"),
                (b":authority", b"shop.example"),
                (b":path", line.split()[1]),
            ]
            fields += [each for each in given if each[0] not in OF_HTTP_1]
            self.h2.send_headers(self.stream, fields)

        def data_received(self, data):
            for event in self.h2.receive_data(data):
                self.note(event)
            self.send()
            super().data_received(b"")

        def note(self, event):
            if isinstance(event, ResponseReceived):
                status = dict(event.headers)[b":status"]
                self.unseen += agrees if status == b"200" else b"HTTP/1.1 %b " % status
            elif isinstance(event, RequestReceived):
                fields = dict(event.headers)
                assert (fields[b":method"], fields[b":protocol"]) == (b"CONNECT", b"websocket")
                assert not set(OF_HTTP_1) & set(fields)
                self.unseen += asked
            elif isinstance(event, DataReceived):
                self.unseen += event.data
                self.transport.taken(event.flow_controlled_length)
            elif isinstance(event, StreamEnded):
                self.ended = True
            elif isinstance(event, StreamReset):
                self.broken = self.broken or event.error_code == CANCEL
            elif isinstance(event, WindowUpdated) and self.turned:
                self.transport.flush()

        def resets(self):
            self.h2.reset_stream(self.stream, CANCEL)
            self.send()

    return H2Peer


def h2_asker(base, *, client):
    """A class of peers, `client` or service, of one request that is no WebSocket: a GET has ended, another goes on.

    They see of a request its first line without the version, and of a response the status and what is of gRPC.
    """

    class H2Asker(h2_peer(base, client=client, agrees=b"", asked=b"")):
        async def pinged(self):
            before = self.pongs
            self.h2.ping(b"12345678")
            self.send()
            await self.until(lambda: self.pongs > before, "an answer to a ping")

        def begin(self, head):
            self.turned = True
            line, *lines = head.split(b"\r\n")
            fields = [(name.lower(), value) for name, value in (each.split(b": ", 1) for each in lines)]
            _, word, *_ = line.split()
            if not client:
                self.h2.send_headers(self.stream, [(b":status", word), *fields])
                return
            method = line.split()[0]
            place = [(b":method", method), (b":scheme", b"http"), (b":authority", b"shop.example"), (b":path", word)]
            self.h2.send_headers(self.stream, [*place, *fields])
            if method == b"GET":
                self.transport.write_eof()

        def note(self, event):
            if isinstance(event, RequestReceived):
                fields = dict(event.headers)
                self.unseen += b"%s %s\r\n" % (fields[b":method"], fields[b":path"])
            elif isinstance(event, ResponseReceived):
                self.unseen += b"HTTP/2 %s\r\n" % dict(event.headers)[b":status"] + of_grpc(event)
            elif isinstance(event, PingAckReceived):
                self.pongs += 1
            elif isinstance(event, TrailersReceived):
                self.unseen += of_grpc(event)
            elif isinstance(event, StreamReset):
                self.broken = self.broken or event.error_code == (INTERNAL_ERROR if client else CANCEL)
            else:
                super().note(event)

    return H2Asker


def of_grpc(event):
    """The lines of gRPC in a head or in trailers."""
    return b"".join([b"%s: %s\r\n" % line for line in event.headers if line[0].startswith(b"grpc-")])


def refusing(base):
    """A class of peers that know HTTP/1.1 only: the first bytes of HTTP/2 get a 400 and the end."""

    class Refusing(base):
        def data_received(self, data):
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self.transport.close()

    return Refusing
