"""Where cassettes of tests go: to the names that the plugin looks for."""

from __future__ import annotations

import os
from pathlib import PurePath

import prestarted
import pytest
from command_line import recproxy
from deadlines import seconds

from recproxy.cli.import_sources import sources_in
from recproxy.cli.test_cassettes import named_for_tests

CASSETTE = """interactions:
- request: {method: GET, uri: "http://a.example/item", body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: hello}}
version: 1
"""
TEST = """from urllib.request import urlopen
class TestSend:
    def test_one(self):
        assert urlopen("http://a.example/item").read() == b"hello"
def test_two():
    assert urlopen("http://a.example/item").read() == b"hello"
"""
#: Names of tests that a file cannot have, and those that pytest-recording and, for the last one, pytest-vcr give them.
SPECIAL = """
import pytest
IDS = ["a/b:c?-0", "na\\u00efve-0", "c.csv-a,b\\n1,2\\n", "d.png-\\x89PNG\\r\\n"]
class TestOuter:
    class TestSearch:
        @pytest.mark.parametrize("word", IDS[:1])
        def test_one(self, word):
            test_two()
    def test_three(self): test_two()
@pytest.mark.parametrize("word", IDS)
def test_special(word):
    test_two()
@pytest.mark.parametrize("word", [1, 2], ids=["a/b", "x" * 238])
def test_vcr(word):
    test_two()
class TestX:
    class TestLast:
        @pytest.mark.parametrize("word", ["a:b"])
        def test_four(self, word): test_two()
"""
SPECIAL_NAMES = (
    *("TestSearch.test_one[a-b-c--0]", "TestOuter.test_three", "test_special[a-b-c--0]", "test_special[na-xefve-0]"),
    *("test_special[c.csv-a,b-n1,2-n]", "test_special[d.png--x89PNG-r-n]", "TestLast.test_four[a:b]"),
)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "recproxy.toml").write_text('[[profiles.shop.endpoints]]\nhosts = ["a.example"]\n')
    (tmp_path / "tests/functional").mkdir(parents=True)
    return tmp_path


def write(path, text=CASSETTE):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def names(project, folder):
    found = named_for_tests(sources_in([folder]), recordings=project / "tests/functional/recordings", root=project)
    return sorted(each.name.as_posix() for each in found)


def test_cassettes_of_pytest_recording_are_named_by_their_module(project):
    for module in ("tests/test_m.py", "tests/functional/test_f.py"):
        write(project / module, TEST)
    for name in (
        *("tests/cassettes/test_m/TestSend.test_one.yaml", "tests/cassettes/test_m/test_two[a-1].yaml"),
        *("tests/functional/cassettes/test_f/test_two.yaml", "tests/cassettes/test_gone/test_two.yaml"),
    ):
        write(project / name)

    assert names(project, project / "tests/cassettes") == [
        *("test_gone/test_two", "tests.test_m/TestSend.test_one", "tests.test_m/test_two[a-1]"),
    ]
    assert names(project, project / "tests/functional/cassettes") == ["test_f/test_two"]


def test_cassettes_of_pytest_vcr_belong_to_the_one_module_that_has_the_test(project):
    write(project / "tests/test_m.py", TEST)
    write(project / "tests/test_n.py", "def test_both(): ...\n")
    write(project / "tests/test_o.py", "def test_both(): ...\n")
    for name in ("TestSend.test_one", "test_both", "shared"):
        write(project / f"tests/cassettes/{name}.yaml")

    assert names(project, project / "tests/cassettes") == ["shared", "test_both", "tests.test_m/TestSend.test_one"]


def test_elsewhere_the_names_stay(project):
    write(project / "tests/test_m.py", TEST)
    write(project / "tests/cassettes/test_m/test_two.yaml")

    (source,) = sources_in([project / "tests/cassettes"])
    assert source.name == PurePath("test_m/test_two")
    assert recproxy("import", "tests/cassettes", "--to", "out", folder=project).returncode == 0
    assert (project / "out/shop/test_m/test_two.rec").is_file()


def test_what_was_imported_is_what_the_plugin_looks_for(project):
    write(project / "tests/test_m.py", TEST + SPECIAL)
    for name in ("TestSend.test_one", "test_two", *SPECIAL_NAMES):
        write(project / f"tests/cassettes/test_m/{name}.yaml")
    for name in ("test_vcr[a/b]", f"test_vcr[{'x' * 238}]"):  # pytest-vcr takes a slash for one of the path
        write(project / f"tests/cassettes/{name}.yaml")

    words = ("import", "tests/cassettes", "--profile", "shop", "--to", "tests/functional/recordings")
    done = recproxy(*words, folder=project)
    assert done.returncode == 0, done.stderr
    assert "recproxy: uninstall the pytest plugin that played these cassettes" in done.stderr
    words = ("-q", "--recproxy-mode=replay", "tests/test_m.py")
    tested = prestarted.run("pytest", words, cwd=project, environment=dict(os.environ), timeout=seconds(60))

    assert "replay: 11 tests, 11 requests played, 0 recorded, 0 missed" in tested.stdout, tested.stdout
