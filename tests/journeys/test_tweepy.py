"""Real tweepy, sync and async, over the cassettes that its project recorded: in place, imported, and as vcrpy names them."""

import os
import shutil
import sys
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds
from plugins import WITHOUT_PLUGINS
from prestarted_starts import can_run

DATA = Path(__file__).parent / "data"
CASSETTES = Path(__file__).parents[3] / "shared/corpus/vcrpy/tweepy"
#: Of API, of Client and of AsyncClient: 18 cassettes of version 1.1, 22 of version 2, and 21 of these.
TESTS = 18 + 22 + 21

pytestmark = pytest.mark.skipif(not CASSETTES.is_dir(), reason="the corpus of recordings is not beside the checkout")


def run(folder, *words, **environment):
    for name in ("tweepy_calls.py", "suite_of_tweepy.py", "suite_of_tweepy_by_vcrpy.py"):
        shutil.copy(DATA / name, folder / f"test_{name}" if name.startswith("suite") else folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RECPROXY", "PYTEST")) and name != "CI"
    }
    environment = inherited | {"TWEEPY_CASSETTES": str(CASSETTES), "PYTEST_ADDOPTS": WITHOUT_PLUGINS} | environment
    assert can_run(words, environment)
    done = prestarted.run(words[1], words[2:], cwd=folder, environment=environment, timeout=seconds(110))
    return done.stdout + done.stderr


PYTEST = ("-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:asyncio")


def replay(folder, recordings, **environment):
    words = ("-m", "recproxy", "run", "--profile", "twitter", "--", sys.executable, *PYTEST)
    return run(folder, *words, "test_suite_of_tweepy.py", TWEEPY_RECORDINGS=str(recordings), **environment)


def test_its_cassettes_in_place(tmp_path):
    assert f"{TESTS} passed" in replay(tmp_path, CASSETTES)


@pytest.mark.long
def test_its_cassettes_imported(tmp_path):
    imported = tmp_path / "imported"
    words = ("-m", "recproxy", "import", str(CASSETTES), "--profile", "twitter", "--to", str(imported))

    source_summary = run(tmp_path, *words).splitlines()[-1]
    assert source_summary.startswith("65 interactions of 40 files")
    assert source_summary.endswith("0 lost")
    assert f"{TESTS} passed" in replay(tmp_path, imported, TWEEPY_IMPORTED="1")


@pytest.mark.long
def test_a_suite_in_the_manner_of_its_own_under_the_bridge(tmp_path):
    out = run(tmp_path, *PYTEST, "-p", "recproxy.vcrpy_bridge", "test_suite_of_tweepy_by_vcrpy.py")

    assert f"{TESTS} passed" in out
    assert "61 cassettes, 101 requests played, 0 recorded, 0 missed, 0 recorded interactions unused" in out
    assert "not honoured" not in out
