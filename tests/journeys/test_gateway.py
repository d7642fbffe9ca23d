"""The gateway under many connections at once, and under clients that turn from one service to another."""

import asyncio
import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit

import pytest
from deadlines import seconds
from h2.connection import H2Connection
from h2.events import DataReceived, RemoteSettingsChanged, SettingsAcknowledged, StreamEnded

ITEM = b"GET /item?id=1 HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"
BANK = """
[tool.recproxy.profiles.bank]
[[tool.recproxy.profiles.bank.endpoints]]
hosts = ["bank.example"]
"""
BALANCE = "#recproxy 2\n\nGET https://bank.example/balance HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nnothing\n=======\n"


async def one_client(number, environment, context):
    """One TLS client: CONNECT and ClientHello together, a byte at a time, or in the usual steps."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname="api.shop.example")
    address = urlsplit(environment["HTTPS_PROXY"])
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connect = b"CONNECT api.shop.example:443 HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"

    async def step(work):
        while True:
            try:
                return work()
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                data = await reader.read(65536)
                assert data, "the gateway closed a connection"
                incoming.write(data)

    if number % 3 == 0:
        with pytest.raises(ssl.SSLWantReadError):
            session.do_handshake()
        writer.write(connect + outgoing.read())
    elif number % 3 == 1:
        for place in range(len(connect)):
            writer.write(connect[place : place + 1])
            await asyncio.sleep(0)
    else:
        writer.write(connect)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    await step(session.do_handshake)
    session.write(ITEM)
    writer.write(outgoing.read())
    answer = b""
    while not answer.endswith(b"second"):
        answer += await step(lambda: session.read(65536))
        if answer.endswith(b"first"):
            break
    writer.close()
    return answer


def test_a_thousand_tls_connections_at_once_are_all_answered_none_in_plaintext(served):
    context = ssl.create_default_context(cafile=served["SSL_CERT_FILE"])  # one: it reads all roots of the system

    async def crowd():
        return await asyncio.gather(*(one_client(number, served, context) for number in range(1000)))

    answers = asyncio.run(crowd())

    assert len(answers) == 1000
    assert sum(answer.endswith(b"first") for answer in answers) == 1


@pytest.fixture
def two(project):
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text() + BANK)
    project.write("tests/functional/recordings/bank/default.rec", BALANCE)
    server = project.serve("--profile", "shop", "--profile", "bank")
    yield json.loads(server.stdout.readline())["environment"]
    server.stdin.close()
    assert server.wait(seconds(20)) == 0
    server.stdout.close()
    server.stderr.close()


def ask(sock, text):
    sock.sendall(text)
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response.status, response.read()


def test_a_kept_alive_connection_may_turn_to_another_service_and_back(two):
    address = urlsplit(two["HTTP_PROXY"])
    shop = b"GET http://api.shop.example/item?id=1 HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"
    bank = b"GET http://bank.example/balance HTTP/1.1\r\nHost: bank.example\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as sock:
        assert ask(sock, shop) == (200, b"first")
        assert ask(sock, bank) == (200, b"nothing")
        assert ask(sock, shop) == (200, b"second")
        sock.sendall(b"CONNECT bank.example:443 HTTP/1.1\r\nHost: x\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        assert head.startswith(b"HTTP/1.1 200 ")
        context = ssl.create_default_context(cafile=two["SSL_CERT_FILE"])
        with context.wrap_socket(sock, server_hostname="bank.example") as secure:
            assert ask(secure, bank.replace(b"http://bank.example", b"")) == (200, b"nothing")


def test_a_pipelined_request_for_another_service_is_answered_by_that_service(two):
    address = urlsplit(two["HTTP_PROXY"])
    shop = b"GET http://api.shop.example/item?id=1 HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"
    bank = b"GET http://bank.example/balance HTTP/1.1\r\nHost: bank.example\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as sock:
        sock.sendall(shop + bank)
        got = b""
        while not got.endswith(b"nothing"):
            got += sock.recv(65536)
        assert [part[:15] for part in got.split(b"HTTP/1.1 ")] == [b"", b"200 OK\r\nContent", b"200 OK\r\nContent"]
        assert got.index(b"first") < got.index(b"nothing")


BOOKS = BANK.replace("bank.example", "b\u00fccher.example")
NAME = "b\u00fccher.example".encode()
TO_BOOKS = b"GET http://%s/balance HTTP/1.1\r\nHost: x\r\n\r\n" % NAME
AT_BOOKS = b"GET /balance HTTP/1.1\r\nHost: %s\r\n\r\n" % NAME


def test_a_host_in_raw_utf_8_is_that_of_its_profile(project):
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text() + BOOKS, "utf-8")
    recorded = BALANCE.replace("https://bank.example", "http://xn--bcher-kva.example")
    project.write("tests/functional/recordings/bank/default.rec", recorded)
    server = project.serve("--profile", "shop", "--profile", "bank")
    address = urlsplit(json.loads(server.stdout.readline())["environment"]["HTTP_PROXY"])
    for request in (TO_BOOKS, AT_BOOKS):
        with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as sock:
            assert ask(sock, request) == (200, b"nothing")
            assert ask(sock, request) == (200, b"nothing")
    foreign = TO_BOOKS.replace("\u00fc".encode(), "\u00e9".encode())
    with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as sock:
        status, said = ask(sock, foreign)
        assert (status, b"owns xn--bcher-bsa.example: HTTP refused" in said) == (599, True), said
    server.stdin.close()
    server.wait(seconds(20))
    server.stdout.close()
    server.stderr.close()


def test_a_client_that_ends_inside_a_head_is_let_go(served):
    address = urlsplit(served["HTTP_PROXY"])
    with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as sock:
        sock.sendall(b"CONNECT api.shop")
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""


def test_a_client_of_http_2_that_waits_for_settings_before_it_asks_gets_them_from_the_gateway(served):
    address = urlsplit(served["HTTP_PROXY"])
    client, events = H2Connection(), []

    def wait_for(kind):
        while not any(isinstance(each, kind) for each in events):
            sock.sendall(client.data_to_send())
            data = sock.recv(65536)
            assert data, "the gateway closed the connection"
            events.extend(client.receive_data(data))

    client.initiate_connection()
    with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as sock:
        wait_for(RemoteSettingsChanged)
        fields = {":method": "GET", ":scheme": "http", ":authority": "api.shop.example", ":path": "/item?id=1"}
        client.send_headers(1, fields.items(), end_stream=True)
        wait_for(StreamEnded)
        assert b"".join(each.data for each in events if isinstance(each, DataReceived)) == b"first"
        assert sum(isinstance(each, SettingsAcknowledged) for each in events) == 1
        assert sum(isinstance(each, RemoteSettingsChanged) for each in events) == 2
