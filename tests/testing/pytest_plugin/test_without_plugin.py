"""A pytest that recproxy's plugin is not part of: the run says so, and `-p recproxy_scopes` takes its place."""

import importlib.util
import shutil
import subprocess
import sys

import pytest
from deadlines import seconds
from interpreters import interpreter

from recproxy.client.names import recording_of_test

SUITE = """
import urllib.error
import urllib.request
import pytest

def get(path):
    try:
        return urllib.request.urlopen("http://api.shop.example/" + path).read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return "swallowed %s" % error.code

def test_one():
    assert get("item") == "first"

class TestTwo:
    @pytest.mark.parametrize("word", ["a", "B c"])
    def test_two(self, word):
        assert get("item") == "second"

@pytest.mark.recproxy("shop", "named.rec")
def test_named():
    assert get("item") == "named"
"""
MISSES = (
    SUITE
    + """
def test_missed():
    get("nothing")
"""
)
SILENT = "recproxy: note: the command is pytest, but recproxy's plugin did not report: all tests share one recording"


@pytest.fixture
def suite(project):
    project.write("tests/test_old.py", SUITE)
    project.record("recordings/shop/default.rec", ("item", "shared"))
    project.record("recordings/shop/tests/test_old/test_one.rec", ("item", "first"))
    two = project.record("recordings/shop/tests/test_old/TestTwo.test_two[a].rec", ("item", "second"))
    other = recording_of_test(("tests", "test_old"), ("TestTwo", "test_two[B c]"))
    shutil.copy(two, project.root / "recordings/shop" / other)
    project.record("tests/named.rec", ("item", "named"))
    return project


def test_the_plugin_reports_also_where_no_test_asks_for_anything(suite):
    suite.write("tests/test_old.py", "def test_nothing(): pass\n")

    assert SILENT not in suite.pytest("tests", run=True).out


@pytest.mark.parametrize("mode", ["replay", "record"])
def test_a_plugin_that_is_switched_off_is_one_line(suite, mode):
    suite.write("tests/test_old.py", "def test_nothing(): pass\n")
    words = (
        "-m",
        "recproxy",
        "run",
        "--mode",
        mode,
        "--",
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:recproxy",
        "tests",
    )

    code, out = suite.python(*words)

    assert code == 0, out
    assert out.count(SILENT) == 1


def test_other_commands_need_no_plugin(suite):
    code, out = suite.python("-m", "recproxy", "run", "--", sys.executable, "-c", "")

    assert (code, SILENT in out) == (0, False)


OFF = ("-p", "no:recproxy", "-p", "recproxy_scopes")


@pytest.mark.parametrize("words", [OFF, ("-p", "recproxy_scopes"), (*OFF, "-n", "2")], ids=["alone", "beside", "xdist"])
def test_the_plugin_for_old_pythons_gives_each_test_its_own_recording(suite, words):
    if "-n" in words:
        pytest.importorskip("xdist")

    done = suite.pytest(*words, "tests", run=True)

    assert done.counts == {"passed": 4}, done.out
    assert SILENT not in done.out
    assert "recproxy   shop     replay       4" in done.out


def test_the_plugin_for_old_pythons_fails_a_test_for_its_miss(suite):
    suite.write("tests/test_old.py", MISSES)

    done = suite.pytest(*OFF, "tests", run=True)

    assert done.counts == {"failed": 1, "passed": 4}, done.out
    assert "this request to shop was never recorded" in done.out
    assert "test     test_old.test_missed" in done.out


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10"])
def test_an_older_python_has_scopes_by_it(suite, tmp_path_factory, version):
    if importlib.util.find_spec("uv") is None:
        pytest.skip("uv is not installed")
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    folder = tmp_path_factory.mktemp("old")
    uv = (sys.executable, "-m", "uv")
    for words in (
        ("venv", "--python", python, str(folder)),
        ("pip", "install", "--python", str(folder / "bin/python"), "pytest"),
    ):
        made = subprocess.run([*uv, "-q", *words], capture_output=True, text=True, timeout=seconds(120), check=False)
        if made.returncode:
            pytest.skip(f"pytest for Python {version} cannot be installed")
    run = ("-m", "recproxy", "run", "--", str(folder / "bin/python"), "-m", "pytest", "-p", "no:cacheprovider", "tests")

    _, silent = suite.python(*run, PYTEST_ADDOPTS="")
    code, out = suite.python(*run, "-p", "recproxy_scopes", PYTEST_ADDOPTS="")

    assert SILENT in silent
    assert code == 0, out
    assert "4 passed" in out
    assert "recproxy   shop     replay       4" in out
