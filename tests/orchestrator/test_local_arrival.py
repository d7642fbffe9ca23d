"""Connections that were to go to a server on this machine: which of them are HTTP, and where the others go."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_gateway import Client, hello, run

PLACE = "127.0.0.1", 8081


def announced(sent, *, host="127.0.0.1", to=8081):
    """What a router gets for a connection that the redirect has announced."""
    got = []

    async def work(_, router, gateway):
        router.takes_local = True
        with socket.socket() as sock, socket.create_connection(("127.0.0.1", gateway.port)) as announcing:
            sock.bind(("127.0.0.1", 0))
            head = f"RECPROXY {host} HTTP/1.1\r\nPort: {sock.getsockname()[1]}\r\nTo: {to}\r\n\r\n"
            await Client(announcing).send(head.encode())
            await Client(announcing).rest()
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", gateway.port))
            await Client(sock).send(sent)
            got.append(await router.next())

    run(work)
    return got[0]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n\r\n", ("127.0.0.1", "127.0.0.1:8081", False)),
        (b"GET / HTTP/1.1\r\nHost: localhost:8081\r\n\r\n", ("localhost", "localhost:8081", False)),
        (b"GET / HTTP/1.1\r\nHost: tenant.example\r\n\r\n", ("127.0.0.1", "127.0.0.1:8081", False)),
        (b"GET / HTTP/1.1\r\nHost: localhost:99999\r\n\r\n", ("127.0.0.1", "127.0.0.1:8081", False)),
        (hello("localhost", "h2"), ("localhost", "localhost:8081", True)),
        (hello(None), ("127.0.0.1", "127.0.0.1:8081", True)),
        (b"GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", ("shop.example", None, False)),
    ],
)
def test_http_is_handed_over_under_the_name_that_it_was_asked_by(sent, wanted):
    assert announced(sent) == (("hand over", *wanted, b""), sent)


@pytest.mark.parametrize(
    "sent",
    [b"*1\r\n$4\r\nPING\r\n", b"\0\0\0\x08\x04\xd2\x16\x2f", hello("localhost", "acme-tls/1")],
    ids=["redis", "pg", "acme"],
)
def test_what_is_no_http_1_goes_on_to_its_server(sent):
    assert announced(sent) == (("tunnel", *PLACE, b"", b""), sent)


def test_http_goes_on_to_its_server_where_nothing_answers_for_it():
    sent = b"GET / HTTP/1.1\r\nHost: 127.0.0.2:8081\r\n\r\n"

    assert announced(sent, host="127.0.0.2") == (("tunnel", "127.0.0.2", 8081, b"", b""), sent)


def test_a_client_that_waits_for_its_server_gets_the_first_words():
    assert announced(b"") == (("join", ("reader", "writer"), b"220 hello"), b"")
