"""How fast `recproxy scan` is: many small recordings, and a few large ones, of JSON with links and no secret.

    python tests/bench/scan.py

Prints megabytes for each second of CPU time of the whole command with its forks, and for each second that passes: the
forks work at the same time, one on each processor. The time for one small recording is mostly that of the start, which
many small files share.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import redaction

from recproxy.recording import Interaction, Recording, Request, Response, dump

ROUNDS = 5


def make(folder: Path, files: int, interactions: int, items: int) -> int:
    """Recordings of so many interactions, each with a page of so many items: their bytes."""
    chance = random.Random(1)
    folder.mkdir()
    for file in range(files):
        pages = [json.dumps([redaction.item(number, chance) for number in range(items)]) for _ in range(interactions)]
        recording = Recording(interactions=tuple(interaction(file, number, page) for number, page in enumerate(pages)))
        (folder / f"{file}.rec").write_bytes(dump(recording))
    return sum(path.stat().st_size for path in folder.iterdir())


def interaction(file: int, number: int, page: str) -> Interaction:
    """What was recorded of a page."""
    return Interaction(
        request=Request(method="GET", url=f"https://api.example.com/items/{file}?page={number}"),
        response=Response(status=200, headers=((b"Content-Type", b"application/json"),), body=page.encode()),
    )


def seconds(folder: Path) -> tuple[float, float]:
    """CPU time of a scan, and the time that passes."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "recproxy", "scan", str(folder)], check=True, capture_output=True)
    passed = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, passed


def timed(rounds: int, scale: int) -> dict[str, tuple[int, float, float]]:
    """Bytes, and medians of the CPU time and of the time that passes, by what is scanned, in turns."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        kinds = {
            "one small recording": (1, 1, 10),
            "small recordings": (40 * scale, 1, 10),
            "large recordings": (4, 25 * scale, 20),
        }
        sizes = {what: make(root / what, *kind) for what, kind in kinds.items()}
        turns = [{what: seconds(root / what) for what in kinds} for _ in range(rounds)]
    return {
        what: (size, *(statistics.median(turn[what][kind] for turn in turns) for kind in range(2)))
        for what, size in sizes.items()
    }


def measure() -> dict[str, float]:
    """What `compare` compares."""
    return {f"scan of {what}, s of CPU": spent for what, (_, spent, _) in timed(1, 5).items()}


def main() -> None:
    print(f"{'':39} {'CPU':>8} {'MB/s':>6} {'passed':>8} {'MB/s':>6}")
    for what, (size, *both) in timed(ROUNDS, 20).items():
        rates = " ".join(f"{spent:6.2f} s {size / spent / 1e6:6.1f}" for spent in both)
        print(f"scan of {what:20} {size / 1e6:7.2f} MB {rates}", flush=True)


if __name__ == "__main__":
    main()
