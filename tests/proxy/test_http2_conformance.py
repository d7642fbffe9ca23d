"""Each requirement of the page of HTTP/2, by a scripted peer in memory."""

import asyncio
from types import SimpleNamespace

import h11
import pytest
from h2.errors import ErrorCodes
from h2_client import connect, frames, lane
from hpack import Decoder
from http2_conformance import END_HEADERS, GET, PAGE, PREFACE, ROWS, frame, head, page

from recproxy.proxy.downstream import Answer
from recproxy.proxy.h2_service import H2Service
from recproxy.proxy.upstream_errors import UpstreamError

CLIENTS = [row for row in ROWS if row.side == "to clients"]
SERVICES = [row for row in ROWS if row.side == "to services"]


def answer(asked):
    def answered(head, body):
        asked.append(head)
        return Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (b"" if head.method == b"HEAD" else b"ok"))

    return answered


def heads(data):
    """The types and streams of frames, also of those that no library would read."""
    found = []
    while data:
        found.append((data[3], int.from_bytes(data[5:9], "big")))
        data = data[9 + int.from_bytes(data[:3], "big") :]
    return found


def last_stream(steps):
    return max([1, *(stream for kind, stream in heads(b"".join(steps)) if kind in (0, 1))])


def told(decoder, sent):
    """What a peer got, by stream: statuses, sizes of bodies and errors; of the connection, acknowledgements."""
    got = SimpleNamespace(statuses={}, bodies={}, resets={}, goaway=None, acknowledged=set(), ended=set())
    for found in sent:
        kind, stream = type(found).__name__, found.stream_id
        if kind == "HeadersFrame":
            fields = dict(decoder.decode(found.data))
            got.statuses.setdefault(stream, []).append(fields.get(":status", "trailers"))
        elif kind == "DataFrame":
            got.bodies[stream] = got.bodies.get(stream, 0) + len(found.data)
        elif kind == "RstStreamFrame" and found.error_code:
            got.resets[stream] = ErrorCodes(found.error_code).name
        elif kind == "GoAwayFrame":
            got.goaway = ErrorCodes(found.error_code).name
        elif kind == "WindowUpdateFrame" and stream:
            got.acknowledged.add("WINDOW")
        elif "ACK" in found.flags:
            got.acknowledged.add(kind.removesuffix("Frame").upper())
        if "END_STREAM" in found.flags:
            got.ended.add(stream)
    return got


def client_gets(row, step=None):
    asked = []
    connection, transport = connect(lane(answer(asked), max_body=1 << 16))
    for data in (row.begins or PREFACE + frame(4, b"", 0, 0), *row.steps):
        for start in range(0, len(data), step or len(data)):
            if not transport.closed:
                connection.data_received(data[start : start + (step or len(data))])
    decoder = Decoder()
    got = told(decoder, frames(transport.take()))
    if transport.closed or "connection" in row.wanted:
        return got, transport.closed, asked
    after = last_stream(row.steps) + 2
    after += 1 - after % 2
    if (7, 0) not in heads(b"".join(row.steps)):  # behind which no stream is opened
        connection.data_received(frame(3, b"\0\0\0\x08") + frame(4, b"\0\4\0\0\xff\xff", 0, 0) + head(GET, after))
        assert told(decoder, frames(transport.take())).statuses[after] == ["200"], "the connection goes on"
    return got, False, asked


@pytest.mark.parametrize("row", CLIENTS, ids=[f"{row.section}: {row.requirement}" for row in CLIENTS])
def test_what_a_client_sends(row):
    async def work():
        kind, _, what = row.wanted.partition(" ")
        got, is_closed, asked = client_gets(row, step=None if row.begins else 1)
        stream = last_stream(row.steps)
        if kind == "connection":
            assert (got.goaway, is_closed) == (what, True)
        elif kind == "stream":
            assert (got.resets, got.goaway) == ({stream: what}, None)
        elif kind == "error":
            assert what in (*got.resets.values(), got.goaway)
        elif kind == "status":
            assert got.statuses[stream][-1] == what
        else:
            assert got.statuses[stream][-1] == "200"
            assert (got.resets, got.goaway) == ({}, None)
            for word, value in zip(what.split(" ")[::2], what.split(" ")[1::2], strict=False):
                if value == "acknowledged":
                    assert word in got.acknowledged
                elif word == "with":
                    assert got.bodies.get(stream, 0) == int(value)
                elif word == "informed":
                    assert got.statuses[stream] == [value, "200"]
                elif word == "cookie":
                    assert dict(asked[0].headers)[b"cookie"] == what.removeprefix("cookie ").encode()

    asyncio.run(work())


class Writer:
    """Keeps what is written to a service."""

    def __init__(self):
        self.written = bytearray()
        self.closed = False

    def write(self, data):
        self.written += data

    async def drain(self):
        await asyncio.sleep(0)

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True


def taken(link):
    """The events of a response that have come."""
    return list(iter(link.event, h11.NEED_DATA))


async def service_gets(row):
    """What comes of a request on stream 1, and what the service got for its frames."""
    reader, writer = asyncio.StreamReader(), Writer()
    service = H2Service(SimpleNamespace(reader=reader, writer=writer), "https", lambda _: None)
    reader.feed_data(row.begins)
    if not await service.greeted(5):
        return ["failed"], told(Decoder(), frames(bytes(writer.written[24:]))), None
    link = service.link(again=False)
    await link.send(h11.Request(method="POST", target="/", headers=[("Host", "shop.example")]))
    await link.send(h11.EndOfMessage())
    events = []
    try:
        for step in row.steps:
            reader.feed_data(step)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            events += taken(link)
        while not events or not isinstance(events[-1], h11.EndOfMessage):
            await link.read()
            events += taken(link)
    except UpstreamError as problem:
        events.append(problem)
    await asyncio.sleep(0)
    link.close()
    service.close()
    return events, told(Decoder(), frames(bytes(writer.written[24:]))), link


@pytest.mark.parametrize("row", SERVICES, ids=[f"{row.section}: {row.requirement}" for row in SERVICES])
def test_what_a_service_sends(row):
    async def work():
        async with asyncio.timeout(10):
            events, got, link = await service_gets(row)
        kind, _, what = row.wanted.partition(" ")
        if kind == "failed":
            assert isinstance(events[-1], UpstreamError) or events == ["failed"]
            if what == "again":
                assert link.used
            elif what:
                assert got.goaway == what
            return
        *_, end = events
        assert isinstance(end, h11.EndOfMessage)
        assert next(event for event in events if isinstance(event, h11.Response)).status_code == 200
        for word, value in zip(what.split(" ")[::2], what.split(" ")[1::2], strict=False):
            if value == "acknowledged":
                assert word in got.acknowledged
            elif word == "with":
                assert sum(len(event.data) for event in events if isinstance(event, h11.Data)) == int(value)
            elif word == "informed":
                assert events[0].status_code == int(value)
            elif word == "trailer":
                assert value.encode() in dict(end.headers)

    asyncio.run(work())


def test_the_page_is_that_of_the_rows():
    """`python tests/helpers/http2_conformance.py` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_each_requirement_stands_once():
    rows = [(row.section, row.requirement, row.side) for row in ROWS]

    assert len(set(rows)) == len(rows)
    assert len(rows) >= 120


def test_a_head_is_a_frame():
    assert head(GET)[3:5] == bytes((1, END_HEADERS | 1))
