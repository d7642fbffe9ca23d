"""Targets that read what comes over a connection: from clients, from services, from tests at the control address."""

import asyncio
import atexit
import contextlib
import json
from types import SimpleNamespace

from fuzz_target import Target

from recproxy.config.profile import Endpoint, Profile, Upstream
from recproxy.http import Connecting, Incomplete, Malformed, MalformedRequest, RequestReader, sort, split_authority
from recproxy.orchestrator.control_address import _Caller as Caller
from recproxy.orchestrator.control_calls import ControlCalls
from recproxy.orchestrator.environment import LaneAddresses
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.proxy.connection import Connection
from recproxy.proxy.exchange import Exchange
from recproxy.proxy.link import Link
from recproxy.proxy.route import Route, target_of
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.upstream import Upstreams
from recproxy.recording import Recording, dump, load
from recproxy.redaction.scope import redact_scope

HOST = "a.example"
PROFILE = Profile(name="shop", endpoints=(Endpoint(protocol="http", hosts=(HOST,)),), upstream=Upstream(timeout=0))


class Broken(Exception):
    """Something that was caught on its way, and that nobody should have raised."""


class Transport(asyncio.Transport):
    """Keeps what is written, up to a megabyte."""

    def __init__(self):
        super().__init__()
        self.written = bytearray()
        self._closed = False

    def get_extra_info(self, name, default=None):
        return default

    def write(self, data):
        if len(self.written) < 1 << 20:
            self.written += data

    def writelines(self, pieces):
        for piece in pieces:
            self.write(piece)

    def get_write_buffer_size(self):
        return 0

    def close(self):
        self._closed = True

    abort = close

    def is_closing(self):
        return self._closed

    def is_reading(self):
        return True

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


class Events:
    """What a reader tells of requests."""

    def __init__(self):
        self.seen = []

    def head_received(self, head):
        self.seen.append([head.method, head.target, head.headers, head.host, b""])

    def body_received(self, piece):
        self.seen[-1][-1] += piece

    def request_ended(self, trailers):
        self.seen[-1].append(trailers)


def _read(pieces):
    events = Events()
    reader = RequestReader(events)
    with contextlib.suppress(MalformedRequest):
        for piece in pieces:
            reader.feed(piece)
    return events.seen


def requests(data):
    """The bytes of a client: whole and in pieces they are the same requests."""
    size = data[0] % 32 + 1 if data else 1
    data = data[1:]
    whole = _read([data])
    pieces = _read([data[start : start + size] for start in range(0, len(data), size)])
    assert [each for each in whole if len(each) > 5] == [each for each in pieces if len(each) > 5], "other in pieces"


def first_bytes(data):
    """The first bytes at the gateway: what was told stays so when more comes."""
    last = sort(data)
    is_http = b" HTTP/1." in data.lstrip(b"\r\n").partition(b"\n")[0]
    for size in {len(data) // 2, len(data) * 7 // 8}:
        before = sort(data[:size])
        if is_http and not isinstance(before, Incomplete):
            assert before == last or isinstance(before, Malformed | Connecting), (before, last)
    with contextlib.suppress(ValueError):
        split_authority(data.decode("latin-1"), 80)


class Lane:
    """Answers from a recording, or forwards to a service that says what it is told to."""

    def __init__(self, *, recording=None, answer=b""):
        self.connections = set()
        self.max_body = 10_000
        self.forwards = recording is None
        self.scope = OpenScope(PROFILE, "test_a", [recording] if recording else [], mode="replay")
        self.traffic = self.scope.traffic
        self.kept, self.tasks = [], set()
        self.forwarding = self
        self._answer = answer

    def owns(self, host):
        return host == HOST

    def answer(self, route, head, body, *, complete, waits=False, scope=None):
        return (scope or self.scope).answer(route, head, body, complete=complete, waits=waits)

    def forwards_large(self):
        return False

    def fail(self, line):
        self.traffic.fail(line)

    def hand_back(self, descriptor, held):
        raise Broken("handed back")

    def spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        return task

    def exchange(self, downstream, route, head, feed, *, scope, traffic):
        return Exchange(
            downstream, self, target_of(route, head), head, feed,
            traffic=traffic, scope=scope, most=10_000, keep=self._keep, shown=str,
        )  # fmt: skip

    seconds = None

    async def link(self, target, **_):
        reader = asyncio.StreamReader()
        reader.feed_data(self._answer)
        reader.feed_eof()
        return Link(reader, Writer(), absolute=False)

    give_back = Upstreams.give_back

    async def _keep(self, interaction, traffic, begun):
        self.kept.append(interaction)


class Writer:
    """Takes what is sent to the service."""

    def write(self, data):
        pass

    async def drain(self):
        pass

    def is_closing(self):
        return True

    def close(self):
        pass

    def get_extra_info(self, name):
        return None


_LOOP = asyncio.new_event_loop()
atexit.register(_LOOP.close)
_TROUBLE = []
_LOOP.set_exception_handler(lambda _, context: _TROUBLE.append(context))


async def _talk(lane, *pieces):
    connection, transport = Connection(lane, Route("http", any_host=(HOST,))), Transport()
    connection.connection_made(transport)
    for piece in pieces:
        if not transport.is_closing():
            connection.data_received(piece)
    async with asyncio.timeout(20):
        while waiting := [task for task in lane.tasks if not task.done()]:
            await asyncio.wait(waiting)
    connection.connection_lost(None)
    return bytes(transport.written)


def _check(lane):
    for task in lane.tasks:
        if not task.cancelled() and task.exception():
            raise task.exception()
    if _TROUBLE:
        trouble = _TROUBLE.pop()
        _TROUBLE.clear()
        raise trouble.get("exception") or Broken(trouble["message"])
    defects = [line for line in lane.traffic.failures if "a defect of recproxy" in line]
    if defects:
        raise Broken(defects[0])


def replay(data):
    """A recording, a zero byte, and what a client sends to its proxy."""
    text, _, sent = data.partition(b"\0")
    lane = Lane(recording=load(text))
    _LOOP.run_until_complete(_talk(lane, sent[: len(sent) // 2], sent[len(sent) // 2 :]))
    _check(lane)


SENT = (
    b"GET /a?b=1 HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"POST / HTTP/1.0\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc",
    b"PUT / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
)


def responses(data):
    """What a service answers: the request is one of four. What is kept can be written and read again."""
    lane = Lane(answer=data[1:])
    _LOOP.run_until_complete(_talk(lane, SENT[data[0] % len(SENT)] if data else SENT[0]))
    _check(lane)
    if lane.kept:
        kept = redact_scope(lane.kept, PROFILE.redaction()).interactions
        text = dump(Recording(interactions=tuple(each for each in kept if each)))
        assert dump(load(text)) == text, "written otherwise the second time"


OUTCOME = ScopeOutcome(scope="test_a", profiles={}, refused=(), strict=frozenset())


class Run:
    """A run with one lane, as the control address sees it."""

    def __init__(self):
        self.plan = SimpleNamespace(
            mode="replay",
            reach="replay",
            mode_of=lambda _: "replay",
            library=SimpleNamespace(folder="recordings"),
            project=SimpleNamespace(on_miss="fail"),
        )
        self.profiles = [PROFILE]
        self.tally = SimpleNamespace()
        self.files = SimpleNamespace(misses="misses")
        self.lanes = {}
        self.scopes = self
        self._add("default")

    def _add(self, name):
        self.lanes[name] = SimpleNamespace(scopes=[], scope="run", ending=None, addresses=LaneAddresses(1, {}))

    def environment(self, lane):
        return {"RECPROXY_LANE": lane}

    async def open_lane(self, name):
        self._add(name)

    async def close_lane(self, name):
        del self.lanes[name]

    async def begin(self, lane, name, recordings, scope_options, **_):
        scope_options.plain()
        self.lanes[lane].scopes.append(SimpleNamespace(name=name, number=1))
        return 1

    async def extend(self, lane, recordings, **_):
        pass

    async def look(self, lane, number=None):
        return OUTCOME if number in (None, 1) else None

    async def end(self, lane, number=None, **_):
        return OUTCOME if number in (None, 1) else None


async def _call(sent):
    calls, callers = set(), SimpleNamespace(add=id, discard=id)
    caller, transport = Caller(ControlCalls(Run()), lambda given: b"right" in given, calls, callers), Transport()
    caller.connection_made(transport)
    while sent:
        buffer = caller.get_buffer(-1)
        size = min(len(sent), len(buffer))
        buffer[:size] = sent[:size]
        caller.buffer_updated(size)
        sent = sent[size:]
    while calls:
        await asyncio.wait(set(calls))
    return bytes(transport.written)


def control(data):
    """What a test sends to the control address: nothing of it is answered with 500."""
    said = _LOOP.run_until_complete(_call(data))
    if b"HTTP/1.1 500 " in said:
        raise Broken(said[said.index(b"HTTP/1.1 500 ") :].partition(b"\r\n\r\n")[2][:100])


CALLS = (("PUT", "default/scope"), ("PATCH", "default/scope"), ("POST", "default/scope"), ("DELETE", "default/scope"))


def control_values(data):
    """The values of a call; the first byte chooses the call."""
    method, path = CALLS[data[-1] % len(CALLS)] if data else CALLS[0]
    head = f"{method} /lanes/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: right\r\nContent-Length: {len(data)}\r\n\r\n"
    control(head.encode() + data)


RECORDED = b"""#recproxy 2

GET https://a.example/XXX[x]?b=XXX HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

XXX[x]
=======

POST https://a.example/c HTTP/1.1
Content-Type: application/json

{"a": "XXX", "n": [1, 2]}
====
HTTP/1.1 200 OK

=======
"""
HELLO = bytes.fromhex(
    "160301005a010000560303" + "00" * 32 + "000002130101000025" + "0000000e000c0000096c6f63616c686f7374"[:36]
    + "0010000b00090868747470 2f312e31".replace(" ", "")
)  # fmt: skip
VALUES = json.dumps(
    {
        "name": "test_send",
        "recordings": {"shop": ["a.rec", "b"]},
        "default": "a/b.rec",
        "beside": "tests",
        "mode": "replay",
        "match_on": ["method", "uri"],
        "repeat": "last",
        "ignore": {"query": ["a"], "json": ["/b"]},
        "plays": {"shop": [1]},
    }
).encode()
HTTP = tuple(
    b"HTTP/1.1|HTTP/1.0|Host: a.example|Content-Length: 3|Transfer-Encoding: chunked|Connection: close|Expect: 100-continue|"
    b"Upgrade: h2c|Content-Encoding: gzip|Content-Type: multipart/form-data; boundary=b|Content-Type: application/json|"
    b"CONNECT a.example:443|http://a.example/|0|3|Trailer: a|Range: bytes=0-1|Accept-Encoding: br|Origin: https://b.example".split(
        b"|"
    )
)
WIRE = (
    Target(name="requests", run=requests, seeds=tuple(b"\x03" + each for each in SENT), tokens=HTTP),
    Target(
        name="first-bytes",
        run=first_bytes,
        seeds=(*SENT, b"CONNECT a.example:443 HTTP/1.1\r\n\r\n", b"GET http://a.example/ HTTP/1.1\r\n\r\n", HELLO),
        tokens=HTTP,
    ),
    Target(name="replay", run=replay, seeds=tuple(RECORDED + b"\0" + each for each in SENT), tokens=HTTP),
    Target(
        name="responses-of-a-service",
        run=responses,
        seeds=(
            b"\0HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n" + b'{"a": 1}',
            b"\3HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
            b"\2HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            b"\1HTTP/1.0 301 Moved\r\nLocation: /b\r\nSet-Cookie: a=b\r\n\r\nbody",
        ),
        tokens=HTTP,
    ),
    Target(
        name="control-address",
        run=control,
        seeds=(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer right\r\n\r\n",
            b"POST /lanes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer right\r\nContent-Length: 2\r\n\r\n{}",
            b"DELETE /lanes/default/scope/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer right\r\n\r\n",
            b"DELETE /lanes/default HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer right\r\n\r\n",
        ),
        tokens=(b"Authorization: Bearer right\r\n", b"/lanes/default/scope/1", b"PATCH ", b"PUT ", *HTTP),
    ),
    Target(name="control-values", run=control_values, seeds=(VALUES,), tree="json"),
)
