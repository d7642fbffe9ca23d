import asyncio
from types import SimpleNamespace

import pytest

from recproxy.proxy.connection import Connection
from recproxy.proxy.downstream import Answer
from recproxy.proxy.route import Route
from recproxy.proxy.traffic import Traffic


class Transport:
    """Keeps what is written."""

    def __init__(self):
        self.written = b""
        self.closed = False

    def get_extra_info(self, name):
        return None

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def is_reading(self):
        return True


def asked(data, answer, route=None):
    """What a client gets that sends these bytes, and the failures of its scope."""

    async def work():
        scope = SimpleNamespace(traffic=Traffic(0))
        lane = SimpleNamespace(
            spawn=never,
            scope=scope,
            connections=set(),
            forwards=False,
            max_body=100,
            owns=lambda _: False,
            answer=answer,
        )
        connection, transport = Connection(lane, route or Route("http", any_host=("*",))), Transport()
        connection.connection_made(transport)
        connection.data_received(data)
        return transport, scope.traffic.failures

    return asyncio.run(work())


def never(*_, **__):
    raise AssertionError


def test_trouble_of_our_own_is_a_500_and_fails_the_scope():
    def fail(*_, **__):
        raise KeyError("gone")

    transport, failures = asked(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", fail)

    assert transport.written.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert transport.closed
    assert failures == ["a client's request was refused with 500: a defect of recproxy: KeyError: 'gone'"]


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"NOT HTTP\r\n\r\n", b"400 Bad Request", "400: not an HTTP/1.1 request: "),
        (
            b"EHLO me\r\n",
            b"400 Bad Request",
            '400: SMTP is not spoken here: declare an endpoint with protocol = "smtp", or give the program a mail server of the test\'s own',
        ),
        (
            b"GET / HTTP/1.1\r\nX: " + b"a" * 1_100_000,
            b"431 Request Header Fields Too Large",
            "431: the request head has",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_and_fails_the_scope(data, status, said):
    transport, failures = asked(data, never)

    assert transport.written.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert [line for line in failures if said in line] == failures != []


def test_another_services_host_in_a_tunnel_is_misdirected_and_fails_the_scope():
    transport, failures = asked(
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", never, Route("https", "api.shop.example")
    )

    assert transport.written.startswith(b"HTTP/1.1 421 Misdirected Request\r\n")
    assert failures == [
        "a client's request was refused with 421: evil.example is not served on a connection opened for api.shop.example"
    ]


class Unread(Transport):
    """What is written to it stays there until it is read: the connection is told so."""

    def __init__(self, connection):
        super().__init__()
        self._connection = connection

    def write(self, data):
        super().write(data)
        self._connection.pause_writing()

    def pause_reading(self):
        """Nothing more comes."""

    def resume_reading(self):
        """More may come."""


def asked_without_reading(data, answer, **lane):
    """The connection of a client that sends these bytes and reads nothing, and its transport."""
    scope = SimpleNamespace(traffic=Traffic(0), name="t")
    more = {"connections": set(), "owns": lambda _: False, "max_body": 100}
    lane = SimpleNamespace(scope=scope, forwards=False, answer=answer, **more, **lane)
    connection = Connection(lane, Route("http", any_host=("*",)))
    transport = Unread(connection)
    connection.connection_made(transport)
    connection.data_received(data)
    return connection, transport


MANY = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(1000))


def test_answers_are_made_as_the_client_reads_them():
    made = []

    def answer(route, head, body, *, complete):
        made.append(head.target)
        return Answer(head.target)

    async def work():
        connection, transport = asked_without_reading(MANY, answer, spawn=never)
        assert made == [b"/0"]
        for _ in range(999):
            connection.resume_writing()
        return transport.written

    assert asyncio.run(work()) == b"".join(b"/%d" % number for number in range(1000))


def test_trouble_with_an_answer_that_is_made_late_is_a_500_and_the_last():
    def answer(route, head, body, *, complete):
        if head.target == b"/0":
            return Answer(b"first")
        raise KeyError("gone")

    async def work():
        connection, transport = asked_without_reading(MANY, answer, spawn=never)
        connection.resume_writing()
        return transport, connection._lane.scope.traffic.failures

    transport, failures = asyncio.run(work())
    assert transport.written.startswith(b"firstHTTP/1.1 500 Internal Server Error\r\n")
    assert transport.written.count(b"HTTP/1.1") == 1 and transport.closed
    assert failures == ["a client's request was refused with 500: a defect of recproxy: KeyError: 'gone'"]


def test_what_waits_for_a_client_to_read_is_forwarded_whole_in_its_turn():
    begun = []

    class Exchange:
        async def run(self):
            return True

    def exchange(turns, route, head, feed, **of):
        begun.append((head.target, feed.kept, feed.ended))
        return Exchange()

    async def work():
        data = b"GET /0 HTTP/1.1\r\nHost: a\r\n\r\nPUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
        connection, _ = asked_without_reading(
            data,
            lambda route, head, body, *, complete: Answer(b"first") if head.target == b"/0" else None,
            spawn=lambda work: asyncio.get_running_loop().create_task(work),
            forwarding=SimpleNamespace(exchange=exchange),
        )
        assert begun == []
        connection.resume_writing()
        assert begun == [(b"/1", b"hi", True)]

    asyncio.run(work())
