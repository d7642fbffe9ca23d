"""What tests pay for their scopes: milliseconds per test, the plugin in a suite that does not use it, full-size runs.

python tests/bench/scopes.py             # the times
python tests/bench/scopes.py --thorough  # and 10 x 200 tests at -n 4, 1,000 shuffles, 1,000 scopes and lanes
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cpu_times
from rows import Row, Tools

from recproxy.client.address import Address

ROOT = Path(__file__).parents[2]
TIMES = 500
TESTS = 1000
ROUNDS = 10
#: The one plugin that is measured: others are in one environment, and not in another.
PLUGIN = ("-p", "recproxy")
PROFILES = ("shop", "bank", "post")
INTERACTION = """GET https://api.shop.example/item/{number} HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{{"id": {number}, "name": "a thing"}}
=======

"""
THOROUGH = (
    "tests/testing/pytest_plugin/test_xdist.py::test_workers_replay_what_was_recorded_for_each_test_in_any_order",
    "tests/testing/pytest_plugin/test_xdist.py::test_threads_and_tasks_in_one_test_never_get_a_wrong_body",
    "tests/client/test_scopes.py::test_scopes_and_lanes_leave_nothing_behind",
)


def measure() -> dict[str, float]:
    """What `compare` compares."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder)
        scopes = {
            f"a scope of {size} interactions, ms of CPU": used for size, (_, used) in scope_times(folder, 200).items()
        }
        return scopes | {f"{TESTS} tests with the plugin, s of CPU": plugin_time(folder, *PLUGIN)}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder)
        measure_scopes(folder)
        measure_plugin(folder)
    if "--thorough" in sys.argv[1:]:
        words = ("-p", "no:randomly", "--timeout", "1800", "-s", "-q", "--thorough", *THOROUGH)
        sys.exit(subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False).returncode)


def make_project(folder: Path) -> None:
    for name in PROFILES:
        endpoint = f'[[endpoints]]\nhosts = ["api.{name}.example"]\nbase_url = "{name.upper()}_BASE_URL"\n'
        (folder / f"{name}.toml").write_text(f'schema = 1\nname = "{name}"\n\n{endpoint}')
    (folder / "recproxy.toml").write_text(f"profiles = {json.dumps([f'{name}.toml' for name in PROFILES])}\n")
    for size in (1, 100, 1000):
        blocks = "".join(INTERACTION.format(number=number) for number in range(size))
        (folder / f"of_{size}.rec").write_text(f"#recproxy 2\n\n{blocks}")
    (folder / "test_many.py").write_text(
        f"import pytest\n\n@pytest.mark.parametrize('number', range({TESTS}))\ndef test_one(number):\n    pass\n"
    )


def scope_times(folder: Path, times: int) -> dict[int, tuple[list[float], float]]:
    """Begin and end over the control address, the client's own cost included; each interaction was asked for.

    By size of the recording: milliseconds of each, and of CPU on average.
    """
    server = subprocess.Popen(
        [sys.executable, "-m", "recproxy", "serve"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean(),
    )
    assert server.stdout is not None
    environment = json.loads(server.stdout.readline())["environment"]
    address = Address(environment["RECPROXY_CONTROL"], environment["RECPROXY_TOKEN"])
    found = {}
    for size in (1, 100, 1000):
        recordings, plays = {"shop": [str(folder / f"of_{size}.rec")]}, {"shop": [1] * size}
        each = []
        used = cpu(server.pid)
        for _ in range(times):
            begun = time.perf_counter()
            address.begin_scope("default", "test", recordings, plays=plays)
            address.end_scope("default", passed=True)
            each.append((time.perf_counter() - begun) * 1000)
        found[size] = each, (cpu(server.pid) - used) * 1000 / times
    address.close()
    server.communicate(timeout=30)
    return found


def measure_scopes(folder: Path) -> None:
    print(
        f"begin and end of a scope, {len(PROFILES)} profiles, {TIMES} times: milliseconds, median (10% to 90%), CPU of all"
    )
    for size, (times, used) in scope_times(folder, TIMES).items():
        line = f"{statistics.median(times):6.2f} ({tenth(times, 0):.2f} to {tenth(times, -1):.2f}) {used:6.2f}"
        print(f"  a recording of {size:5} interactions: {line}")


def measure_plugin(folder: Path) -> None:
    """A suite that does not use the plugin, with it and without, in turns."""
    ways: dict[str, tuple[str, ...]] = {"without": (), "with": PLUGIN}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, words in random.sample(list(ways.items()), 2):
            times[name].append(plugin_time(folder, *words))
    print(
        f"the plugin in a suite of {TESTS} tests that does not use it, {ROUNDS} rounds: seconds of CPU, median (spread)"
    )
    for name, each in times.items():
        print(f"  {name:7} {statistics.median(each):.3f} ({min(each):.3f} to {max(each):.3f})")


def rows(tools: Tools) -> Iterator[Row]:
    """The row of the table: what a test pays for its scope."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder)
        each = [statistics.median(scope_times(folder, 200)[1][0]) for _ in range(5)]
        what = f"begin and end of a scope of one interaction over the control address, {len(PROFILES)} profiles"
        yield Row(what, "ms", statistics.median(each), goal=1)


def plugin_time(folder: Path, *words: str) -> float:
    """Seconds of CPU of one session."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = clean() | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    begun = os.times()
    done = subprocess.run([*command, *words], cwd=folder, env=environment, capture_output=True, check=True)
    ended = os.times()
    assert f"{TESTS} passed".encode() in done.stdout, done.stdout
    return ended.children_user + ended.children_system - begun.children_user - begun.children_system


def cpu(pid: int) -> float:
    """Seconds of CPU that this process has used, and another one with all below it."""
    ours = os.times()
    return ours.user + ours.system + cpu_times.of_tree(pid)


def tenth(times: list[float], number: int) -> float:
    return statistics.quantiles(times, n=10)[number]


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "PYTEST"))}


if __name__ == "__main__":
    main()
