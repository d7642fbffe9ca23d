"""A scripted peer on both sides of a proxy's lane: what a client and a service do, step by step, and what each sees.

A row is a dict. Its `steps` are tuples, done one after the other over real TCP on loopback:

    ("client", "sends", bytes)      connects at its first step; "client 2" is another client
    ("client", "sees", bytes)       exactly these bytes come next
    ("client", "sees end")          the connection ends, with nothing before that was not named
    ("client", "sees reset")        it breaks off
    ("client", "ignores the rest")  what comes now is not named
    ("client", "half-closes" | "closes" | "resets" | "stops reading" | "reads on")
    ("service", ...)                the same; "service 2" is the second connection that the proxy opens to it
    ("scope", "is quiet")              nothing is under way that its end would wait for
    ("scope", "waits no longer")       it has ended, and clients that send no more are dropped
    ("scope", "was left")              it has ended
    ("scope", "ends")                  it does, and the one of no test goes on, which has no recordings
    ("scope", "ends and waits")        it ends, and waits for what is under way
    ("scope", "follows")               another one begins when that is over
    ("scope", "ends as a call comes")  it will end, and be waited for, as soon as the next call of gRPC has begun
    ("scope", "was waited for")        it has ended a while ago, and streams and calls both ways end with it
    ("scope", "ends elsewhere")         the same of another one
    ("scope", "ends as all was heard") it ends, when each client is known to send no more
    ("lane", "hears all")              it has heard what its client has sent, which speaks HTTP/2
    ("scope", "turns")                 it ends, and another one begins, with the recording `then`, in `then_mode`
    ("scope", "insists within")        one that insists on replay begins inside of it
    ("scope", "ends before a replay")  it ends, and where no test runs, all is replayed
    ("scope", "insists elsewhere")     a scope that insists on replay begins in another lane of the same proxy
    ("lane", "closes")                 as at the end of a run; its tasks must end
    ("keeping", "goes on" | "fails")   where `keeping` is "waits": an interaction is kept only now, or cannot be

A client that has not ended at the end of its row half-closes and must then see the end and nothing else. `kept` are the
interactions that were recorded, as (method and URL, status, body), of a WebSocket its steps for the body; `failed` the lines that fail the scope; `missed` the
URLs that missed; `handed_back` the bytes that went back to the gateway, with those that it can still read. What a row does not name must be empty.

Other keys: `mode` ("record" unless given), `entry` ("base URL", "gateway" or "tunnel"), `recording` (the text of a
recording in play), `upstream` (settings), `pace`, `faults` (of the test), `client` (another class of peers) and
`service` (the classes of the connections to it, of which only the last kind is named by steps).
"""

import asyncio
import contextlib
import socket
import struct

import pytest
import uvloop
from deadlines import seconds

from recproxy.config.profile import Endpoint, Profile, ReplayTable, Upstream
from recproxy.control.scope_options import ScopeFault
from recproxy.http import Owners
from recproxy.proxy.exchange import Exchange
from recproxy.proxy.forwarding import Forwarding as Forwarded
from recproxy.proxy.lane import ProxyLane
from recproxy.proxy.route import target_of
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.scope_end import end_calls, has_settled, settle
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import load

SECONDS = seconds(8)
HOST = "shop.example"
OPTIONS = {
    "steps",
    "kept",
    "failed",
    "missed",
    "handed_back",
    "mode",
    "entry",
    "recording",
    "upstream",
    "pace",
    "keeping",
    "then",
    "then_mode",
    "faults",
    "client",
    "service",
}


class Peer(asyncio.Protocol):
    """One end of a connection that follows orders; it remembers what has come and was not yet named."""

    def __init__(self):
        self.unseen = bytearray()
        self.ended = self.broken = False
        self._changed = asyncio.Event()
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        self._changed.set()

    def data_received(self, data):
        self.unseen += data
        self._changed.set()

    def eof_received(self):
        self.ended = True
        self._changed.set()
        return True

    def connection_lost(self, error):
        self.ended = self.ended or error is None
        self.broken = error is not None
        self._changed.set()

    async def until(self, condition, wanted):
        try:
            async with asyncio.timeout(SECONDS):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pytest.fail(f"wanted {wanted!r}, have {bytes(self.unseen)!r}, ended: {self.ended}, broken: {self.broken}")

    async def sees(self, wanted):
        await self.until(lambda: len(self.unseen) >= len(wanted) or self.ended or self.broken, wanted)
        got = bytes(self.unseen[: len(wanted)])
        del self.unseen[: len(wanted)]
        assert got == wanted

    async def sees_end(self):
        await self.until(lambda: self.ended or self.broken or self.unseen, "the end")
        assert (bytes(self.unseen), self.broken) == (b"", False)

    async def sees_reset(self):
        await self.until(lambda: self.broken or self.ended, "a reset")
        assert self.broken

    def resets(self):
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Service:
    """What the proxy's connections reach: each is a peer. Of `kinds`, the first connections are; the last goes on."""

    def __init__(self, *kinds):
        self.peers = []
        self.more = asyncio.Event()
        self._kinds = list(kinds)

    def accept(self):
        if len(self._kinds) > 1:
            return self._kinds.pop(0)()
        peer = self._kinds[0]()
        self.peers.append(peer)
        self.more.set()
        return peer

    async def peer(self, number):
        try:
            async with asyncio.timeout(SECONDS):
                while len(self.peers) < number:
                    self.more.clear()
                    await self.more.wait()
        except TimeoutError:
            pytest.fail(f"the proxy has opened {len(self.peers)} connections to the service, not {number}")
        await self.peers[number - 1].until(lambda: self.peers[number - 1].transport, "a connection")
        return self.peers[number - 1]


class Forwarding:
    """Forwards as a proxy does and keeps in memory."""

    unset = ()

    def __init__(self, profile, row, port):
        self.mode = row.get("mode", "record")
        self._most = profile.upstream.max_body
        self._upstreams = Upstreams(profile.upstream)
        self.kept = []
        self._allowed = asyncio.Event()
        self._refused = False
        #: Scopes of which nothing is recorded any more.
        self.ended = set()
        self.room = StepRoom()
        if row.get("keeping") != "waits":
            self._allowed.set()

    def orders(self, verb):
        self._refused = verb == "fails"
        self._allowed.set()

    async def keep(self, interaction, traffic, begun):
        await self._allowed.wait()
        if traffic in self.ended:
            raise UpstreamError(502, "the scope of this request has ended: nothing is recorded any more")
        if self._refused:
            raise UpstreamError(502, "the disk is full")
        request, response = interaction.request, interaction.response
        body = response.body if response.omitted is None else response.omitted
        if interaction.protocol:
            body = [(each.act.value, each.code or each.omitted or each.data) for each in interaction.steps]
        self.kept.append((f"{request.method} {request.url}", response.status, body))

    def exchange(self, downstream, route, head, feed, *, scope, traffic):
        return Exchange(
            downstream, self._upstreams, target_of(route, head), head, feed,
            traffic=traffic, scope=scope, most=self._most, keep=self.keep if self.mode != "live" else None,
            shown=lambda url: url, room=self.room, http2=route.http2,
        )  # fmt: skip

    def turn(self, before, scope, traffic, spawn, *, ends):
        Forwarded.turn(self, before, scope, traffic, spawn, ends=ends)

    def close(self):
        self._upstreams.close()


class Play:
    """One row, played."""

    def __init__(self, row, trust):
        assert set(row) <= OPTIONS, set(row) - OPTIONS
        self._row = row
        self._trust = trust
        self._clients = {}
        self._gone = set()
        self.handed_back = []

    async def run(self):
        loop = asyncio.get_running_loop()
        self._service = Service(*self._row.get("service", (Peer,)))
        server = await loop.create_server(self._service.accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        row = self._row
        profile = Profile(
            name="shop",
            endpoints=(Endpoint(protocol="http", hosts=(HOST,), base_url="SHOP_BASE_URL"),),
            upstream=Upstream(address=f"http://127.0.0.1:{port}", **row.get("upstream", {})),
            replay=ReplayTable(pace=row.get("pace", "none")),
        )
        self._forwarding = Forwarding(profile, row, port)
        owners = Owners({HOST: "shop", "other.example": "other"})
        self._lane = ProxyLane("default", profile, lambda: owners, loop, self._hand_back, self._forwarding)
        recordings = [load(row["recording"].encode())] if "recording" in row else []
        self._profile = profile
        faults = [ScopeFault(fault=each) for each in row.get("faults", ())]
        self._scope = OpenScope(profile, "test_a", recordings, mode=self._forwarding.mode, faults=faults)
        self._lane.begin(self._scope, base=False)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._address = self._listener.getsockname()
        if row.get("entry", "base URL") == "base URL":
            self._lane.listen(self._listener.detach(), 0)
        try:
            for number, (who, verb, *words) in enumerate(row["steps"]):
                try:
                    await self._step(who, verb, *words)
                except AssertionError as problem:
                    problem.add_note(f"step {number}: {who} {verb}")
                    raise
            await self._finish()
        finally:
            self._lane.close()
            self._forwarding.close()
            server.close()
            for peer in (*self._clients.values(), *self._service.peers):
                peer.transport.abort()
            self._listener.close()
            await asyncio.sleep(0)

    def _hand_back(self, descriptor, held):
        with socket.socket(fileno=descriptor) as client:
            client.setblocking(False)
            unread = b""
            with contextlib.suppress(BlockingIOError):
                unread = client.recv(65536)
        self.handed_back.append(held + unread)

    async def _step(self, who, verb, *words):
        kind, _, number = who.partition(" ")
        if kind == "keeping":
            self._forwarding.orders(verb)
            return
        if kind == "scope" and verb == "waits no longer":
            await self._heard_all()
            self._lane.leave()
            return
        if kind == "scope" and verb == "turns":
            self._turn_scope()
            return
        if kind == "scope" and verb == "was waited for":
            end_calls(self._scope)
            return
        if kind == "scope" and verb == "ends and waits":
            self._end()
            return
        if kind == "scope" and verb == "follows":
            await self._settling
            self._forwarding.ended.add(self._scope.traffic)
            self._begin_next()
            return
        if kind == "scope" and verb == "ends as a call comes":
            self._end_at_call()
            return
        if kind == "scope" and verb == "ends elsewhere":
            end_calls(OpenScope(self._profile, "test_b", []))
            return
        if kind == "scope" and verb == "ends as all was heard":
            await self._heard_all()
            self._end()
            return
        if kind == "scope" and verb == "ends":
            self._lane.leave_conversations(self._lane.end())
            return
        if kind == "scope" and verb == "was left":
            self._lane.leave_conversations(self._scope)
            return
        if kind == "scope" and verb == "insists within":
            self._lane.begin(OpenScope(self._profile, "test_b", [], mode="replay"), base=False)
            return
        if kind == "scope" and verb == "ends before a replay":
            self._lane.begin(OpenScope(self._profile, "", [], mode="replay"), base=True)
            self._lane.leave_conversations(self._lane.end())
            return
        if kind == "scope" and verb == "insists elsewhere":
            lane = ProxyLane("gw1", self._profile, lambda: None, asyncio.get_running_loop(), None, self._forwarding)
            lane.begin(OpenScope(self._profile, "test_c", [], mode="replay"), base=False)
            return
        if kind == "scope":
            await self._scope.traffic.quiet(SECONDS)
            assert self._scope.outcome().failures == ()
            return
        if kind == "lane" and verb == "hears all":
            await self._answered_ping()
            return
        if kind == "lane":
            await self._close_lane()
            return
        if kind == "client":
            peer = self._clients.get(who) or await self._connect(who)
        else:
            peer = await self._service.peer(int(number or 1))
        if verb in ("closes", "resets", "sees end", "sees reset", "ignores the rest"):
            self._gone.add(who)
        match verb:
            case "sends":
                peer.transport.write(*words)
            case "sees":
                await peer.sees(*words)
            case "sees end":
                await peer.sees_end()
            case "sees reset":
                await peer.sees_reset()
            case "half-closes":
                peer.transport.write_eof()
            case "closes":
                peer.transport.close()
            case "ignores the rest":
                pass
            case "resets":
                peer.resets()
            case "stops reading":
                peer.transport.pause_reading()
            case "reads on":
                peer.transport.resume_reading()
            case _:
                pytest.fail(f"no such step: {verb}")

    def _end_at_call(self):
        """End the scope between the head of the next call and the first step of what answers it."""
        loop, begin = asyncio.get_running_loop(), self._scope.calls.dialogue

        def begun(*words):
            loop.call_soon(self._end)
            return begin(*words)

        self._scope.calls.dialogue = begun

    def _end(self):
        """End the scope, and wait for what is under way."""
        self._lane.leave_conversations(self._lane.end())
        if not has_settled(self._scope):
            self._settling = asyncio.get_running_loop().create_task(settle(self._lane, self._scope))

    def _turn_scope(self):
        """End the scope, and open another one with the recording `then`."""
        self._lane.leave_conversations(self._lane.end())
        self._begin_next()

    def _begin_next(self):
        recordings = [load(self._row["then"].encode())] if "then" in self._row else []
        mode = self._row.get("then_mode", self._forwarding.mode)
        self._scope = OpenScope(self._profile, "test_b", recordings, mode=mode)
        self._lane.begin(self._scope, base=False)

    async def _answered_ping(self):
        """Wait until the lane has heard all that its client of HTTP/2 has sent: it answers in order."""
        (peer,) = self._clients.values()
        await peer.pinged()
        await asyncio.sleep(0)

    async def _heard_all(self):
        """Wait until the lane has seen each client's end."""
        turns = [connection._turns for connection in self._lane.connections]
        async with asyncio.timeout(SECONDS):
            while not all(each.client_has_ended for each in turns):
                await asyncio.sleep(0)

    async def _close_lane(self):
        self._lane.close()
        for _ in range(4):  # what is cancelled may still tell the service
            await asyncio.sleep(0)
        self._forwarding.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        _, left = await asyncio.wait(tasks, timeout=SECONDS) if tasks else ((), set())
        assert left == set()

    async def _connect(self, who):
        loop = asyncio.get_running_loop()
        entry = self._row.get("entry", "base URL")
        if entry == "tunnel":
            context = self._trust.client()
            accepting = asyncio.ensure_future(loop.sock_accept(self._listening()))
            connecting = asyncio.ensure_future(
                loop.create_connection(Peer, *self._address, ssl=context, server_hostname=HOST)
            )
            accepted, _ = await accepting
            self._lane.accept(accepted.detach(), self._trust.context(HOST), f"{HOST}:443")
            _, peer = await connecting
        elif entry == "gateway":
            _, peer = await loop.create_connection(Peer, *self._address)
            accepted, _ = await loop.sock_accept(self._listening())
            self._lane.accept(accepted.detach(), None, None)
        else:
            _, peer = await loop.create_connection(self._row.get("client", Peer), *self._address)
        self._clients[who] = peer
        return peer

    def _listening(self):
        self._listener.setblocking(False)
        return self._listener

    async def _finish(self):
        row = self._row
        for who, peer in self._clients.items():
            if who not in self._gone and not row.get("handed_back"):
                if not peer.transport.can_write_eof():  # TLS has no half-close
                    assert peer.unseen == b""
                    continue
                if not peer.transport.is_closing():
                    with contextlib.suppress(OSError):
                        peer.transport.write_eof()
                await peer.sees_end()
        await self._scope.traffic.quiet(SECONDS)
        outcome = self._scope.outcome()
        assert self._forwarding.kept == row.get("kept", [])
        assert list(outcome.failures) == row.get("failed", [])
        assert [each.url for each in outcome.missed] == row.get("missed", [])
        assert self.handed_back == row.get("handed_back", [])


@pytest.fixture(params=["asyncio", "uvloop"])
def play(request, trust):
    """Play a row on the standard library's loop and on the one that proxies run on."""

    def played(row):
        factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(Play(row, trust).run())

    return played
