import asyncio

import pytest
from h2_client import GET, Client, connect, frames, lane
from http2_conformance import PREFACE, frame, head, reset

from recproxy.http import Prepared
from recproxy.proxy.downstream import Answer
from recproxy.proxy.pacing import PacedAnswer
from recproxy.recording import Response


def prepared(**fields):
    def answer(head, body):
        response = Response(status=200, **fields)
        takes = {"head_only": head.method == b"HEAD", "http10": False, "keep_alive": True, "coded": True}
        return Answer(*Prepared(response).form(**takes, http2=True))

    return answer


def run(work):
    async def bounded():
        async with asyncio.timeout(10):
            await work()

    asyncio.run(bounded())


def test_a_request_is_answered_and_both_are_as_any_other():
    asked = []

    def answer(head, body):
        asked.append((head.method, head.target, head.host, head.headers, body))
        return Answer(b"HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", close=True)

    async def work():
        client = Client(lane(answer))
        fields = [
            (":method", "POST"),
            (":scheme", "https"),
            (":path", "/a?b=\xe4"),
            (":authority", "shop.example"),
            ("cookie", "a=1"),
            ("x-b", "c"),
            ("cookie", "d=2"),
        ]
        stream = client.ask(fields, b"body")

        assert client.heads[stream] == {":status": "201", "x-a": "b", "content-length": "2"}
        assert client.bodies[stream] == b"ok"
        assert stream in client.ended
        headers = ((b"host", b"shop.example"), (b"cookie", b"a=1; d=2"), (b"x-b", b"c"))
        assert asked == [(b"POST", b"/a?b=%C3%A4", b"shop.example", headers, b"body")]

    run(work)


def test_trailers_of_a_recording_come_behind_the_body_and_no_length_is_made_up():
    async def work():
        response = {
            "headers": ((b"grpc-encoding", b"identity"),),
            "body": b"abc",
            "trailers": ((b"Grpc-Status", b"0"),),
        }
        client = Client(lane(prepared(**response)))
        stream = client.ask()

        assert client.heads[stream] == {":status": "200", "grpc-encoding": "identity"}
        assert (client.bodies[stream], client.trailers[stream]) == (b"abc", {"grpc-status": "0"})

    run(work)


def test_an_answer_without_a_body_ends_with_its_head():
    async def work():
        client = Client(lane(prepared(headers=((b"grpc-status", b"5"),))))
        stream = client.ask()
        head = next(event for event in client.events if type(event).__name__ == "ResponseReceived")

        assert head.stream_ended is not None
        assert stream not in client.bodies

    run(work)


def test_large_answers_share_the_connection_and_wait_for_windows():
    async def work():
        client = Client(lane(prepared(body=b"x" * 1_000_000)))
        client.acknowledges = False
        streams = [client.ask() for _ in range(3)]

        assert sum(len(body) for body in client.bodies.values()) == 65535
        assert min(len(client.bodies.get(each, b"")) for each in streams[:1]) > 0
        client.acknowledges = True
        client.h2.increment_flow_control_window(65535)
        for each in streams:
            client.h2.increment_flow_control_window(65535, each)
        client.exchange()
        assert {len(client.bodies[each]) for each in streams} == {1_000_000}
        assert client.ended == set(streams)

    run(work)


def test_a_paced_answer_comes_in_pieces_and_a_truncated_one_is_a_reset():
    def answer(head, body):
        if head.target == b"/cut":
            pieces = ((0.0, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), (0.0, b"ab"))
            return PacedAnswer(pieces, close=True)
        return PacedAnswer(
            ((0.0, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"), (0.0, b"a\r\n0\r\n\r\n"))
        )

    async def work():
        client = Client(lane(answer))
        whole = client.ask()
        cut = client.ask([*GET[:3], (":path", "/cut")])
        while whole not in client.ended or cut not in client.resets:
            await asyncio.sleep(0)
            client.exchange()

        assert client.bodies == {whole: b"a", cut: b"ab"}
        assert client.resets == {cut: 2}

    run(work)


def test_a_miss_that_resets_is_a_reset_of_its_stream():
    async def work():
        client = Client(lane(lambda head, _: Answer(b"", reset=True)))
        streams = [client.ask(), client.ask()]

        assert client.resets == dict.fromkeys(streams, 2)
        assert not client.transport.closed

    run(work)


def test_a_thousand_streams_are_answered_over_one_connection():
    async def work():
        asked = []

        def answer(head, body):
            asked.append(head.target)
            return Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        client = Client(lane(answer))
        streams = [client.ask([*GET[:3], (":path", f"/{number}")]) for number in range(1000)]

        assert client.ended == set(streams)
        assert set(client.bodies.values()) == {b"ok"}
        assert asked == [b"/%d" % number for number in range(1000)]
        assert client.connection.is_idle

    run(work)


def test_requests_that_are_reset_before_they_are_answered_end_the_connection():
    async def work():
        served = lane(lambda *_: Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        connection, transport = connect(served)
        connection.data_received(PREFACE + frame(4, b"", 0, 0))
        burst = b"".join(head(stream=number) + reset(number) for number in range(1, 2101, 2))
        connection.data_received(burst)

        assert transport.closed
        assert frames(transport.take())[-1].error_code == 11
        assert served.scope.traffic.failures == [
            "a client's connection of HTTP/2 was ended: too many frames that lead to nothing, at last of RST_STREAM"
        ]
        assert connection.is_idle

    run(work)


class Feeds:
    """A service that takes nothing of a body before it is told to."""

    def __init__(self):
        self.feeds = []

    def exchange(self, downstream, route, head, feed, **_):
        self.feeds.append(feed)
        return Silent(downstream, feed)


class Silent:
    def __init__(self, downstream, feed):
        self.downstream, self.feed = downstream, feed

    async def run(self):
        size = 0
        while (piece := await self.feed.next()) is not None:
            size += len(piece)
        self.downstream.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        return True

    def drop(self):
        pass


def test_an_upload_that_the_service_does_not_take_stops_at_its_window():
    async def work():
        forwarding = Feeds()
        client = Client(lane(None, forwarding=forwarding))
        stream = client.h2.get_next_available_stream_id()
        client.h2.send_headers(stream, [(":method", "POST"), *GET[1:]])
        sent = 0
        while room := min(client.h2.local_flow_control_window(stream), 16384):
            client.h2.send_data(stream, b"x" * room)
            sent += room
            client.exchange()

        (feed,) = forwarding.feeds
        assert feed.size == sent
        assert (1 << 18) < sent <= (1 << 19) + 65535
        other = client.ask()  # others are asked all the same
        assert len(forwarding.feeds) == 2
        while other not in client.ended or not client.h2.local_flow_control_window(stream):
            await asyncio.sleep(0)
            client.exchange()
        client.h2.end_stream(stream)
        client.exchange()
        while stream not in client.ended:
            await asyncio.sleep(0)
            client.exchange()

    run(work)


def test_a_connection_that_retires_answers_what_is_open_and_takes_nothing_new():
    async def work():
        client = Client(lane(lambda *_: Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))
        stream = client.ask([(":method", "POST"), *GET[1:]], ends=False)
        client.connection.retire()
        leaving = frames(client.transport.take())
        assert [(type(each).__name__, each.error_code, each.last_stream_id) for each in leaving] == [
            ("GoAwayFrame", 0, stream)
        ]
        assert not client.transport.closed

        later = client.ask()
        assert client.resets == {later: 7}
        client.h2.end_stream(stream)
        client.exchange()
        assert client.bodies == {stream: b"ok"}
        assert client.transport.closed

    run(work)


@pytest.mark.parametrize("fields", [{}, {"sslcontext": object()}], ids=["in plain", "in TLS"])
def test_a_client_that_sends_no_more_gets_its_answers_where_it_can(fields):
    async def work():
        forwarding = Feeds()
        client = Client(lane(None, forwarding=forwarding))
        client.transport.get_extra_info = lambda name, default=None: fields.get(name, default)
        stream = client.ask()
        assert client.connection.eof_received() is not bool(fields)
        while stream not in client.ended:
            await asyncio.sleep(0)
            client.exchange()
        assert client.transport.closed

    run(work)


def test_a_lost_connection_loses_its_streams():
    async def work():
        client = Client(lane(None, forwarding=Feeds()))
        client.ask([(":method", "POST"), *GET[1:]], ends=False)
        client.connection.connection_lost(None)

        assert client.connection.is_idle

    run(work)
