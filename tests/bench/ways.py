"""A way to the answer of a server: how to connect, what to ask, and what an answer costs the server, in CPU."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import cpu_times

HOST = "api.shop.example"
BODY = '{"id": 1, "name": "a thing"}'
#: How an answer ends, whole or in chunks.
ENDS = (b'"a thing"}', b'"a thing"}\r\n0')


@dataclass(frozen=True)
class Way:
    """A way to the answer: how to connect, what to ask, and whose CPU counts."""

    connect: Callable[[], socket.socket]
    target: str
    pid: int
    #: Whether each request has a connection of its own.
    fresh: bool = False

    def microseconds(self, count: int) -> float:
        """The server's CPU for each of so many requests."""
        self.ask(20)
        before = cpu_times.of_tree(self.pid)
        self.ask(count)
        return (cpu_times.of_tree(self.pid) - before) / count * 1e6

    def ask(self, count: int) -> None:
        """So many requests, one after the other."""
        request = f"GET {self.target} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n".encode()
        sock = self.connect()
        for _ in range(count):
            if self.fresh:
                sock.close()
                sock = self.connect()
            sock.sendall(request)
            answer = b""
            while not answer.rstrip().endswith(ENDS):
                got = sock.recv(65536)
                assert got, answer
                answer += got
        sock.close()


def plain(port: int) -> Callable[[], socket.socket]:
    def connect() -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    return connect


def over_tls(port: int, authority: str, *, tunnel: bool) -> Callable[[], socket.socket]:
    """Connections over TLS, through a proxy's tunnel or straight; each makes a whole handshake."""
    context = ssl.create_default_context(cafile=authority)

    def connect() -> socket.socket:
        sock = plain(port)()
        if tunnel:
            sock.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
            assert sock.recv(4096).startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
        return context.wrap_socket(sock, server_hostname=HOST)

    return connect
