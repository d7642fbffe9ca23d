"""What a run costs that does nothing: `recproxy run -- true` with three profiles.

Beside it: an interpreter that imports asyncio and ssl, which is the base of any proxy in Python, and other proxies until
they can be reached.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import service
from mock_servers import MockServer, prepare
from rows import ROUNDS, Row, Tools, beside, in_turns

COUNT = 3
RECPROXY = (sys.executable, "-m", "recproxy")
#: The highest ratios wanted.
GOALS = {"mitmdump": 0.35}
PROFILES = ("a", "b", "c")
PROFILE = """
[tool.recproxy.profiles.{name}]
[[tool.recproxy.profiles.{name}.endpoints]]
hosts = ["api.{name}.example"]
base_url = "{variable}_BASE_URL"
"""


def times(root: Path, count: int = COUNT) -> tuple[list[float], list[float]]:
    """Seconds of each run: of the clock, and of CPU with all processes of the run."""
    (root / "pyproject.toml").write_text("".join(PROFILE.format(name=name, variable=name.upper()) for name in PROFILES))
    words = [word for name in PROFILES for word in ("--profile", name)]
    clock, cpu = [], []
    for _ in range(count):
        before, begun = os.times(), time.perf_counter()
        subprocess.run([*RECPROXY, "run", *words, "--", "true"], cwd=root, check=True, stderr=subprocess.DEVNULL)
        clock.append(time.perf_counter() - begun)
        after = os.times()
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return clock, cpu


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        clock, cpu = times(Path(folder))
    return {
        "a run that does nothing, s": statistics.median(clock),
        "a run that does nothing, s of CPU": statistics.median(cpu),
    }


def mitmdump_start(program: str, root: Path) -> float:
    """Seconds until mitmdump can be reached."""
    port = service.free_port()
    words = ["-q", "--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={root}/mitm"]
    begun = time.perf_counter()
    process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    try:
        service.reachable(port)
        return time.perf_counter() - begun
    finally:
        process.kill()
        process.wait()


def mock_server_start(server: MockServer, root: Path) -> float:
    """Seconds until one of the tools can be reached as a proxy."""
    begun = time.perf_counter()
    with server.running(root, proxy=True):
        return time.perf_counter() - begun


def base(python: str) -> float:
    """Seconds of an interpreter that imports what each proxy in Python needs."""
    begun = time.perf_counter()
    subprocess.run([python, "-c", "import asyncio, ssl"], check=True)
    return time.perf_counter() - begun


def median_of_starts(start: Callable[[], float]) -> float:
    return statistics.median(start() for _ in range(COUNT))


def rows(tools: Tools) -> Iterator[Row]:
    """The rows of the table: each measurement is the median of three starts, in turns with the others."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        cpu: list[float] = []

        def run() -> float:
            clock, used = times(root)
            cpu.append(statistics.median(used))
            return statistics.median(clock)

        others: dict[str, Callable[[], float]] = {}
        if tools.mitmdump:
            others["mitmdump"] = partial(mitmdump_start, tools.mitmdump, root)
            others["mitmdump"]()  # makes its certificates
        if tools.mock_servers:
            answered = prepare(root / "mock_servers", {})
            others |= {server.name: partial(mock_server_start, server, answered) for server in tools.mock_servers}
        several = {"base": partial(base, tools.python)} | others
        ways = {name: partial(median_of_starts, start) for name, start in several.items()}
        got = in_turns({"recproxy": run} | ways, ROUNDS)
    what = f"a run of {len(PROFILES)} profiles that does nothing"
    yield beside(what, "s", got["recproxy"], "python -c 'import asyncio, ssl'", got["base"], 3.5)
    # The others are measured until they can be reached, and a run to its end.
    yield Row(f"{what}, all its processes", "s of CPU", statistics.median(cpu))
    for name in others:
        yield beside(what, "s", got["recproxy"], f"{name}, until it can be reached", got[name], GOALS.get(name))


def main(mitmdump: str | None = None) -> None:
    for row in rows(Tools(sys.executable, mitmdump=mitmdump)):
        print(*row.cells(), sep=" | ", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
