"""The gateway with a router of our own: what it peeks, consumes, hands over and refuses."""

import asyncio
import contextlib
import socket
import ssl

import pytest
from deadlines import seconds
from exhausted import Exhausted

from recproxy.control.host_names import is_loopback
from recproxy.control.listening import Listening
from recproxy.errors import ConfigurationError
from recproxy.orchestrator.gateway import Gateway, Listeners, listener

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Router:
    """Owns shop.example, passes pass.example, and remembers what it got."""

    def __init__(self):
        self.got = asyncio.Queue()
        self.takes_local = False
        self.socks = []

    def owns(self, host):
        return host in ("shop.example", "2001:db8::7") or (self.takes_local and host in ("localhost", "127.0.0.1"))

    def mail_place(self, host, port):
        return (host, port) == ("shop.example", 587)

    def is_own_port(self, port):
        return port == 65000

    def crowded(self):
        self.got.put_nowait((("crowded",), b""))

    def passes(self, host):
        return host == "pass.example" or is_loopback(host)

    def hand_over(self, sock, host, *, authority, tls, held):
        self._take(sock, ("hand over", host, authority, tls, held))

    def tunnel(self, sock, host, port, greeting, first=b""):
        self._take(sock, ("tunnel", host, port, greeting, first))

    def probe(self, host, port, spoke):
        async def speak():
            spoke("reader", "writer", b"220 hello")

        return asyncio.get_running_loop().create_task(speak())

    def join(self, sock, far, greeting):
        self._take(sock, ("join", far, greeting))

    def refused(self, what, host):
        self.got.put_nowait((("refused", what, host), b""))
        return f"{host} is refused\n"

    def unreadable(self, status, reason):
        self.got.put_nowait((("unreadable", status, reason), b""))

    def _take(self, sock, what):
        """The first bytes that are left are the client's own."""
        self.socks.append(sock)
        try:
            left = sock.recv(65536)
        except BlockingIOError:
            left = b""
        self.got.put_nowait((what, left))

    async def next(self):
        async with asyncio.timeout(seconds(20)):
            return await self.got.get()


class Client:
    def __init__(self, sock):
        self.sock = sock
        sock.setblocking(False)

    async def send(self, data):
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def until(self, end):
        said = b""
        while not said.endswith(end):
            said += await self._some()
        return said

    async def rest(self):
        said = b""
        while data := await self._some():
            said += data
        return said

    async def _some(self):
        async with asyncio.timeout(seconds(20)):
            return await asyncio.get_running_loop().sock_recv(self.sock, 65536)


def run(work):
    """Run `work(client, router, gateway)` against a gateway with one client connected."""

    async def ran():
        loop = asyncio.get_running_loop()
        router = Router()
        gateway = Gateway(loop, router)
        try:
            with socket.create_connection(("127.0.0.1", gateway.port), timeout=seconds(20)) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                await work(Client(sock), router, gateway)
        finally:
            if gateway._acceptors[0]._listener.fileno() >= 0:
                gateway.close()
            for each in router.socks:
                each.close()

    asyncio.run(ran())


def hello(host, *protocols):
    """A ClientHello; `protocols` are what its ALPN offers."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # it verifies nothing, so it need not read all roots
    if protocols:
        context.set_alpn_protocols(protocols)
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(down, up, server_hostname=host).do_handshake()
    return up.read()


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (b"GET http://shop.example/a HTTP/1.1\r\nHost: x\r\n\r\n", ("shop.example", None, False)),
        (b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n", ("shop.example", None, False)),
        (b"GET http://pass.example/a HTTP/1.1\r\n\r\n", ("pass.example", None, False)),
        (hello("shop.example"), ("shop.example", "shop.example", True)),
    ],
)
def test_what_is_owned_is_handed_over_with_every_byte_still_in_it(sent, wanted):
    async def work(client, router, gateway):
        await client.send(sent)
        assert await router.next() == (("hand over", *wanted, b""), sent)

    run(work)


@pytest.mark.parametrize(
    ("port", "inside", "authority", "tls"),
    [
        (443, hello("shop.example"), "shop.example", True),
        (8443, hello("shop.example"), "shop.example:8443", True),
        (80, b"GET / HTTP/1.1\r\n\r\n", "shop.example", False),
        (443, b"GET / HTTP/1.1\r\n\r\n", "shop.example:443", False),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_connects_head_is_consumed_and_nothing_behind_it(port, inside, authority, tls, together):
    async def work(client, router, gateway):
        connect = b"CONNECT shop.example:%d HTTP/1.1\r\nHost: shop.example\r\n\r\n" % port
        if together:
            await client.send(connect + inside)
            assert await client.until(b"\r\n\r\n") == ESTABLISHED
        else:
            await client.send(connect)
            assert await client.until(b"\r\n\r\n") == ESTABLISHED
            await client.send(inside)
        assert await router.next() == (("hand over", "shop.example", authority, tls, b""), inside)

    run(work)


def test_a_connection_to_a_mail_server_is_handed_over_before_the_client_speaks():
    async def work(client, router, gateway):
        await client.send(b"CONNECT shop.example:587 HTTP/1.1\r\n\r\n")
        assert await client.until(b"\r\n\r\n") == ESTABLISHED
        assert await router.next() == (("hand over", "shop.example", "shop.example:587", False, b""), b"")

    run(work)


@pytest.mark.parametrize(("port", "protocol"), [(25, "smtp"), (993, "imap")])
def test_a_port_of_mail_at_a_host_of_http_is_refused_in_words(port, protocol):
    async def work(client, router, gateway):
        await client.send(b"CONNECT shop.example:%d HTTP/1.1\r\n\r\n" % port)
        assert (await client.rest()).startswith(b"HTTP/1.1 501 ")
        reason = f'is a port of mail that no endpoint has: declare the server with protocol = "{protocol}"'
        assert await router.next() == (("unreadable", "501", f"shop.example:{port} {reason}"), b"")

    run(work)


@pytest.mark.parametrize(
    "sent",
    [b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n\x16", b"GET http://shop.example/ HTTP/1.1\r\n", hello("shop.example")],
    ids=["connect", "absolute", "hello"],
)
def test_a_head_byte_by_byte_is_the_same_head(sent):
    async def work(client, router, gateway):
        for place in range(len(sent)):
            await client.send(sent[place : place + 1])
            await asyncio.sleep(0)
        what, _ = await router.next()
        assert what[:2] == ("hand over", "shop.example")

    run(work)


def test_the_port_of_an_ipv6_address_stays_apart_from_it():
    async def work(client, router, gateway):
        await client.send(b"CONNECT [2001:DB8:0:0::7]:8443 HTTP/1.1\r\n\r\n")
        assert await client.until(b"\r\n\r\n") == ESTABLISHED
        await client.send(b"GET")
        wanted = ("hand over", "2001:db8::7", "[2001:db8::7]:8443", False, b"")
        assert await router.next() == (wanted, b"GET")

    run(work)


def test_what_passes_is_tunnelled_with_its_greeting():
    async def connect(client, router, gateway):
        await client.send(b"CONNECT pass.example:8443 HTTP/1.1\r\n\r\nhello")
        assert await router.next() == (("tunnel", "pass.example", 8443, ESTABLISHED, b""), b"hello")

    async def by_name(client, router, gateway):
        sent = hello("pass.example")
        await client.send(sent)
        assert await router.next() == (("tunnel", "pass.example", 443, b"", b""), sent)

    run(connect)
    run(by_name)


@pytest.mark.parametrize("sent", [b"HEAD http://other.example/ HTTP/1.1\r\n\r\n", b"HEAD / HTTP/1.1\r\n\r\n"])
def test_a_head_that_nobody_owns_is_refused_without_a_body(sent):
    async def work(client, _router, _gateway):
        await client.send(sent)
        said = await client.rest()
        assert said.startswith(b"HTTP/1.1 599 ")
        assert said.endswith(b"\r\n\r\n")

    run(work)


@pytest.mark.parametrize(
    ("sent", "what", "host"),
    [
        (b"CONNECT other.example:443 HTTP/1.1\r\n\r\n", "CONNECT", "other.example:443"),
        (b"GET http://other.example/ HTTP/1.1\r\n\r\n", "HTTP", "other.example"),
        (b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n", "HTTP", "other.example"),
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP", ""),
    ],
)
def test_what_nobody_owns_is_refused_in_words(sent, what, host):
    async def work(client, router, gateway):
        await client.send(sent)
        said = await client.rest()
        assert said.startswith(b"HTTP/1.1 599 ")
        assert said.endswith(f"{host} is refused\n".encode())
        assert await router.next() == (("refused", what, host), b"")

    run(work)


@pytest.mark.parametrize(
    ("name", "wanted"), [("other.example", ("TLS", "other.example")), (None, ("TLS without a server name", ""))]
)
def test_tls_that_nobody_owns_gets_an_alert(name, wanted):
    async def work(client, router, gateway):
        data = hello(name) if name else _nameless()
        await client.send(data)
        assert await client.rest() == b"\x15\x03\x03\x00\x02\x02\x70"
        assert await router.next() == (("refused", *wanted), b"")

    run(work)


def test_tls_without_a_name_has_the_address_that_was_announced():
    async def work(client, router, gateway):
        for sent, host in ((_nameless(), "203.0.113.9"), (_nameless(), "2001:db8::7"), (hello("shop.example"), "x")):
            with socket.socket() as sock, socket.create_connection(("127.0.0.1", gateway.port)) as announcing:
                sock.bind(("127.0.0.1", 0))
                other, announced = Client(sock), Client(announcing)
                await announced.send(f"RECPROXY {host} HTTP/1.1\r\nPort: {sock.getsockname()[1]}\r\n\r\n".encode())
                assert await announced.rest() == b"HTTP/1.1 204 No Content\r\n\r\n"
                await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", gateway.port))
                await other.send(sent)
                yielded.append((await router.next())[0][:3])

    yielded = []
    run(work)

    assert yielded == [
        ("refused", "TLS", "203.0.113.9"),
        ("hand over", "2001:db8::7", "[2001:db8::7]"),
        ("hand over", "shop.example", "shop.example"),
    ]


@pytest.mark.parametrize("tunnelled", [False, True], ids=["direct", "tunnelled"])
def test_a_client_that_speaks_no_http_gets_an_alert_and_the_run_is_told(tunnelled):
    async def work(client, router, gateway):
        if tunnelled:
            await client.send(b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n")
            await client.until(b"\r\n\r\n")
        await client.send(hello("shop.example", "acme-tls/1"))
        assert await client.rest() == b"\x15\x03\x03\x00\x02\x02\x78"
        what = (
            "unreadable",
            "a TLS alert",
            "the client of shop.example speaks only acme-tls/1: use HTTP/1.1 or HTTP/2",
        )
        assert await router.next() == (what, b"")

    run(work)


def test_a_client_that_speaks_http_is_handed_over():
    async def work(client, router, gateway):
        await client.send(hello("shop.example", "h2"))
        assert (await router.next())[0][:2] == ("hand over", "shop.example")

    run(work)


def _nameless():
    context = ssl.create_default_context()
    context.check_hostname = False
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(down, up).do_handshake()
    return up.read()


def test_a_refusal_reaches_a_client_that_has_sent_much_more():
    """Bytes that nobody reads would reset the connection, and the answer with it."""

    async def work(client, router, gateway):
        await client.send(b"POST http://other.example/ HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
        sending = asyncio.ensure_future(client.send(b"x" * 1_000_000))
        said = await client.until(b"is refused\n")
        await sending
        assert said.startswith(b"HTTP/1.1 599 ")

    run(work)


@pytest.mark.parametrize(("sent", "status"), [(b"\x00\x01rubbish\r\n\r\n", 400), (b"GET /" + b"a" * 140_000, 431)])
def test_rubbish_is_refused(sent, status):
    async def work(client, router, gateway):
        await client.send(sent)
        assert (await client.rest()).startswith(b"HTTP/1.1 %d " % status)

    run(work)


@pytest.mark.parametrize("target", [b"/", b"http://shop.example/"])
def test_a_long_request_line_reaches_its_service(target):
    async def work(client, router, gateway):
        await client.send(b"GET " + target + b"a" * 70_000 + b" HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        (what, *_), _ = await router.next()
        assert what == "hand over"

    run(work)


@pytest.mark.parametrize("sent", [b"", b"CONN", b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n"])
def test_a_client_that_goes_before_it_has_said_what_it_wants_is_let_go(sent):
    async def work(client, router, gateway):
        await client.send(sent)
        client.sock.shutdown(socket.SHUT_WR)
        assert await client.rest() in (b"", ESTABLISHED)
        assert len(gateway._arrivals) == 0
        assert router.got.empty()

    run(work)


def test_a_connection_that_was_handed_back_is_routed_by_what_it_holds():
    async def work(client, router, gateway):
        await client.send(b"GET http://shop.example/1 HTTP/1.1\r\n\r\n")
        await router.next()
        held = b"GET http://shop.example/2 HTTP/1.1\r\n\r\n"
        gateway.take_back(router.socks.pop(), held)
        assert await router.next() == (("hand over", "shop.example", None, False, held), b"")

    run(work)


def test_a_connection_that_was_handed_back_with_half_a_head_waits_for_the_rest():
    async def work(client, router, gateway):
        await client.send(b"GET http://shop.example/1 HTTP/1.1\r\n\r\n")
        await router.next()
        gateway.take_back(router.socks.pop(), b"GET http://shop")
        await client.send(b".example/2 HTTP/1.1\r\n\r\n")
        assert await router.next() == (
            ("hand over", "shop.example", None, False, b"GET http://shop"),
            b".example/2 HTTP/1.1\r\n\r\n",
        )

    run(work)


def test_a_connect_on_a_connection_that_was_handed_back_opens_a_tunnel():
    async def work(client, router, gateway):
        await client.send(b"GET http://shop.example/1 HTTP/1.1\r\n\r\n")
        await router.next()
        gateway.take_back(router.socks.pop(), b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n")
        assert await client.until(b"\r\n\r\n") == ESTABLISHED
        await client.send(b"\x16")
        assert await router.next() == (("hand over", "shop.example", "shop.example", True, b""), b"\x16")

    run(work)


def test_a_connect_that_was_read_with_more_behind_it_is_refused():
    async def work(client, router, gateway):
        await client.send(b"GET http://shop.example/1 HTTP/1.1\r\n\r\n")
        await router.next()
        gateway.take_back(router.socks.pop(), b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n\x16")
        assert (await client.rest()).startswith(b"HTTP/1.1 400 ")
        reason = "a CONNECT on a used connection must be answered before more is sent"
        assert await router.next() == (("unreadable", "400", reason), b"")

    run(work)


def test_closing_drops_what_is_on_its_way_and_the_port():
    async def work(client, router, gateway):
        await client.send(b"CONN")
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(seconds(20)):
            while not gateway._arrivals:
                await asyncio.sleep(0)
        gateway.close()
        with contextlib.suppress(ConnectionResetError):  # what it had sent was not read
            assert await client.rest() == b""
        with socket.socket() as late:
            late.setblocking(False)
            with pytest.raises(ConnectionRefusedError):
                await loop.sock_connect(late, ("127.0.0.1", gateway.port))

    run(work)


def test_without_descriptors_connections_wait_in_the_backlog():
    async def work(client, router, gateway):
        loop = asyncio.get_running_loop()
        acceptor = gateway._acceptors[0]
        acceptor._listener = Exhausted(acceptor._listener)
        await client.send(b"GET http://shop.example/ HTTP/1.1\r\n\r\n")
        assert (await router.next())[0][:2] == ("hand over", "shop.example")
        assert acceptor._listener.failed == 1
        assert loop.is_running()

    run(work)


def test_only_loopback_is_listened_on():
    async def work(client, router, gateway):
        assert gateway._acceptors[0]._listener.getsockname() == ("127.0.0.1", gateway.port)

    run(work)


LOOPBACK = ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "db.localhost"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_tunnel_to_loopback_is_made(host):
    async def work(client, router, gateway):
        await client.send(f"CONNECT {host}:8000 HTTP/1.1\r\n\r\nhello".encode())
        assert await router.next() == (("tunnel", host.strip("[]"), 8000, ESTABLISHED, b""), b"hello")

    run(work)


@pytest.mark.parametrize("host", LOOPBACK)
@pytest.mark.parametrize("together", [True, False])
def test_a_request_for_loopback_goes_there_with_its_path(host, together):
    head = f"POST http://{host}:8000/a HTTP/1.1\r\nHost: {host}:8000\r\nProxy-Connection: keep-alive\r\n\r\n"
    first = f"POST /a HTTP/1.1\r\nConnection: close\r\nHost: {host}:8000\r\n\r\n"

    async def work(client, router, gateway):
        for piece in [head] if together else [head[:-20], head[-20:-1], head[-1:]]:
            await client.send(piece.encode())
        what, left = await router.next()
        assert what == ("tunnel", host.strip("[]"), 8000, b"", first.encode())
        assert left == b""

    run(work)


def test_a_request_for_loopback_may_end_its_lines_with_a_bare_line_feed():
    async def work(client, router, gateway):
        await client.send(b"GET http://localhost:8000/a HTTP/1.1\nHost: localhost:8000\n\n")
        wanted = b"GET /a HTTP/1.1\nConnection: close\r\nHost: localhost:8000\n\n"
        assert await router.next() == (("tunnel", "localhost", 8000, b"", wanted), b"")

    run(work)


def test_a_kept_alive_connection_brings_what_is_held_to_loopback():
    head = b"GET http://127.0.0.2/a HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n"

    async def work(client, router, gateway):
        mine, theirs = socket.socketpair()
        gateway.take_back(theirs, head + b"more")
        wanted = b"GET /a HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.2\r\n\r\nmore"
        assert await router.next() == (("tunnel", "127.0.0.2", 80, b"", wanted), b"")
        mine.close()

    run(work)


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n", hello("localhost")])
def test_what_names_no_port_of_loopback_is_refused(sent):
    async def work(client, router, gateway):
        await client.send(sent)
        assert (await router.next())[0][0] == "refused"

    run(work)


def is_free(port):
    """Whether a port can be had; below those that the system gives out, so that it still can a moment later."""
    try:
        listener(port=port).close()
    except ConfigurationError:
        return False
    return True


def test_the_ports_of_the_runs_own_lane_follow_the_one_that_is_named():
    start = next(port for port in range(20000, 32000, 4) if all(is_free(port + more) for more in range(4)))
    listeners = Listeners(Listening(port=start))
    opened = [
        listeners.gateway(fixed=True),
        listeners.endpoint(fixed=True),
        listeners.endpoint(fixed=True),
        listeners.control(),
        listeners.endpoint(fixed=False),
    ]
    ports = [sock.getsockname()[1] for sock in opened]
    for sock in opened:
        sock.close()

    assert ports[:4] == [start, start + 2, start + 3, start + 1]
    assert ports[4] not in ports[:4]


def test_an_address_or_a_port_that_cannot_be_had_is_one_line():
    with listener() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ConfigurationError, match=rf"--listen: 127.0.0.1 port {port} cannot be listened on: Address al"
        ):
            listener(address="127.0.0.1", port=port)
    with pytest.raises(ConfigurationError, match=r"--listen: 203.0.113.9 cannot be listened on: .*: name a free port"):
        listener(address="203.0.113.9")
