"""The service of the measurements: many small answers, over TLS and without, in a process of its own.

    python tests/bench/service.py FOLDER

It writes the certificate of its authority to FOLDER/ca.pem, and prints its two ports: without TLS, and with it.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: The host that a profile owns, and the profile, whose requests reach the service without TLS.
HOST = "api.shop.example"
_PROFILE = """
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["{host}"]
[tool.recproxy.profiles.shop.upstream]
address = "http://127.0.0.1:{port}"
"""


@dataclass(frozen=True)
class Service:
    """A service that runs: how it is reached."""

    plain: int
    tls: int
    authority: Path

    @property
    def profile(self) -> str:
        """A pyproject.toml with the profile."""
        return _PROFILE.format(host=HOST, port=self.plain)


def answer_to(number: int) -> bytes:
    """A small body that no other request gets."""
    return json.dumps({"id": number, "name": f"thing {number}", "tags": ["a", "b"], "price": number * 3}).encode()


@contextmanager
def running(folder: Path) -> Iterator[Service]:
    """The service, until it is not needed."""
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen([sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        plain, tls = map(int, process.stdout.readline().split())
        yield Service(plain, tls, folder / "ca.pem")
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    """A port that was free a moment ago, for a program that must be told one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def reachable(port: int, seconds: float = 20) -> None:
    """Wait until something listens there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def main(folder: str) -> None:
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(f"{folder}/ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    listening = [socket.create_server(("127.0.0.1", 0), backlog=256) for _ in range(2)]
    threading.Thread(target=accepting, args=(listening[1], context), daemon=True).start()
    print(*(each.getsockname()[1] for each in listening), flush=True)
    accepting(listening[0], None)


def accepting(listening: socket.socket, context: ssl.SSLContext | None) -> None:
    while True:
        threading.Thread(target=serve, args=(listening.accept()[0], context), daemon=True).start()


def serve(sock: socket.socket, context: ssl.SSLContext | None) -> None:
    """Answer what comes on one connection: /items/N."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(sock, server_side=True) if context else sock as open_sock:
            got = b""
            while True:
                while b"\r\n\r\n" not in got:
                    data = open_sock.recv(65536)
                    if not data:
                        return
                    got += data
                head, _, got = got.partition(b"\r\n\r\n")
                body = answer_to(int(head.split(b" ", 2)[1].rpartition(b"/")[2]))
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                open_sock.sendall(head + body)
    except OSError:
        return


if __name__ == "__main__":
    main(sys.argv[1])
