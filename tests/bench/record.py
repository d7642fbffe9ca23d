"""What recording costs a client: seconds until it has a whole answer of 10 MB of JSON, in record and live, in turns.

    python tests/bench/record.py [ROUNDS]

The service is on loopback, so this is the worst case: a real one is slower, and recording costs the same. Each answer
is asked for over TLS through the gateway, and by the base URL. Beside it, another client asks for 12 bytes again and
again; printed is the longest that it waited while the large answer came, which is what one answer holds up.
"""

from __future__ import annotations

import json
import os
import random
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import cpu_times

RECPROXY = (sys.executable, "-m", "recproxy")
HOST = "api.shop.example"
LARGE = 10_000_000
SMALL = b'{"id": 1234}'
PROFILE = """
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["{host}"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.upstream]
address = "http://127.0.0.1:{port}"
"""


def large() -> bytes:
    """An answer as services give it, in which nothing repeats."""
    chance = random.Random(1)
    items = [
        {"id": str(chance.getrandbits(60)), "text": f"{chance.getrandbits(320):080x}"} for _ in range(LARGE // 121)
    ]
    return json.dumps(items).encode()


def answers(port_known: Callable[[int], None]) -> None:
    """The service, in a process of its own."""
    bodies = {b"/large": large(), b"/small": SMALL}
    responses = {
        path: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        for path, body in bodies.items()
    }

    def answer(sock: socket.socket) -> None:
        with sock:
            while head := sock.recv(65536):
                sock.sendall(responses[head.split(b" ")[1]])

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port_known(listening.getsockname()[1])
        while True:
            threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()


class Client:
    """One kept-alive connection, over TLS through the gateway or to the base URL."""

    def __init__(self, environment: dict[str, str], *, tls: bool) -> None:
        url = urlsplit(environment["HTTPS_PROXY" if tls else "SHOP_BASE_URL"])
        self._sock = socket.create_connection((url.hostname, url.port))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(1 << 20))
        if tls:
            self._sock.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
            assert self._sock.recv(4096).startswith(b"HTTP/1.1 200")
            context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
            self._sock = context.wrap_socket(self._sock, server_hostname=HOST)

    def seconds(self, path: str) -> float:
        """How long one answer takes, to its last byte."""
        begun = time.perf_counter()
        self._sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        got = bytearray()
        while b"\r\n\r\n" not in got:
            got += self._buffer[: self._sock.recv_into(self._buffer)]
        head, _, body = bytes(got).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        [size] = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        left = size - len(body)
        while left:
            count = self._sock.recv_into(self._buffer)
            assert count, "the answer was cut off"
            left -= count
        return time.perf_counter() - begun

    def close(self) -> None:
        self._sock.close()


@contextmanager
def serving(root: Path, mode: str) -> Iterator[tuple[dict[str, str], int]]:
    """A run in this mode: its environment and its process."""
    process = subprocess.Popen(
        [*RECPROXY, "serve", "--profile", "shop", "--mode", mode],
        cwd=root,
        env=os.environ | {"XDG_RUNTIME_DIR": str(root.parent)},  # the key of what is not wanted goes with it
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["environment"], process.pid
    finally:
        # What was recorded is not wanted, and to redact it would take longer than all the rest.
        process.kill()
        process.wait()


@contextmanager
def runs() -> Iterator[dict[str, tuple[dict[str, str], int]]]:
    """A service, and one run live and one in record before it: the environment and the process of each."""
    service = subprocess.Popen([sys.executable, __file__, "--service"], stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    try:
        port = int(service.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "project"
            root.mkdir()
            (root / "pyproject.toml").write_text(PROFILE.format(host=HOST, port=port))
            with serving(root, "live") as live, serving(root, "record") as record:
                yield {"live": live, "record": record}
    finally:
        service.kill()
        service.wait()


def beside(environment: dict[str, str], *, tls: bool) -> tuple[float, float]:
    """Seconds of a large answer while small ones are asked for, and the longest that one of those took."""
    large_one, small_one = Client(environment, tls=tls), Client(environment, tls=tls)
    small_one.seconds("/small")
    took: list[float] = []
    asking = threading.Thread(target=lambda: took.append(large_one.seconds("/large")))
    asking.start()
    waited = [small_one.seconds("/small")]
    while asking.is_alive():
        waited.append(small_one.seconds("/small"))
    for client in (large_one, small_one):
        client.close()
    return took[0], max(waited)


def timed(rounds: int) -> dict[tuple[str, str], list[float]]:
    """What was measured, by what it is and mode; the rounds of both modes are in turns."""
    got: dict[tuple[str, str], list[float]] = defaultdict(list)
    with runs() as running:
        environments = {mode: environment for mode, (environment, _) in running.items()}
        clients = {
            (way, mode): Client(environment, tls=tls)
            for mode, environment in environments.items()
            for way, tls in (("over TLS", True), ("by the base URL", False))
        }
        for client in clients.values():
            client.seconds("/small")
            client.seconds("/large")
        for _ in range(rounds):
            for (way, mode), client in random.sample(list(clients.items()), len(clients)):
                got[f"10 MB {way}", mode].append(client.seconds("/large"))
                got[f"12 bytes {way}, alone", mode].append(client.seconds("/small"))
            for way, tls in (("over TLS", True), ("by the base URL", False)):
                for mode in random.sample(list(environments), 2):
                    _, waited = beside(environments[mode], tls=tls)
                    got[f"12 bytes {way}, beside 10 MB", mode].append(waited)
    return got


def measure() -> dict[str, float]:
    """What `compare` compares: the CPU time of all processes of a run for each answer."""
    found = {}
    with runs() as running:
        for mode, (environment, pid) in running.items():
            for way, tls in (("over TLS", True), ("by the base URL", False)):
                client = Client(environment, tls=tls)
                for what, path, count in (("12 bytes", "/small", 100), ("10 MB", "/large", 3)):
                    client.seconds(path)
                    before = cpu_times.of_tree(pid)
                    for _ in range(count):
                        client.seconds(path)
                    used = (cpu_times.of_tree(pid) - before) / count
                    found[f"{what} {way}, {mode}, ms of CPU"] = used * 1e3
                client.close()
    return found


def main(rounds: int = 25) -> None:
    got = timed(rounds)
    print(f"{'median ms until the client has the answer':44} {'live':>8} {'record':>8}   ratio")
    for what in dict.fromkeys(what for what, _ in got):
        live, record = (statistics.median(got[what, mode]) for mode in ("live", "record"))
        print(f"{what:44} {live * 1e3:8.2f} {record * 1e3:8.2f}   {record / live:.2f}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--service"]:
        answers(lambda port: print(port, flush=True))
    else:
        main(*map(int, sys.argv[1:]))
