"""How long a run takes until the first answer from a large recording, and how much memory its proxy has then.

    python tests/bench/first_answer.py [INTERACTIONS ...]

Of a recording of 10,000 or more interactions, one is asked for over the base URL, as soon as `recproxy serve` has said
its address. Measured is the CPU time of all processes of the run until then, and the seconds that passed.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cpu_times
from rows import ROUNDS, Row, Tools

PROFILE = """
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
"""
#: By interactions: seconds and megabytes that are wanted at most.
GOALS = {10: (None, None), 10_000: (0.5, 45), 100_000: (4, 250)}


def make(path: Path, count: int) -> None:
    """A recording of about 500 bytes for each interaction, a third of them with a body of JSON to one address."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("#recproxy 2\n")
        for number in range(count):
            answer = json.dumps(
                {"id": number, "text": f"{chance.getrandbits(800):x}", "user": {"name": "Ada"}}, indent=2
            )
            asked = f"GET https://api.shop.example/items/{number}?expand=author HTTP/1.1\nAccept: */*\n\n"
            if number % 3 == 0:
                asked = "POST https://api.shop.example/items HTTP/1.1\nAccept: */*\nContent-Type: application/json\n\n"
                asked += f'{{"number": {number}, "text": "words of a person"}}\n'
            file.write(
                f"\n:scope test_{number % 50}\n:recorded 2026-11-29\n{asked}====\nHTTP/1.1 200 OK\n"
                "Content-Type: application/json\nDate: Sun, 29 Nov 2026 12:00:00 GMT\n:body json\n\n"
                f"{answer}\n=======\n"
            )


def first_answer(root: Path, number: int) -> tuple[float, float, float]:
    """Seconds of CPU and of time until an answer, and megabytes of the largest process at its peak."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "recproxy", "serve", "--profile", "shop", "--mode", "replay"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        base = json.loads(process.stdout.readline())["environment"]["SHOP_BASE_URL"]
        with urllib.request.urlopen(f"{base}/items/{number}?expand=author", timeout=100) as answer:  # noqa: S310 - ours
            assert json.loads(answer.read())["id"] == number
        passed, spent = time.perf_counter() - begun, cpu_times.of_tree(process.pid)
        return spent, passed, max(map(peak, below(process.pid))) / 1e6
    finally:
        process.stdin.close()
        process.wait()


def below(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    found = cpu_times.children(pid)
    for each in found:
        found += cpu_times.children(each)
    return found


def peak(pid: int) -> int:
    """Bytes of a process at its peak."""
    [kilobytes] = re.findall(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes) * 1024


def measured(count: int, rounds: int) -> tuple[float, float, float]:
    """Medians of some runs with a recording of so many interactions."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_text(PROFILE)
        path = root / "tests" / "functional" / "recordings" / "shop" / "default.rec"
        path.parent.mkdir(parents=True)
        make(path, count)
        number = count // 2 - (count // 2) % 3 + 1
        turns = [first_answer(root, number) for _ in range(rounds)]
    spent, passed, size = (statistics.median(turn[kind] for turn in turns) for kind in range(3))
    return spent, passed, size


def measure() -> dict[str, float]:
    """What `compare` compares."""
    few, many = measured(10, 1), measured(10_000, 1)
    return {
        "first answer of 10 interactions, s of CPU": few[0],
        "first answer of 10,000 interactions, s of CPU": many[0],
        "memory of its proxy, MB": many[2],
    }


def rows(tools: Tools) -> Iterator[Row]:
    """The rows of the table."""
    for count, (seconds, megabytes) in GOALS.items():
        _, passed, size = measured(count, ROUNDS)
        yield Row(f"first answer of {count:,} interactions, from the start of the command", "s", passed, goal=seconds)
        yield Row(f"memory of its proxy at {count:,} interactions", "MB", size, goal=megabytes)


def main(*counts: int) -> None:
    print(f"{'interactions':>12} {'s of CPU':>9} {'s passed':>9} {'MB':>7}")
    for count in counts or (10, 10_000, 100_000):
        spent, passed, size = measured(count, ROUNDS)
        print(f"{count:12} {spent:9.2f} {passed:9.2f} {size:7.0f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
