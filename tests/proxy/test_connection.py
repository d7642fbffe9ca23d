import asyncio
from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile, ReplayTable
from recproxy.play.hooks import NO_HOOKS, Hooks
from recproxy.proxy.connection import Connection
from recproxy.proxy.downstream import Answer, LateForm, Work
from recproxy.proxy.route import Route
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.traffic import Traffic
from recproxy.recording import load


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


def tasks(work):
    return asyncio.get_running_loop().create_task(work)


async def read_all(connection):
    """The client reads, until nothing more comes."""
    while connection._turns.holds or not connection.is_idle:
        if connection._turns._readable.is_set():
            await asyncio.sleep(0)
        else:
            connection.resume_writing()


def test_what_answers_is_decided_at_once_and_its_bytes_are_made_as_the_client_reads_them():
    decided, made = [], []

    def answer(route, head, body, *, complete, waits, scope):
        def make():
            made.append(head.target)
            return Answer(head.target)

        decided.append(head.target)
        return LateForm(make, never) if waits else make()

    async def work():
        connection, transport = asked_without_reading(MANY, answer, spawn=tasks)
        assert (len(decided), made) == (1000, [b"/0"])
        await read_all(connection)
        return transport.written

    assert asyncio.run(work()) == b"".join(b"/%d" % number for number in range(1000))


def test_trouble_with_an_answer_that_waits_is_a_500_and_the_last():
    def answer(route, head, body, *, complete, waits, scope):
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


def played(name, *, hooks=NO_HOOKS, **table):
    """A scope with a recording that says its name, and its own answers to nine requests."""
    endpoint = Endpoint(hosts=("a",), base_url="A_BASE_URL")
    text = "".join(f"GET http://a/{n} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{name}{n};\n=======\n\n" for n in range(9))
    recording = load(("#recproxy 2\n\n" + text).encode(), path=f"{name}.rec")
    return OpenScope(Profile(name="a", endpoints=(endpoint,), **table), name, [recording], hooks=hooks)


@pytest.mark.parametrize("goes", [False, True], ids=["reads late", "goes away"])
@pytest.mark.parametrize(
    "options", [{}, {"replay": ReplayTable(pace="recorded")}, {"hooks": Hooks(respond=lambda _, recorded: recorded)}],
    ids=["plain", "paced", "hook"],
)  # fmt: skip
def test_what_has_come_when_a_scope_ends_is_answered_and_counted_in_it(options, goes):
    async def work():
        ended, begun = played("old", **options), played("next", **options)
        lane = SimpleNamespace(
            spawn=tasks, scope=ended, connections=set(), forwards=False, max_body=100, owns=lambda _: False
        )

        def answer(*request, scope, **how):
            return lane.scope.answer(*request, **how)

        lane.answer = answer
        connection = Connection(lane, Route("http", any_host=("a",)))
        transport = Unread(connection)
        connection.connection_made(transport)
        connection.data_received(MANY[: MANY.index(b"GET /5")] + b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n")
        lane.scope = begun
        counted = ended.outcome()
        if goes:
            connection.connection_lost(None)
        else:
            await read_all(connection)
        return transport.written, counted, begun.outcome()

    written, counted, after = asyncio.run(work())
    assert (counted.played, len(counted.missed), len(counted.unused)) == (5, 1, 4)
    assert (after.played, len(after.missed)) == (0, 0)
    assert goes or [written.count(b"old%d;" % n) for n in range(6)] == [1, 1, 1, 1, 1, 0]
    assert b"next" not in written and (goes or b"599 Not Recorded" in written)


@pytest.mark.parametrize("goes", [False, True], ids=["reads late", "goes away"])
def test_what_waits_for_a_client_to_read_is_forwarded_whole_in_its_turn_and_its_scope_waits(goes):
    begun = []
    of = Traffic(0)

    class Exchange(Work):
        def __init__(self):
            of.begin()

        async def run(self):
            begun.append("run")
            return True

        def drop(self):
            of.end(0)

    def exchange(turns, route, head, feed, *, scope, traffic):
        begun.append((head.target, feed.kept, feed.ended, scope))
        return Exchange()

    async def work():
        data = b"GET /0 HTTP/1.1\r\nHost: a\r\n\r\nPUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
        connection, _ = asked_without_reading(
            data,
            lambda route, head, body, **_: Answer(b"first") if head.target == b"/0" else None,
            spawn=tasks,
            forwarding=SimpleNamespace(exchange=exchange),
        )
        assert begun == [(b"/1", b"hi", True, "t")] and of.busy
        connection._lane.scope = SimpleNamespace(traffic=Traffic(1), name="next")
        connection.resume_writing()
        if goes:
            connection.connection_lost(None)  # before the first step of what answers
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (begun[1:], of.busy) == ([] if goes else ["run"], False)

    asyncio.run(work())


@pytest.mark.parametrize("close", [False, True])
def test_a_large_answer_is_written_in_pieces_as_its_client_reads(close):
    large = bytes(range(256)) * 5000

    async def work():
        connection, transport = asked_without_reading(
            MANY[: MANY.index(b"GET /2")], lambda *_, **__: Answer(large, close), spawn=never
        )
        sizes = [len(transport.written)]
        while connection._turns.holds and not transport.closed:
            connection.resume_writing()
            sizes.append(len(transport.written) - sum(sizes))
        return transport, sizes

    transport, sizes = asyncio.run(work())
    assert transport.written == large * (1 if close else 2) and transport.closed is close
    assert max(sizes) <= 1 << 18


def test_what_follows_a_request_that_is_the_last_is_no_request_however_slowly_its_client_reads():
    def answer(route, head, body, *, complete, waits, scope):
        return Answer(head.target, close=not head.keep_alive)

    async def work():
        last = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        data = b"GET /0 HTTP/1.1\r\nHost: a\r\n\r\n" + last + MANY + b"NOT HTTP\r\n\r\n"
        connection, transport = asked_without_reading(data, answer, spawn=never)
        connection.resume_writing()
        return transport, connection._lane.scope.traffic.failures

    transport, failures = asyncio.run(work())
    assert (transport.written, transport.closed, failures) == (b"/0/last", True, [])
