"""A WebSocket in live: through the gateway in TLS and in clear, and over the base URL, with frames written by hand."""

import base64
import hashlib
import sys

import pytest
from origins.server import Origin, Trust

from .conftest import SHOP_PROFILE

CLIENT = r"""
import os, socket, ssl
from urllib.parse import urlsplit

asks = (
    b"GET /chat HTTP/1.1\r\nHost: api.shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
data = os.urandom(1 << 20)

def connected(variable, *, port=None, tls=False):
    at = urlsplit(os.environ[variable])
    sock = socket.create_connection((at.hostname, at.port))
    if port:
        sock.sendall(b"CONNECT api.shop.example:%d HTTP/1.1\r\n\r\n" % port)
        assert head(sock).startswith(b"HTTP/1.1 200 "), "CONNECT"
    if tls:
        sock = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]).wrap_socket(
            sock, server_hostname="api.shop.example"
        )
    return sock

def head(sock):
    read = b""
    while not read.endswith(b"\r\n\r\n"):
        read += sock.recv(1)
    return read

def exactly(sock, size):
    read = b""
    while len(read) < size and (more := sock.recv(size - len(read))):
        read += more
    return read

for way, sock in (
    ("wss", connected("HTTPS_PROXY", port=443, tls=True)),
    ("ws", connected("HTTP_PROXY", port=80)),
    ("base URL", connected("SHOP_BASE_URL")),
):
    sock.sendall(asks)
    said = head(sock).decode()
    print(way, said.split("\r\n")[0], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in said, sep=" | ")
    if " 101 " not in said:
        continue
    for frame in (b"\x81\x82\0\0\0\0hi", b"\x82\xff" + len(data).to_bytes(8, "big") + bytes(4) + data):
        sock.sendall(frame)
        assert exactly(sock, len(frame)) == frame, "a frame comes back"
    sock.sendall(b"END!")
    print(exactly(sock, 100))
"""


class Chat:
    """Agrees to each WebSocket and says back what comes, until it is told to end."""

    hosts = ("api.shop.example",)

    def answer(self, request):
        key = request.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest())
        connection = request.connection
        connection.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        while (data := connection.rfile.read1()) and not data.endswith(b"END!"):
            connection.wfile.write(data)
        connection.wfile.write(b"bye")
        connection.close_connection = True


@pytest.fixture
def chat(project):
    trust = Trust(project.root)
    with Origin(trust, Chat()) as origin:
        project.write("pyproject.toml", SHOP_PROFILE.format(port=origin.port, ca=trust.path))
        yield origin


def test_a_websocket_reaches_the_service_in_live(project, chat):
    done = project.run("run", "--mode", "live", "--", sys.executable, "-c", CLIENT)

    assert done.stdout.splitlines() == [
        line
        for way in ("wss", "ws", "base URL")
        for line in (f"{way} | HTTP/1.1 101 Switching Protocols | True", "b'bye'")
    ], done.stderr
    assert done.returncode == 0
    assert {request.headers["Host"] for request in chat.asked} == {"api.shop.example"}
    assert done.stderr.splitlines()[-1].split()[:8] == ["recproxy", "shop", "live", "0", "0", "0", "0", "3"]


def test_a_websocket_is_refused_in_replay_with_the_way_out(project, chat):
    done = project.run("run", "--", sys.executable, "-c", CLIENT)

    assert [line.split(" | ")[1] for line in done.stdout.splitlines()] == ["HTTP/1.1 501 Not Implemented"] * 3
    assert done.returncode == 3
    assert "WebSocket cannot be recorded or replayed: run what needs it with --mode live" in done.stderr
    assert chat.asked == []
