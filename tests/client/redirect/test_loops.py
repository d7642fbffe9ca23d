"""uvloop while the redirect is installed in this process."""

from __future__ import annotations

import asyncio
import socket

import pytest

from recproxy.client import redirect

uvloop = pytest.importorskip("uvloop")
HOST = "api.example.test"


def run(coroutine):
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


@pytest.fixture
def listening(installed):
    """A listener to which port 25 of HOST goes."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        redirect.install(f"{HOST}:25=127.0.0.1:{port}", None)
        yield port


@pytest.mark.parametrize("port", [25, "25"])
@pytest.mark.parametrize("family", [socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6])
def test_create_connection(listening, port, family):
    async def connect():
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, HOST, port, family=family)
        peer = transport.get_extra_info("peername")
        transport.close()
        return peer

    assert run(connect()) == ("127.0.0.1", listening)


def test_create_connection_to_loopback(listening):
    async def connect():
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, "127.0.0.1", listening)
        transport.close()

    run(connect())


def test_the_gateway_is_told_the_literal_address_of_a_connection(refusing):
    async def connect():
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, "203.0.113.9", 443)
        port = transport.get_extra_info("sockname")[1]
        transport.close()
        return port

    port = run(connect())

    assert refusing[0] == f"RECPROXY 203.0.113.9 HTTP/1.1\r\nPort: {port}\r\n\r\n".encode()


def test_create_connection_refuses_other_ports(listening):
    async def connect():
        await asyncio.get_running_loop().create_connection(asyncio.Protocol, HOST, 26)

    with pytest.raises(ConnectionRefusedError, match=f"{HOST}:26"):
        run(connect())


def test_getaddrinfo(listening):
    async def find(host):
        return await asyncio.get_running_loop().getaddrinfo(host, 25, type=socket.SOCK_STREAM)

    assert run(find(HOST)) == socket.getaddrinfo(HOST, 25, type=socket.SOCK_STREAM)
    assert run(find("127.0.0.1"))[0][4] == ("127.0.0.1", 25)


def test_sock_connect(listening):
    async def connect(sock):
        await asyncio.get_running_loop().sock_connect(sock, (HOST, 25))

    with socket.socket() as sock:
        sock.setblocking(False)
        run(connect(sock))
        assert sock.getpeername() == ("127.0.0.1", listening)


def test_a_context_verifies_the_name_that_was_asked_for(gateway, installed):
    import ssl

    async def connect():
        context = ssl.create_default_context()
        _, writer = await asyncio.open_connection(HOST, 443, ssl=context)
        subject = writer.get_extra_info("ssl_object").server_hostname
        writer.close()
        await writer.wait_closed()
        return subject

    assert run(connect()) == HOST


def test_datagrams_of_the_loop_are_refused_where_all_is(installed):
    redirect.install("*:80=127.0.0.1:1,*=refuse", None)

    async def connect(address):
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=address)
        transport.close()

    with pytest.raises(ConnectionRefusedError, match="recproxy does not answer for 203.0.113.53:53"):
        run(connect(("203.0.113.53", 53)))
    run(connect(("127.0.0.1", 9)))


def test_the_name_of_this_machine_is_let_be(installed):
    redirect.install("*=refuse", None)
    try:
        address = socket.gethostbyname(socket.gethostname())
    except OSError:
        pytest.skip("this machine does not know its own name")

    async def connect(server):
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(
            asyncio.Protocol, socket.gethostname(), server.getsockname()[1], family=socket.AF_INET
        )
        transport.close()
        found = await loop.getaddrinfo(socket.gethostname(), 25, family=socket.AF_INET, type=socket.SOCK_STREAM)
        return [entry[4] for entry in found]

    with socket.create_server((address, 0)) as server:
        assert (address, 25) in run(connect(server))
