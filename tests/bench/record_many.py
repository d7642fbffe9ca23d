"""How fast many small interactions are recorded, from the first request until the file is whole: beside mitmdump -w.

    python tests/bench/record_many.py [MITMDUMP]

16 connections ask for 3,000 different addresses of a service on loopback, through the proxy, without TLS.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))

import service
from rows import Row, Tools, beside, in_turns
from service import HOST

INTERACTIONS = 3_000
CONNECTIONS = 16


def ask(port: int, host: str, interactions: int) -> None:
    """Ask for all of them, each once, on all connections at the same time."""
    numbers = iter(range(interactions))
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with socket.create_connection(("127.0.0.1", port)) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for number in numbers:
                    sock.sendall(f"GET http://{host}/items/{number} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                    got = b""
                    while not got.endswith(b"}"):
                        data = sock.recv(65536)
                        assert data, got
                        got += data
                    assert got.startswith(b"HTTP/1.1 200"), got
        except BaseException as problem:
            failed.append(problem)
            raise

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


class Recorders:
    """Each way to record, from the first request to the end of the process."""

    def __init__(self, root: Path, running: service.Service, interactions: int) -> None:
        self._root = root
        self._service = running
        self._interactions = interactions
        self._turn = count()

    def recproxy(self, python: str) -> float:
        """Microseconds for each interaction of a run that records."""
        root = self._root / str(next(self._turn))
        root.mkdir()
        (root / "pyproject.toml").write_text(self._service.profile)
        command = [python, "-m", "recproxy", "serve", "--profile", "shop", "--mode", "record"]
        environment = os.environ | {"XDG_RUNTIME_DIR": str(self._root)}
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdin is not None and process.stdout is not None
        gateway = urlsplit(json.loads(process.stdout.readline())["environment"]["HTTP_PROXY"]).port
        assert gateway is not None
        begun = time.perf_counter()
        try:
            ask(gateway, HOST, self._interactions)
        finally:
            process.communicate()
        assert process.returncode == 0
        passed = time.perf_counter() - begun
        written = "".join(path.read_text() for path in (root / "tests").rglob("*.rec"))
        assert written.count("\n====\n") == self._interactions
        return passed / self._interactions * 1e6

    def mitmdump(self, program: str) -> float:
        """The same of mitmdump, which writes each flow as it ends."""
        port, flows = service.free_port(), self._root / f"flows{next(self._turn)}"
        words = ["--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={self._root}/mitm", "-w", str(flows)]
        process = subprocess.Popen([program, "-q", *words], stdout=subprocess.DEVNULL)
        try:
            service.reachable(port)
            begun = time.perf_counter()
            ask(port, f"127.0.0.1:{self._service.plain}", self._interactions)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
        assert flows.stat().st_size
        return (time.perf_counter() - begun) / self._interactions * 1e6


def rows(tools: Tools, interactions: int = INTERACTIONS) -> Iterator[Row]:
    """The row of the table."""
    with tempfile.TemporaryDirectory() as name, service.running(Path(name) / "service") as running:
        recorders = Recorders(Path(name), running, interactions)
        ways = {"recproxy": lambda: recorders.recproxy(tools.python)}
        if mitmdump := tools.mitmdump:
            ways["mitmdump"] = lambda: recorders.mitmdump(mitmdump)
        got = in_turns(ways)
        what = f"recording {interactions:,} small interactions, each"
        if "mitmdump" in got:
            yield beside(what, "µs", got["recproxy"], "mitmdump -w", got["mitmdump"], 0.2)
        else:
            yield Row(what, "µs", statistics.median(got["recproxy"]))


def main(mitmdump: str | None = None) -> None:
    for row in rows(Tools(sys.executable, mitmdump=mitmdump)):
        print(*row.cells(), sep=" | ", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
