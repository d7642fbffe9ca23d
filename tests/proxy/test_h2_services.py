"""Streams to services: shared connections, what is refused or lost, and services that speak HTTP/1.1 only."""

import asyncio
import ssl
from types import SimpleNamespace

import h11
import pytest
from h2_client import lane

from recproxy.config.profile import Upstream
from recproxy.http.h2.fields import response_fields
from recproxy.http.h2.peer import Peer
from recproxy.proxy import h2_link, h2_service
from recproxy.proxy.connection import Connection
from recproxy.proxy.downstream import Answer
from recproxy.proxy.link import HTTP2, Link
from recproxy.proxy.route import Route, Target
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import ServiceClosed, UpstreamError


class Server:
    """A service whose streams are answered by `answer(peer, stream, fields)` when their requests are complete."""

    def __init__(self, answer, context=None):
        self.answer = answer
        self.context = context
        self.connections = self.requests = 0
        self.bodies = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks = set()
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        peer = Peer(asyncio.get_running_loop().time, serving=True)
        peer.close = writer.close
        peer.begin()
        asked = {}
        try:
            while True:
                while data := peer.output():
                    writer.write(data)
                await writer.drain()
                if not (data := await reader.read(65536)):
                    return
                for event in peer.receive(data):
                    name = type(event).__name__
                    if name == "RequestReceived":
                        asked[event.stream_id] = dict(event.headers)
                    elif name == "DataReceived":
                        self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
                        peer.taken(event.stream_id, event.flow_controlled_length)
                    elif name == "StreamEnded":
                        self.requests += 1
                        self.answer(peer, event.stream_id, asked[event.stream_id])
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.close()


def plain(peer, stream, fields):
    peer.send_head(stream, response_fields(200, ((b"x-path", fields[b":path"]),)))
    peer.send_piece(stream, b"ok")
    peer.send_end(stream, ((b"x-sum", b"1"),))


def run(work):
    async def bounded():
        async with asyncio.timeout(20):
            await work()

    asyncio.run(bounded())


def upstreams(server, scheme="http", **settings):
    return Upstreams(Upstream(address=f"{scheme}://127.0.0.1:{server.port}", timeout=10, **settings))


TARGET = Target("https", "shop.example", 443)


async def ask(pool, path="/", *, method="GET", body=b"", again=False, target=TARGET):
    link = await pool.link(target, http2=True, fresh=method == "POST", again=again)
    try:
        headers = [("Host", target.authority), *([("Content-Length", str(len(body)))] if body else [])]
        await link.send(h11.Request(method=method, target=path, headers=headers))
        if body:
            await link.send(h11.Data(data=body))
        await link.send(h11.EndOfMessage())
        events = []
        while not events or not isinstance(events[-1], h11.EndOfMessage):
            while (event := link.event()) is h11.NEED_DATA:
                await link.read()
            events.append(event)
        return link, events
    finally:
        pool.give_back(target, link)


def test_streams_share_a_connection():
    async def work():
        async with Server(plain) as server:
            pool = upstreams(server)
            answers = await asyncio.gather(*(ask(pool, f"/{number}") for number in range(300)))

            for number, (link, (head, data, end)) in enumerate(answers):
                assert (link.http2, head.status_code, head.reason, head.http_version) == (True, 200, b"OK", HTTP2)
                assert dict(head.headers)[b"x-path"] == b"/%d" % number
                assert (bytes(data.data), list(end.headers)) == (b"ok", [(b"x-sum", b"1")])
            assert server.connections <= 3
            assert server.requests == 300
            pool.close()

    run(work)


def test_large_bodies_wait_for_windows():
    async def work():
        async with Server(plain) as server:
            pool = upstreams(server)
            body = bytes(range(256)) * 8192
            await ask(pool, method="POST", body=body)

            assert list(server.bodies.values()) == [body]
            pool.close()

    run(work)


@pytest.mark.parametrize("protocols", [["h2", "http/1.1"], ["http/1.1"], []], ids=["h2", "http/1.1", "none"])
def test_a_service_is_asked_by_what_it_agrees_on(trust, protocols):
    async def work():
        context = trust.own_context("shop.example")
        if protocols:
            context.set_alpn_protocols(protocols)

        def answer(head, body):
            return Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        loop = asyncio.get_running_loop()
        served = lane(answer)
        listener = await loop.create_server(
            lambda: Connection(served, Route("https", "shop.example")), "127.0.0.1", 0, ssl=context
        )
        pool = upstreams(SimpleNamespace(port=listener.sockets[0].getsockname()[1]), "https", ca=trust.path)
        links = [(await ask(pool))[0] for _ in range(2)]

        assert [link.http2 for link in links] == [protocols[:1] == ["h2"]] * 2
        assert len(served.connections) == 1
        pool.close()
        listener.close()

    run(work)


def test_a_service_without_tls_that_speaks_http_1_only_is_found_out(service):
    async def script(served, reader, writer):
        while head := await served.head(reader):
            if head.startswith(b"PRI"):
                writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def work():
        async with service(script) as server:
            pool = upstreams(server)
            links = [(await ask(pool))[0] for _ in range(3)]

            assert {type(link) for link in links} == {Link}
            assert server.connections == 2
            pool.close()

    run(work)


def test_what_a_service_refuses_may_be_asked_again_once():
    async def work():
        def refuse(peer, stream, fields):
            peer.reset(stream, 7)

        async with Server(refuse) as server:
            pool = upstreams(server)
            for again in (False, True):
                link = await pool.link(TARGET, http2=True, fresh=True, again=again)
                await link.send(h11.Request(method="POST", target="/", headers=[("Host", "shop.example")]))
                await link.send(h11.EndOfMessage())
                await link.read()
                with pytest.raises(ServiceClosed, match="the service refused the stream"):
                    link.event()
                assert link.used is not again
                link.close()
            pool.close()

    run(work)


def test_a_service_that_leaves_answers_what_it_has_taken_and_a_new_connection_is_opened():
    async def work():
        def leave(peer, stream, fields):
            plain(peer, stream, fields)
            goaway = b"\0\0\x08\x07\0\0\0\0\0" + stream.to_bytes(4, "big") + b"\0\0\0\0"
            peer._h2._data_to_send = bytearray(goaway) + peer._h2._data_to_send

        async with Server(leave) as server:
            pool = upstreams(server)
            for _ in range(2):
                _, (head, data, end) = await ask(pool, method="POST")
                assert bytes(data.data) == b"ok"
            assert server.connections == 2
            pool.close()

    run(work)


@pytest.mark.parametrize(
    ("break_off", "said"),
    [
        (lambda peer, stream: peer.reset(stream, 2), "the service broke its answer off with INTERNAL_ERROR"),
        (lambda peer, stream: peer.close(), "the service closed the connection without an answer"),
        (
            lambda peer, stream: peer.send_head(stream, [(b":status", b"abc")]),
            "the service's answer is no HTTP/2: a response has no valid :status",
        ),
        (
            lambda peer, stream: peer.send_head(stream, [(b":status", b"200"), (b"connection", b"close")]),
            "the service's answer is no HTTP/2: connection is about a connection, and HTTP/2 has no such field",
        ),
    ],
    ids=["reset", "closed", "no status", "a field of connections"],
)
def test_what_is_no_answer_is_told(break_off, said):
    async def work():
        async with Server(lambda peer, stream, _: break_off(peer, stream)) as server:
            pool = upstreams(server)
            with pytest.raises(UpstreamError) as failed:
                await ask(pool, method="POST")
            assert (failed.value.status, str(failed.value)) == (502, said)
            pool.close()

    run(work)


def test_a_request_that_nobody_waits_for_is_cancelled():
    async def work():
        async with Server(lambda *_: None) as server:
            pool = upstreams(server)
            link = await pool.link(TARGET, http2=True)
            await link.send(h11.Request(method="GET", target="/", headers=[("Host", "shop.example")]))
            await link.send(h11.EndOfMessage())
            while not server.requests:
                await asyncio.sleep(0)
            link.close()
            again, _ = await asyncio.gather(pool.link(TARGET, http2=True), asyncio.sleep(0))
            assert again._owner is link._owner
            assert again._owner.peer.open_streams == 0
            pool.close()

    run(work)


def test_tls_names_what_may_be_spoken(trust):
    pool = Upstreams(Upstream(ca=trust.path))

    assert pool.tls() is pool.tls()
    assert pool.tls() is not pool.tls(http2=True)
    assert isinstance(pool.tls(http2=True), ssl.SSLContext)


def test_a_connection_on_which_nothing_comes_any_more_is_left_and_the_next_request_opens_another(monkeypatch):
    monkeypatch.setattr(h2_link, "_LONG", 0)

    async def work():
        async with Server(lambda *_: None) as server:
            pool = upstreams(server)
            await ask_and_give_up(pool)
            await ask_and_give_up(pool)

            assert server.connections == 2
            pool.close()

    async def ask_and_give_up(pool):
        link = await pool.link(TARGET, http2=True)
        await link.send(h11.Request(method="GET", target="/", headers=[("Host", TARGET.authority)]))
        await link.send(h11.EndOfMessage())
        link.close()

    run(work)


def test_a_connection_that_answers_a_ping_is_used_again(monkeypatch):
    monkeypatch.setattr(h2_link, "_LONG", 0)

    async def work():
        async with Server(plain) as server:
            pool = upstreams(server)
            service = (await ask(pool))[0]._owner
            service.doubt()
            assert not service.has_room
            while not service.has_room:
                await asyncio.sleep(0)
            await ask(pool)

            assert server.connections == 1
            pool.close()

    run(work)


def test_one_that_does_not_is_closed(monkeypatch):
    monkeypatch.setattr(h2_service, "_DOUBT_SECONDS", 0)

    async def work():
        async with Server(plain) as server:
            pool = upstreams(server)
            service = (await ask(pool))[0]._owner
            service.peer.ping = lambda: None  # as one that does not arrive
            service.doubt()
            while not service._writer.is_closing():
                await asyncio.sleep(0)
            await ask(pool)

            assert server.connections == 2
            pool.close()

    run(work)
