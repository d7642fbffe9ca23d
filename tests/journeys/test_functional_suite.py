"""The share application's functional suite, run as its users do: under `recproxy run`, and by pytest alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from deadlines import seconds

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests/functional"
NO_ASYNCIO = (
    "-p",
    "no:asyncio",
)  # where it is installed it warns at its start, and the suite takes warnings for errors


def run(*words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds(100))


@pytest.fixture(autouse=True)
def _profiles():
    for profile in ("twitter", "bitly", "gmail", "facebook", "github", "slack"):
        pytest.importorskip(f"recproxy_{profile}")
    for package in ("webob", "routes"):
        pytest.importorskip(package)


@pytest.mark.long
def test_under_a_run_everything_is_answered_from_recordings():
    asked = ("twitter", "bitly", "gmail", "facebook", "github", "slack", "google", "linkedin", "yahoo")
    chosen = (word for profile in asked for word in ("--profile", profile))
    words = (sys.executable, "-m", "recproxy", "run", "--mode", "replay", *chosen, "--")

    done = run(*words, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NO_ASYNCIO, str(SUITE))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    rows = [line.split() for line in done.stderr.splitlines() if line.startswith("recproxy   ")]
    assert {row[1] for row in rows[1:]} == set(asked)
    assert all(int(row[3]) > 0 and row[5] == "0" for row in rows[1:])


def test_the_test_of_2011_passes_by_unittest_with_nothing_running():
    done = run(sys.executable, "-m", "unittest", "discover", "-s", str(SUITE), "-p", "test_send.py", "-t", str(SUITE))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.rstrip().endswith("OK")
