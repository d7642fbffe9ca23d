"""What grows with size, and what does not: interactions, profiles, lanes, parallel tests, size of bodies, length of a session.

    python tests/bench/growth.py [NAME ...]

Each line is one figure at several sizes, by CPU of all processes of a run. A figure is the median of three; those of a session
and of requests that were never asked can be taken only once. What connections at the same time cost includes opening them.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))

import cpu_times
import first_answer
from rows import figure

from recproxy.client.address import Address

REQUESTS = 2_000
FIRSTS = 600
TURNS = 3
HOST = "api.shop.example"
PROFILE = '[tool.recproxy.profiles.{name}]\n[[tool.recproxy.profiles.{name}.endpoints]]\nhosts = ["{host}"]\n'
PROFILE += 'base_url = "{variable}_BASE_URL"\n'


@dataclass(frozen=True)
class Line:
    """One figure at several sizes."""

    what: str
    size: str
    unit: str
    points: tuple[tuple[int, float], ...]


@contextmanager
def serving(
    recording: Callable[[Path], None], names: tuple[str, ...] = ("shop",)
) -> Iterator[tuple[int, dict[str, str]]]:
    """A run in replay of these profiles: its pid and its environment."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hosts = {name: HOST if name == "shop" else f"api.{name}.example" for name in names}
        profiles = (PROFILE.format(name=name, host=host, variable=name.upper()) for name, host in hosts.items())
        (root / "pyproject.toml").write_text("".join(profiles))
        path = root / "tests/functional/recordings/shop/default.rec"
        path.parent.mkdir(parents=True)
        recording(path)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
        chosen = [word for name in names for word in ("--profile", name)]  # others may be installed
        process = subprocess.Popen(
            [sys.executable, "-m", "recproxy", "serve", "--mode", "replay", *chosen],
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield process.pid, json.loads(process.stdout.readline())["environment"]
        finally:
            process.communicate()


def item(path: Path, size: int = 30) -> None:
    """A recording with one answer of this size."""
    body = "x" * size
    path.write_text(f"#recproxy 2\n\nGET https://{HOST}/item HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{body}\n=======\n")


def ask(environment: Mapping[str, str], paths: Iterable[str]) -> None:
    """Ask for one after the other, on one connection."""
    url = urlsplit(environment["SHOP_BASE_URL"])
    buffer = memoryview(bytearray(1 << 20))
    with socket.create_connection((url.hostname, url.port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for path in paths:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            got = bytearray()
            while b"\r\n\r\n" not in got:
                got += buffer[: _received(sock, buffer)]
            head, _, body = bytes(got).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), got
            [length] = re.findall(rb"(?i)content-length: *([0-9]+)", head)
            left = int(length) - len(body)
            while left:
                left -= _received(sock, buffer)


def _received(sock: socket.socket, buffer: memoryview) -> int:
    count = sock.recv_into(buffer)
    assert count, "the connection was closed in the middle of an answer"
    return count


def cost(pid: int, work: Callable[[], None], count: int) -> float:
    """Microseconds of the run's CPU for each of so many requests that this makes."""
    work()
    taken = []
    for _ in range(TURNS):
        before = cpu_times.of_tree(pid)
        work()
        taken.append((cpu_times.of_tree(pid) - before) / count * 1e6)
    return statistics.median(taken)


def interactions() -> Line:
    """Requests for one of many interactions."""
    points = []
    for size in (10, 1_000, 10_000, 100_000):
        with serving(lambda path, size=size: first_answer.make(path, size)) as (pid, environment):
            number = size // 2 - (size // 2) % 3 + 1
            work = partial_ask(environment, f"/items/{number}?expand=author", REQUESTS)
            points.append((size, cost(pid, work, REQUESTS)))
    return Line("a request that was asked before", "interactions in its recording", "µs of CPU", tuple(points))


def firsts() -> Line:
    """Requests for many interactions, each for the first time."""
    points = []
    for size in (1_000, 10_000, 100_000):
        with serving(lambda path, size=size: first_answer.make(path, size)) as (pid, environment):
            numbers = [number for number in range(1, size) if number % 3][:: max(1, size // 1_000)][:FIRSTS]
            ask(environment, [f"/items/{number}?expand=author" for number in numbers[:20]])
            before = cpu_times.of_tree(pid)
            ask(environment, [f"/items/{number}?expand=author" for number in numbers[20:]])
            points.append((size, (cpu_times.of_tree(pid) - before) / len(numbers[20:]) * 1e6))
    return Line("a request that was never asked", "interactions in its recording", "µs of CPU", tuple(points))


def profiles() -> Line:
    """The start of a run, by its profiles."""
    points = []
    for size in (1, 3, 10, 30):
        names = ("shop", *(f"other{number}" for number in range(size - 1)))
        taken = []
        for _ in range(TURNS):
            before = os.times()
            with serving(item, names):
                pass
            after = os.times()
            taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
        points.append((size, statistics.median(taken) * 1e3))
    return Line("a run that does nothing", "profiles", "ms of CPU", tuple(points))


def lanes() -> Line:
    """The scopes of one lane, by how many lanes are open."""
    points = []
    with serving(item) as (pid, environment):
        address = Address(environment["RECPROXY_CONTROL"], environment["RECPROXY_TOKEN"])
        opened = 1
        for size in (1, 4, 16, 64):
            for number in range(opened, size):
                address.open_lane(f"lane{number}")
            opened = size

            def scopes() -> None:
                for _ in range(100):
                    address.begin_scope("default", "test", {})
                    address.end_scope("default", passed=True)

            points.append((size, cost(pid, scopes, 100)))
        address.close()
    return Line("begin and end of a scope", "open lanes", "µs of CPU", tuple(points))


def parallel() -> Line:
    """Requests on many connections at the same time."""
    points = []
    with serving(item) as (pid, environment):
        for size in (1, 4, 16, 64):
            each = REQUESTS // size

            def together(size: int = size, each: int = each) -> None:
                threads = [threading.Thread(target=ask, args=(environment, repeat("/item", each))) for _ in range(size)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

            points.append((size, cost(pid, together, each * size)))
    return Line("a replayed request", "connections at the same time", "µs of CPU", tuple(points))


def bodies() -> Line:
    """Requests for large answers."""
    points = []
    for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000):
        with serving(lambda path, size=size: item(path, size)) as (pid, environment):
            count = max(10, min(REQUESTS, 20_000_000 // size))
            points.append((size, cost(pid, partial_ask(environment, "/item", count), count)))
    return Line("a replayed request", "bytes of its answer", "µs of CPU", tuple(points))


def session() -> tuple[Line, Line]:
    """The same request, again and again, in one scope; and the memory of the run's largest process meanwhile."""
    points, memory = [], []
    with serving(item) as (pid, environment):
        done = 0
        for size in (1_000, 10_000, 100_000, 300_000):
            ask(environment, repeat("/item", size - done))
            before = cpu_times.of_tree(pid)
            ask(environment, repeat("/item", 1_000))
            points.append((size, (cpu_times.of_tree(pid) - before) * 1e3))
            done = size + 1_000
            memory.append((size, max(map(first_answer.peak, first_answer.below(pid))) / 1e6))
    return (
        Line("a replayed request", "requests before it", "µs of CPU", tuple(points)),
        Line("memory of the largest process", "requests before it", "MB", tuple(memory)),
    )


def partial_ask(environment: Mapping[str, str], path: str, count: int) -> Callable[[], None]:
    return lambda: ask(environment, repeat(path, count))


LINES: dict[str, Callable[[], Line | tuple[Line, ...]]] = {
    each.__name__: each for each in (interactions, firsts, profiles, lanes, parallel, bodies, session)
}


def lines(*names: str) -> Iterator[Line]:
    """All lines, or those named."""
    for name in names or LINES:
        found = LINES[name]()
        yield from (found,) if isinstance(found, Line) else found


def text(line: Line) -> str:
    """A line as text."""
    points = ", ".join(f"{size:,}: {figure(value)}" for size, value in line.points)
    return f"{line.what}, {line.unit}, by {line.size}: {points}"


def main(*names: str) -> None:
    for line in lines(*names):
        print(text(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
