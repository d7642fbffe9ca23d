"""What a fresh request costs a client in replay: `requests.get` and `httpx.get` over HTTPS, each with a session of its own.

python tests/bench/client.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from rows import ROUNDS, Row, Tools
from shop_project import make_project

#: Requests of each round.
COUNT = 20
GOALS = {"requests": 10.0, "httpx": 14.0}
PROGRAM = """
import json, statistics, sys, time
import {client}
times = []
for _ in range({count}):
    begun = time.perf_counter()
    assert {client}.get("https://api.shop.example/item").status_code == 200
    times.append(time.perf_counter() - begun)
print(json.dumps(statistics.median(times[1:]) * 1e3))
"""


def milliseconds(client: str, root: Path, python: str = sys.executable) -> float:
    """The median of one process, without its first request, which also imports."""
    program = PROGRAM.format(client=client, count=COUNT)
    command = [python, "-m", "recproxy", "run", "--profile", "shop", "--", python, "-c", program]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[0]))


def measure() -> dict[str, float]:
    """What `compare` compares."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder))
        return {f"a fresh {client}.get in replay, ms": milliseconds(client, root) for client in GOALS}


def rows(tools: Tools) -> Iterator[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder))
        for client, goal in GOALS.items():
            times = [milliseconds(client, root, tools.python) for _ in range(ROUNDS)]
            yield Row(f"a fresh {client}.get over HTTPS in replay", "ms", statistics.median(times), goal=goal)


def main() -> None:
    for row in rows(Tools(sys.executable)):
        print(*row.cells(), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
