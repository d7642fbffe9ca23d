"""A client of HTTP/2 in memory, over the library h2 and a connection of a proxy: no socket, no clock."""

import asyncio
from types import SimpleNamespace

from h2.config import H2Configuration
from h2.connection import H2Connection as Library
from h2.events import DataReceived, StreamEnded, StreamReset, TrailersReceived
from hyperframe.frame import Frame

from recproxy.proxy.h2_connection import H2Connection
from recproxy.proxy.route import Route
from recproxy.proxy.traffic import Traffic

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GET = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/a")]


class Transport:
    """Keeps what is written."""

    def __init__(self):
        self.written = bytearray()
        self.closed = self.aborted = False

    def get_extra_info(self, name, default=None):
        return default

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    def abort(self):
        self.closed = self.aborted = True

    def is_closing(self):
        return self.closed

    def get_write_buffer_size(self):
        return 0

    def take(self):
        data = bytes(self.written)
        self.written.clear()
        return data


class Tasks(set):
    def spawn(self, work):
        task = asyncio.ensure_future(work)
        self.add(task)
        return task


def lane(answer, *, forwarding=None, owns=lambda _: True, max_body=1 << 20):
    """A lane whose `answer` gets a head and a body."""
    return SimpleNamespace(
        spawn=Tasks().spawn,
        scope=SimpleNamespace(traffic=Traffic(0), name="test"),
        connections=set(),
        forwards=forwarding is not None,
        forwarding=forwarding,
        forwards_large=lambda: False,
        max_body=max_body,
        owns=owns,
        answer=lambda route, head, body, **_: answer(head, body),
    )


def connect(lane, route=None):
    """A connection of a lane, and its transport."""
    connection, transport = H2Connection(lane, route or Route("https", "shop.example")), Transport()
    connection.connection_made(transport)
    return connection, transport


def frames(data):
    """The frames in bytes."""
    found = []
    while len(data) >= 9:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        found.append(frame)
        data = data[9 + length :]
    return found


class Client:
    """Speaks to a connection; `heads`, `bodies`, `trailers`, `ended` and `resets` are by stream."""

    def __init__(self, lane, route=None, **settings):
        self.connection, self.transport = connect(lane, route)
        self.h2 = Library(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.update_settings(settings) if settings else None
        self.h2.initiate_connection()
        self.heads, self.informed, self.bodies, self.trailers = {}, {}, {}, {}
        self.ended, self.resets, self.events = set(), {}, []
        self.acknowledges = True
        self.exchange()

    def ask(self, fields=GET, body=None, *, ends=True):
        """Open a stream."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields, end_stream=ends and body is None)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=ends)
        self.exchange()
        return stream

    def exchange(self):
        """Send what there is, and take what comes, until nothing does."""
        while (out := self.h2.data_to_send()) or self.transport.written:
            if out:
                self.connection.data_received(out)
            for event in self.h2.receive_data(self.transport.take()):
                self.note(event)

    def note(self, event):
        self.events.append(event)
        name = type(event).__name__
        if name == "ResponseReceived":
            self.heads[event.stream_id] = dict(event.headers)
        elif name == "InformationalResponseReceived":
            self.informed[event.stream_id] = dict(event.headers)
        elif isinstance(event, DataReceived):
            self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
            if self.acknowledges:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, TrailersReceived):
            self.trailers[event.stream_id] = dict(event.headers)
        elif isinstance(event, StreamEnded):
            self.ended.add(event.stream_id)
        elif isinstance(event, StreamReset):
            self.resets[event.stream_id] = int(event.error_code)
