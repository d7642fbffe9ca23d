"""A large cassette: time and memory of its import, beside vcrpy's own load of the same file.

    python tests/bench/import_cassette.py [INTERACTIONS] [BYTES OF EACH BODY]

Each is measured in a process of its own, in seconds of processor time, in turns, and the median of five counts, of three in
the table of all costs. The time
of an import is printed twice: with its forks, and without them. The forks work at the same time, so where each of them has
a processor, you wait for about the second. Memory is the peak of the resident set of the process, less what it has at
start. The same cassette is imported without tokens, with one token in all requests, and with a token of its own in each:
what is secret is looked for in all the others.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rows import beside, in_turns

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
alone = time.process_time() - begun
forks = resource.getrusage(resource.RUSAGE_CHILDREN)
spent = alone + forks.ru_utime + forks.ru_stime
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("measured", spent, alone, (peak - before) * 1024, peak * 1024)
"""
PROFILE = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["api.shop.example"]\n'
TOKENS = ("no token", "one token", "a token each")
ROUNDS = 5


def make(path, interactions, size, tokens="no token"):
    """A cassette as vcrpy writes it, with bodies of JSON in which nothing repeats."""
    chance = random.Random(1)
    token = f"{chance.getrandbits(160):040x}"
    with path.open("w") as file:
        file.write("interactions:\n")
        for number in range(interactions):
            items = [
                {"id": str(chance.getrandbits(60)), "text": f"{chance.getrandbits(320):080x}", "likes": place}
                for place in range(size // 140)
            ]
            token = f"{chance.getrandbits(160):040x}" if tokens == "a token each" else token
            authorization = "" if tokens == "no token" else f"      Authorization:\n      - Bearer {token}\n"
            body = json.dumps(json.dumps({"page": number, "items": items}, separators=(",", ":")))
            file.write(
                f"- request:\n    body: null\n    headers:\n      Accept:\n      - '*/*'\n{authorization}    method: GET\n"
                f"    uri: https://api.shop.example/items/{number}\n"
                f"  response:\n    body:\n      string: {body}\n    headers:\n      Content-Type:\n"
                f"      - application/json\n      Date:\n      - Tue, 24 Nov 2026 12:00:00 GMT\n"
                f"      Content-Length:\n      - '{size}'\n    status:\n      code: 200\n      message: OK\n"
            )
        file.write("version: 1\n")


def measured(program, *words):
    """Seconds with forks, seconds without, bytes above the start, and bytes at the peak."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(program), *map(str, words)], capture_output=True, text=True, check=True
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("measured ")]
    return [float(word) for word in line.split()[1:]]


def measure():
    """What `compare` compares."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cassette, profile = folder / "large.yaml", folder / "profile.toml"
        profile.write_text(PROFILE)
        for tokens in TOKENS:
            make(cassette, 500, 4_000, tokens)
            spent, _, above, _ = measured(IMPORT, cassette, profile, folder / tokens)
            found[f"import of a cassette of 2 MB, {tokens}, s of CPU"] = spent
            if tokens == "no token":
                found["its memory above the start, MB"] = above / 1e6
    return found


def imported(cassette, profile):
    """Seconds of an import, without its forks."""
    with tempfile.TemporaryDirectory() as folder:
        return measured(IMPORT, cassette, profile, folder)[1]


def loaded(cassette):
    """Seconds of vcrpy's load."""
    return measured(LOAD, cassette)[0]


def cassettes(interactions, size):
    """Each kind of cassette, with a folder and a profile for its import."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = folder / "profile.toml"
        profile.write_text(PROFILE)
        for tokens in TOKENS:
            cassette = folder / f"{tokens}.yaml"
            make(cassette, interactions, size, tokens)
            yield tokens, cassette, profile


def rows(tools, interactions=10_000, size=10_000, rounds=3):
    """The rows of the table: by the first process, for which one waits where each fork has a processor."""
    for tokens, cassette, profile in cassettes(interactions, size):
        got = in_turns({"import": partial(imported, cassette, profile), "load": partial(loaded, cassette)}, rounds)
        megabytes = cassette.stat().st_size / 1e6
        what = f"import of {megabytes:.0f} MB, {interactions:,} interactions, {tokens}: the process that is waited for"
        yield beside(what, "s of CPU", got["import"], "vcrpy's load", got["load"], 2)


def main(interactions=10_000, size=10_000):
    """Measure, and print a row for each cassette."""
    columns = f"{'import':>10} {'ratio':>8} {'without forks':>15} {'ratio':>8} {'vcrpy, load':>13}  import's memory above the start"
    print(f"{interactions} interactions {columns}")
    for tokens, cassette, profile in cassettes(interactions, size):
        file = cassette.stat().st_size
        turns = [
            (measured(IMPORT, cassette, profile, cassette.with_suffix(f".{turn}")), measured(LOAD, cassette))
            for turn in range(ROUNDS)
        ]
        with_forks, alone = (statistics.median(our[kind] for our, _ in turns) for kind in range(2))
        ratios = [statistics.median(our[kind] / their[0] for our, their in turns) for kind in range(2)]
        load = statistics.median(their[0] for _, their in turns)
        above = statistics.median(our[2] for our, _ in turns)
        print(
            f"{file / 1e6:4.0f} MB, {tokens:12} {with_forks:9.1f} s {ratios[0]:8.2f} {alone:13.1f} s {ratios[1]:8.2f}"
            f" {load:11.1f} s  {above / 1e6:.0f} MB, {above / file:.1f} x the file",
            flush=True,
        )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(*map(int, sys.argv[1:]))
