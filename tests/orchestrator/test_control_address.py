"""The control address over real HTTP, before an orchestrator of our own."""

import asyncio
import contextlib
import json
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from deadlines import seconds

from recproxy.config.profile import Endpoint, Profile
from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.errors import RecordingNotFound
from recproxy.orchestrator.control_address import ControlAddress, _Caller
from recproxy.orchestrator.environment import LaneAddresses
from recproxy.orchestrator.gateway import listener
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.report import Tally

#: The headers of a request that another page than one of loopback makes.
WEB_PAGE = "Host: localhost\r\nOrigin: http://evil.example\r\nSec-Fetch-Site: cross-site"
MISS = Missed(method="GET", url="https://a/", text="no", differences=(("query", "1", "2"),), closest="a.rec:3")
OUTCOME = ScopeOutcome(
    scope="test_a",
    profiles={
        "shop": Outcome(
            scope="test_a",
            played=2,
            recorded=1,
            missed=(MISS,),
            unused=(Unused(where="a.rec:9", request="GET https://a/b", position=1),),
            plays=(2, 0),
            requests=("GET https://a/",),
            notes=("a note",),
            failures=("GET https://a/: gone",),
        ),
        "bank": Outcome(scope="test_a", played=1),
    },
    refused=(Missed(method="CONNECT", url="b.example:443", text="refused"),),
    strict=frozenset(("shop",)),
)


class Orchestrator:
    """Has one lane and remembers what it was asked."""

    is_ready = True

    def __init__(self):
        self.plan = SimpleNamespace(
            mode="replay",
            reach="replay",
            mode_of=lambda profile: "replay",
            library=SimpleNamespace(folder=Path("rec")),
            project=SimpleNamespace(on_miss="fail"),
        )
        self.profiles = [Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),))]
        self.lanes = {}
        self.tally = Tally()
        self.files = SimpleNamespace(misses=Path("misses"))
        self.asked = []
        self.scopes = Scopes(self)
        self._lane("default")

    def _lane(self, name):
        self.lanes[name] = SimpleNamespace(
            scopes=[],
            scope="run",
            ending=None,
            addresses=LaneAddresses(1, {"SHOP_BASE_URL": 2}),
            recorded_at=lambda number, *, can_set: None,
        )

    def environment(self, lane):
        return {"RECPROXY_LANE": lane}

    async def open_lane(self, name):
        self._lane(name)

    async def close_lane(self, name):
        del self.lanes[name]


class Scopes:
    """Opens whatever it is asked for."""

    def __init__(self, orchestrator):
        self._lanes, self._asked = orchestrator.lanes, orchestrator.asked

    async def begin(self, lane, name, recordings, scope_options, **options):
        if "gone.rec" in recordings.get("shop", ()):
            raise RecordingNotFound("recording 'gone.rec' does not exist")
        said = {key: value for key, value in options.items() if value}
        self._asked.append((name, recordings, said | scope_options.plain()))
        self._lanes[lane].scopes.append(SimpleNamespace(name=name, number=len(self._lanes[lane].scopes) + 1))
        self._lanes[lane].scope = name
        return self._lanes[lane].scopes[-1].number

    async def extend(self, lane, recordings, *, beside=None):
        self._asked.append(("extend", recordings, {"beside": beside}))
        if "ended.rec" in recordings.get("shop", ()):  # by another call, meanwhile
            self._lanes[lane].scopes.clear()

    async def look(self, lane, number=None):
        return OUTCOME if number in (None, 1) else None

    async def end(self, lane, number=None, *, passed):
        if not self._lanes[lane].scopes or number not in (None, 1):
            return None
        self._asked.append(("end", number, passed))
        self._lanes[lane].scopes.pop()
        return OUTCOME


class Caller:
    """A client of a control address on one connection."""

    def __init__(self, reader, writer, token):
        self._reader = reader
        self._writer = writer
        self._token = token

    async def call(self, method, path, value=None, *, token=None):
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        await self.send(method, path, body, token)
        return await self.answer()

    async def send(self, method, path, body=b"", token=None):
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nAuthorization: "
        self._writer.write(head.encode() + (token or f"Bearer {self._token}").encode() + b"\r\n\r\n" + body)

    async def answer(self):
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        return int(head.split()[1]), json.loads(await self._reader.readexactly(length))

    async def rest(self):
        return await self._reader.read()

    @contextlib.asynccontextmanager
    async def beside(self):
        """A client on another connection of this address."""
        reader, writer = await asyncio.open_connection(*self._writer.get_extra_info("peername"))
        yield Caller(reader, writer, self._token)
        writer.close()

    async def closed_beside(self):
        """Wait until another connection of this address, whose one call needs no token, is closed."""
        async with self.beside() as other:
            await other.call("GET", "/health", token="Bearer wrong")
            await other.rest()


def run(work, *, orchestrator=Orchestrator, **options):
    """Run `work(caller, orchestrator)`."""
    made = orchestrator

    async def ran():
        orchestrator = made()
        address = orchestrator.address = ControlAddress(orchestrator, listener(), **options)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.url.rpartition(":")[2]))
        try:
            async with asyncio.timeout(seconds(20)):
                await work(Caller(reader, writer, address.token), orchestrator)
        finally:
            writer.close()
            await writer.wait_closed()
            await address.close()

    asyncio.run(ran())


def expect(method, path, value, wanted):
    async def work(caller, orchestrator):
        assert await caller.call(method, path, value) == wanted

    run(work)


@pytest.mark.parametrize("token", ["Bearer wrong", "Basic x", "Bearer "])
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/lanes"), ("GET", "/no/such/call")])
def test_nothing_is_answered_without_the_token(method, path, token):
    async def work(caller, orchestrator):
        status, said = await caller.call(method, path, token=token)
        assert (status, said) == (401, {"error": "send the header Authorization: Bearer $RECPROXY_TOKEN"})
        assert list(orchestrator.lanes) == ["default"]

    run(work)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_name_of_the_scheme_is_read_in_any_case(scheme):
    async def work(caller, orchestrator):
        status, _ = await caller.call("GET", "/", token=f"{scheme} {caller._token}")
        assert status == 200

    run(work)


def test_the_status_says_what_runs_where():
    async def work(caller, orchestrator):
        status, said = await caller.call("GET", "/")
        assert status == 200
        assert said.pop("version")
        assert said == {
            "mode": "replay",
            "on_miss": "fail",
            "recordings": "rec",
            "misses": "misses",
            "profiles": {"shop": {"hosts": ["shop.example"], "mode": "replay"}},
            "lanes": ["default"],
            "addresses": {"default": {"gateway": "http://127.0.0.1:1", "SHOP_BASE_URL": "http://127.0.0.1:2"}},
        }

    run(work)


def test_a_lane_is_opened_with_an_environment_and_closed():
    async def work(caller, orchestrator):
        assert await caller.call("POST", "/lanes", {"lane": "gw 0"}) == (
            201,
            {"lane": "gw 0", "environment": {"RECPROXY_LANE": "gw 0"}},
        )
        assert await caller.call("DELETE", "/lanes/gw%200") == (200, {})
        assert list(orchestrator.lanes) == ["default"]

    run(work)


def test_a_lane_without_a_name_gets_one():
    async def work(caller, orchestrator):
        status, said = await caller.call("POST", "/lanes")
        assert status == 201
        assert said["lane"] in orchestrator.lanes

    run(work)


def test_a_scope_begins_with_what_was_said_and_ends_with_its_outcome():
    async def work(caller, orchestrator):
        said = {
            "name": "test_a",
            "recordings": {"shop": "a.rec", "bank": ["b.rec", "c.rec"]},
            "default": "m/test_a.rec",
            "beside": "tests",
            "mode": "replay",
            "match_on": ["method"],
            "repeat": "miss",
            "ignore": {"query": "key", "json": ["/nonce"]},
        }
        assert await caller.call("PUT", "/lanes/default/scope", said) == (
            200,
            {"lane": "default", "name": "test_a", "number": 1, "profiles": 1, "recorded_at": None},
        )
        assert (await caller.call("POST", "/lanes/default/scope", {"name": "inner"}))[0] == 200
        assert (await caller.call("PATCH", "/lanes/default/scope", {"recordings": {"shop": "d.rec"}}))[0] == 200
        assert (
            await caller.call("DELETE", "/lanes/default/scope", {"passed": False, "result": "skipped", "told": True})
        )[0] == 200
        assert (await caller.call("DELETE", "/lanes/default/scope/1"))[0] == 200
        assert orchestrator.asked == [
            (
                "test_a",
                {"shop": ["a.rec"], "bank": ["b.rec", "c.rec"]},
                {
                    "default": "m/test_a.rec",
                    "beside": Path("tests"),
                    "match_on": ("method",),
                    "repeat": "miss",
                    "ignore": {"query": ("key",), "json": ("/nonce",)},
                    "mode": "replay",
                },
            ),
            ("inner", {}, {"inner": True}),
            ("extend", {"shop": ["d.rec"]}, {"beside": None}),
            ("end", None, False),
            ("end", 1, True),
        ]

    run(work)


def test_a_scope_that_ends_while_it_is_extended_is_named():
    async def work(caller, orchestrator):
        await caller.call("PUT", "/lanes/default/scope", {"name": "test"})
        answer = await caller.call("PATCH", "/lanes/default/scope", {"recordings": {"shop": "ended.rec"}})
        assert answer == (200, {"lane": "default", "name": "test", "number": 1, "profiles": 1, "recorded_at": None})

    run(work)


def test_an_outcome_is_plain_json():
    wanted = {
        "name": "test_a",
        "played": 3,
        "recorded": 1,
        "missed": [
            {
                "profile": "shop",
                "method": "GET",
                "url": "https://a/",
                "text": "no",
                "closest": "a.rec:3",
                "differences": [{"field": "query", "wanted": "1", "got": "2"}],
            },
            {
                "profile": None,
                "method": "CONNECT",
                "url": "b.example:443",
                "text": "refused",
                "closest": None,
                "differences": [],
            },
        ],
        "unused": [{"profile": "shop", "where": "a.rec:9", "request": "GET https://a/b", "fails": True, "position": 1}],
        "failed": [{"profile": "shop", "text": "GET https://a/: gone"}],
    }

    async def work(caller, orchestrator):
        status, said = await caller.call("GET", "/lanes/default/scope")
        assert status == 200
        assert {key: said[key] for key in wanted} == wanted
        assert said["profiles"]["shop"]["plays"] == [2, 0]
        assert said["profiles"]["shop"]["notes"] == ["a note"]

    run(work)


@pytest.mark.parametrize(
    ("method", "path", "value", "status", "said"),
    [
        ("GET", "/nowhere", None, 404, "no such call: GET /nowhere"),
        ("POST", "/", None, 405, "POST is not allowed here: use GET"),
        ("GET", "/lanes", None, 405, "GET is not allowed here: use POST"),
        ("DELETE", "/lanes/gw9", None, 404, "lane 'gw9' is not open: open lanes are default"),
        ("PUT", "/lanes/gw9/scope", {"name": "x"}, 404, "lane 'gw9' is not open: open lanes are default"),
        ("DELETE", "/lanes/default/scope", {"result": "odd"}, 400, "result must be skipped, xfailed or xpassed"),
        ("DELETE", "/lanes/default/scope", None, 404, "no scope is open in lane 'default': begin one with PUT"),
        ("DELETE", "/lanes/default/scope/7", None, 404, "no scope 7 is open in lane 'default': use the number that"),
        ("GET", "/lanes/default/scope/x", None, 404, "no scope x is open in lane 'default': use the number that"),
        ("PATCH", "/lanes/default/scope/1", None, 405, "PATCH is not allowed here: use GET or DELETE"),
        ("PUT", "/lanes/default/scope", {}, 400, "name is missing"),
        ("PUT", "/lanes/default/scope", {"name": 1}, 400, "name must be a string"),
        ("PUT", "/lanes/default/scope", b"{", 400, "the body is not JSON: "),
        ("PUT", "/lanes/default/scope", [], 400, "the body must be a JSON object"),
        ("PUT", "/lanes/default/scope", {"nam": "x"}, 400, "unknown key 'nam': known are name, "),
        ("PUT", "/lanes/default/scope", {"name": "a\ud800"}, 400, "name must be text that UTF-8 has"),
        ("PUT", "/lanes/default/scope", b'{"a": ' + b"[" * 100_000, 400, "the body is nested too deeply"),
        ("PUT", "/lanes/default/scope", {"name": "x", "default": "a" * 300}, 400, "default is too long for a path"),
        ("PUT", "/lanes/default/scope", {"name": "x", "default": "a\0"}, 400, "default is too long for a path"),
        ("PUT", "/lanes/default/scope", {"name": "x", "beside": "/" + "a/" * 3000}, 400, "beside is too long for a"),
        (
            "PUT",
            "/lanes/default/scope",
            {"name": "x", "recordings": {"a": "\ud800"}},
            400,
            "recordings.a must be a path",
        ),
        ("PUT", "/lanes/default/scope", {"name": "x", "ignore": {"query": "\udc80"}}, 400, "ignore.query must be text"),
        ("PUT", "/lanes/default/scope", {"name": "x", "match_on": ["\udc80"]}, 400, "match_on must be text"),
        ("POST", "/lanes", {"lane": "\ud800"}, 400, "lane must be text that UTF-8 has"),
        ("DELETE", f"/lanes/default/scope/{'9' * 5000}", None, 404, "no scope 999"),
        (
            "PUT",
            "/lanes/default/scope",
            {"name": "x", "mode": "record"},
            400,
            "mode 'record' is not possible in a run in",
        ),
        ("PUT", "/lanes/default/scope", {"name": "x", "repeat": "never"}, 400, "repeat 'never' is not known"),
        ("PUT", "/lanes/default/scope", {"name": "x", "ignore": {"path": ["a"]}}, 400, "ignore must be an object"),
        ("PUT", "/lanes/default/scope", {"name": "x", "default": "../a.rec"}, 400, "default '../a.rec' must be a path"),
        ("PUT", "/lanes/default/scope", {"name": "x", "default": "/a.rec"}, 400, "default '/a.rec' must be a path"),
        ("PUT", "/lanes/default/scope", {"name": "x", "recordings": ["a"]}, 400, "recordings must be an object"),
        ("PUT", "/lanes/default/scope", {"name": "x", "recordings": {"a": 1}}, 400, "recordings.a must be a string or"),
        ("PUT", "/lanes/default/scope", {"name": "x", "match_on": [1]}, 400, "match_on must be a string or a list"),
        (
            "PUT",
            "/lanes/default/scope",
            {"name": "x", "recordings": {"shop": "gone.rec"}},
            400,
            "recording 'gone.rec' does",
        ),
    ],
)
def test_what_is_wrong_is_said(method, path, value, status, said):
    async def work(caller, orchestrator):
        if value == []:
            got = await caller.call(method, path, b"[]")
        else:
            got = await caller.call(method, path, value)
        assert got[0] == status
        assert got[1]["error"].startswith(said)

    run(work)


def test_an_error_for_the_user_says_its_kind():
    value = {"name": "x", "recordings": {"shop": "gone.rec"}}
    expect(
        *("PUT", "/lanes/default/scope", value),
        (400, {"error": "recording 'gone.rec' does not exist", "kind": "RecordingNotFound"}),
    )


def test_calls_on_one_connection_are_answered_in_order():
    async def work(caller, orchestrator):
        await caller.send("POST", "/lanes", b'{"lane": "a"}')
        await caller.send("GET", "/")
        await caller.send("GET", "/nowhere")
        assert [(await caller.answer())[0] for _ in range(3)] == [201, 200, 404]

    run(work)


def test_a_body_that_is_too_large_and_rubbish_end_the_connection():
    async def large(caller, orchestrator):
        assert (await caller.call("PUT", "/lanes/default/scope", b"x" * 1_100_000))[0] == 400

    async def rubbish(caller, orchestrator):
        caller._writer.write(b"\x00\x01\r\n\r\n")
        assert (await caller.answer())[0] == 400
        assert await caller.rest() == b""

    run(large)
    run(rubbish)


def test_who_waits_for_it_is_told_to_go_on():
    async def work(caller, orchestrator):
        head = b"POST /lanes HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\nAuthorization: Bearer %s\r\n\r\n"
        caller._writer.write(head % caller._token.encode())
        assert await caller._reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        caller._writer.write(b"{}")
        assert (await caller.answer())[0] == 201

    run(work)


def test_who_has_the_token_may_be_silent_while_others_are_closed():
    async def work(caller, orchestrator):
        assert (await caller.call("GET", "/"))[0] == 200
        for _ in range(3):  # each is closed by a sweep of all connections
            await caller.closed_beside()
        assert (await caller.call("GET", "/"))[0] == 200

    run(work, idle_seconds=0.01)


def test_a_caller_that_does_not_read_its_answers_is_not_answered_without_end():
    answered = []

    class Large(Orchestrator):
        """Has an answer that no socket holds many of."""

        @property
        def profiles(self):
            answered.append(None)
            return [Profile(name="shop", endpoints=(Endpoint(hosts=("x" * 1_000_000,)),))]

        @profiles.setter
        def profiles(self, value):
            """Stays large."""

    async def work(caller, orchestrator):
        for _ in range(100):
            await caller.send("GET", "/")
        async with caller.beside() as other:
            for _ in range(300):  # the calls of the first would take their turns between these
                assert (await other.call("GET", "/health"))[0] == 200

        assert len(answered) < 50
        for _ in range(100):
            assert (await caller.answer())[0] == 200
        assert len(answered) == 100

    run(work, orchestrator=Large)


def test_what_is_no_call_is_answered_behind_the_calls_before_it():
    async def work(caller, orchestrator):
        await caller.send("GET", "/")
        caller._writer.write(b"NO HTTP\r\n\r\n")

        assert (await caller.answer())[0] == 200
        assert (await caller.answer())[0] == 400
        assert await caller.rest() == b""

    run(work)


def test_nothing_is_done_behind_the_last_call_of_a_connection():
    async def work(caller, orchestrator):
        caller._writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await caller.send("POST", "/lanes", b'{"lane": "late"}')

        assert (await caller.answer())[0] == 200
        assert await caller.rest() == b""
        assert list(orchestrator.lanes) == ["default"]

    run(work)


#: The callers that are kept, those that have gone included.
_KEPT = weakref.WeakSet()


@pytest.fixture(autouse=True)
def _noted(monkeypatch):
    begin = _Caller.__init__

    def noted(self, *words, **options):
        _KEPT.add(self)
        begin(self, *words, **options)

    monkeypatch.setattr(_Caller, "__init__", noted)


def held(address):
    """What is kept for the callers of an address: bytes of bodies, and calls that wait."""
    kept = [each for each in _KEPT if each._callers is address._callers]
    assert kept
    return sum(len(each._body) for each in kept), sum(len(each._waiting) for each in kept)


async def send_large(caller, start, address):
    """Send a request with a body of a million bytes; nothing of it is kept while it comes."""
    caller._writer.write(f"{start}\r\nContent-Length: 1000000\r\n\r\n".encode() + bytes(900_000))
    await caller._writer.drain()
    async with caller.beside() as other:
        for _ in range(20):  # what was sent is read between these
            assert (await other.call("GET", "/"))[0] == 200
            assert held(address) == (0, 0)
    caller._writer.write(bytes(100_000))


@pytest.mark.parametrize(
    "head", ["Host: localhost", "Host: localhost\r\nAuthorization: Bearer no", "Host: evil.example", WEB_PAGE]
)
def test_nothing_of_a_body_is_kept_for_who_may_not_ask(head):
    async def work(caller, orchestrator):
        await send_large(caller, f"PUT /lanes/default/scope HTTP/1.1\r\n{head}", orchestrator.address)
        assert (await caller.answer())[0] in (401, 403, 421)
        assert await caller.rest() == b""

    run(work)


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_nothing_is_kept_of_a_body_where_none_is_asked_for(path):
    async def work(caller, orchestrator):
        await send_large(caller, f"GET {path} HTTP/1.1\r\nHost: localhost", orchestrator.address)
        assert (await caller.answer())[0] == 200

    run(work)


def test_who_has_no_token_and_waits_for_it_is_told_before_the_body():
    async def work(caller, orchestrator):
        caller._writer.write(
            b"POST /lanes HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert (await caller.answer())[0] == 401
        assert await caller.rest() == b""

    run(work)


@pytest.mark.parametrize(("path", "answers"), [("/", [401]), ("/health", [200] * 17 + [400])])
def test_calls_ahead_without_the_token_are_few(path, answers):
    async def work(caller, orchestrator):
        caller._writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 1000)
        assert [(await caller.answer())[0] for _ in answers] == answers
        assert await caller.rest() == b""

    run(work)


def test_a_head_is_bounded():
    async def work(caller, orchestrator):
        caller._writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 20_000)
        assert (await caller.answer())[0] == 400

    run(work)


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_whether_the_run_is_up_can_be_asked_with_head(path):
    async def work(caller, orchestrator):
        caller._writer.write(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await caller.rest()).partition(b"\r\n\r\n")
        assert (head.split(b"\r\n")[0], body) == (b"HTTP/1.1 200 OK", b"")

    run(work)
