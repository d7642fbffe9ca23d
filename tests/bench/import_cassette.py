"""A large cassette: time and memory of its import, beside vcrpy's own load of the same file.

    python tests/bench/import_cassette.py [INTERACTIONS] [BYTES OF EACH BODY]

Each is measured in a process of its own, in seconds of processor time; memory is the peak of the resident set, less
what the process has at start.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IMPORT = """
import importlib, pkgutil, sys, yaml
import recproxy.cli, recproxy.formats
for room in (recproxy.cli, recproxy.formats):
    for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        importlib.import_module(module.name)
from recproxy.cli.main import _recproxy
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
try:
    _recproxy(["import", sys.argv[1], "--profile", sys.argv[2], "--to", sys.argv[3]])
except SystemExit as end:
    assert not end.code, end.code
"""
LOAD = """
import sys
from vcr.cassette import Cassette
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
assert len(Cassette.load(path=sys.argv[1])) > 0
"""
MEASURED = """
import resource, time
{}
spent = time.process_time() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("measured", spent, (peak - before) * 1024, peak * 1024)
"""
PROFILE = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["api.shop.example"]\n'


def make(path, interactions, size):
    """A cassette as vcrpy writes it, with bodies of JSON in which nothing repeats."""
    chance = random.Random(1)
    with path.open("w") as file:
        file.write("interactions:\n")
        for number in range(interactions):
            items = [
                {"id": str(chance.getrandbits(60)), "text": f"{chance.getrandbits(320):080x}", "likes": place}
                for place in range(size // 140)
            ]
            body = json.dumps(json.dumps({"page": number, "items": items}, separators=(",", ":")))
            file.write(
                f"- request:\n    body: null\n    headers:\n      Accept:\n      - '*/*'\n    method: GET\n"
                f"    uri: https://api.shop.example/items/{number}\n"
                f"  response:\n    body:\n      string: {body}\n    headers:\n      Content-Type:\n"
                f"      - application/json\n      Date:\n      - Tue, 24 Nov 2026 12:00:00 GMT\n"
                f"      Content-Length:\n      - '{size}'\n    status:\n      code: 200\n      message: OK\n"
            )
        file.write("version: 1\n")


def measured(program, *words):
    """Seconds, bytes above the start, and bytes at the peak."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(program), *map(str, words)], capture_output=True, text=True, check=True
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("measured ")]
    return [float(word) for word in line.split()[1:]]


def measure():
    """What `compare` compares."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cassette, profile = folder / "large.yaml", folder / "profile.toml"
        make(cassette, 500, 4_000)
        profile.write_text(PROFILE)
        spent, above, _ = measured(IMPORT, cassette, profile, folder / "out")
    return {"import of a cassette of 2 MB, s of CPU": spent, "its memory above the start, MB": above / 1e6}


def main(interactions=10_000, size=10_000):
    """Measure, and print a line for each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cassette, profile = folder / "large.yaml", folder / "profile.toml"
        make(cassette, interactions, size)
        profile.write_text(PROFILE)
        begun = time.perf_counter()
        cassette.read_bytes()
        file = cassette.stat().st_size
        print(f"{file / 1e6:.0f} MB, {interactions} interactions, read in {time.perf_counter() - begun:.2f} s")
        rows = [
            ("recproxy import", measured(IMPORT, cassette, profile, folder / "out")),
            ("vcrpy's load", measured(LOAD, cassette)),
        ]
        for what, (spent, above, peak) in rows:
            print(
                f"{what:16} {spent:7.1f} s  {above / 1e6:7.0f} MB above the start, {above / file:.1f} x the file",
                end="",
            )
            print(f"  ({peak / 1e6:.0f} MB in all)")
        print(f"recproxy's import takes {rows[0][1][0] / rows[1][1][0]:.1f} times vcrpy's load")
        return rows, file


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(*map(int, sys.argv[1:]))
