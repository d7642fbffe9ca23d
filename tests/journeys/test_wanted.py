"""What a replay misses goes onto a list, and whoever has the credentials records exactly that."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from plugins import WITHOUT_PLUGINS
from real_service import serving_anew

from .conftest import Project

PROFILE = """[project]
name = "demo"
[tool.recproxy]
run = ["shop", "bank"]
"""
TABLE = """[tool.recproxy.profiles.{name}]
credentials = ["{variable}_KEY"]
[[tool.recproxy.profiles.{name}.endpoints]]
hosts = ["api.{name}.example"]
base_url = "{variable}_BASE_URL"
[tool.recproxy.profiles.{name}.placeholders]
{variable}_KEY = "placeholder"
[tool.recproxy.profiles.{name}.upstream]
address = "http://127.0.0.1:{port}"
"""
TESTS = """
import os
import urllib.request

import pytest


def get(path, service="SHOP"):
    with urllib.request.urlopen(os.environ[service + "_BASE_URL"] + path) as answer:
        return answer.read()


def test_recorded():
    assert get("/recorded?key=" + os.environ["SHOP_KEY"])


@pytest.mark.recproxy("shop", "shared.rec")
def test_shared():
    assert get("/shared")


@pytest.mark.recproxy("shop", "shared.rec")
def test_shared_too():
    assert get("/shared")


class TestNew:
    @pytest.mark.parametrize("item", ["a", "b::c"])
    def test_item(self, item):
        assert get("/recorded?key=" + os.environ["BANK_KEY"], "BANK")
        assert get("/new/" + item[0])
"""
UNITTEST = """
import os
import unittest
import urllib.request

from recproxy import recproxy


def get(path):
    with urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + path) as answer:
        return answer.read()


class TestShop(unittest.TestCase):
    @recproxy("shop", "unit/one.rec")
    def test_one(self):
        self.assertTrue(get("/one"))

    @recproxy("shop", "unit/one_more.rec")
    def test_one_more(self):
        self.assertTrue(get("/one_more"))
"""
PYTEST = ("pytest", "-q", "--tb=native", "-p", "no:cacheprovider", "tests")
KEYS = {"SHOP_KEY": "key-of-the-shop", "BANK_KEY": "key-of-the-bank", "PYTEST_ADDOPTS": WITHOUT_PLUGINS}
NAME = "recproxy-wanted.json"


@pytest.fixture
def project(tmp_path):
    with serving_anew() as (port, asked):
        made = Project(tmp_path)
        tables = (TABLE.format(name=name, variable=name.upper(), port=port) for name in ("shop", "bank"))
        made.write("pyproject.toml", PROFILE + "".join(tables))
        made.asked = asked
        yield made


def run(project, *words, **environment):
    words = words if "--profile" in words else ("--profile", "shop", "--profile", "bank", *words)
    return project.run("run", *words, environment={"PYTEST_ADDOPTS": WITHOUT_PLUGINS, **environment})


def replay(project, *command, **environment):
    done = run(project, "--report", "report.json", "--", *command, RECPROXY_WANTED=NAME, **environment)
    path = project.root / NAME
    return done, json.loads(path.read_text()) if path.is_file() else None


@pytest.mark.long
def test_what_is_missed_is_listed_and_recorded_exactly(project):
    tests = project.write("tests/test_shop.py", TESTS)
    both = ("--record", "shop", "--record", "bank", "--", *PYTEST)
    assert run(project, *both, "-k", "test_recorded or test_shared", **KEYS).returncode == 0
    recordings = project.root / "tests/functional/recordings"
    shared = recordings / "shop/shared.rec"
    shared.write_text(shared.read_text().replace("/shared HTTP", "/gone HTTP"))
    before = {path: path.read_bytes() for path in recordings.rglob("*.rec")}

    done, wanted = replay(project, *PYTEST, **KEYS)  # also where the credentials are set

    assert done.returncode == 1
    assert KEYS["BANK_KEY"] not in (project.root / NAME).read_text()
    by_test = {each["test"]: each for each in wanted["tests"]}
    item, shares = by_test["test_shop.TestNew.test_item[b::c]"], by_test["test_shop.test_shared"]
    assert (item["file"], item["names"]) == ("tests/test_shop.py", ["TestNew", "test_item[b::c]"])
    assert item["profiles"] == ["bank"]  # the test failed before it asked the shop
    assert [each["url"].rpartition("/")[2] for each in item["requests"]] == ["recorded?key=XXX"]
    assert shares["shared_with"] == ["test_shop.test_shared_too"]
    assert shares["recordings"] == ["tests/functional/recordings/shop/shared.rec"]
    assert shares["requests"][0]["closest"].startswith("tests/functional/recordings/shop/shared.rec:")
    assert json.loads((project.root / "report.json").read_text())["wanted"] == wanted["tests"]
    project.asked.clear()

    done = run(project, "--record-wanted", NAME, "--", *PYTEST, **KEYS)
    assert sorted(project.asked) == [
        *[f"/recorded?key={KEYS['BANK_KEY']}"] * 2,
        *["/shared"] * 2,
    ]
    assert done.returncode == 1  # of the shop, what the new tests ask next is still missing
    changed = {path for path in recordings.rglob("*.rec") if before.get(path) != path.read_bytes()}
    assert shared in changed
    assert recordings / "shop/test_shop/test_recorded.rec" not in changed
    tests.write_text(tests.read_text() + "\n")

    stale = run(project, "--record-wanted", NAME, "--", *PYTEST, **KEYS)

    assert stale.returncode == 2
    assert stale.stderr.splitlines()[-1] == (
        f"recproxy: --record-wanted {NAME}: tests/test_shop.py is not as it was when the list was written: the list is "
        "stale: write it anew with a replay"
    )


def test_the_tests_of_unittest_are_chosen_by_their_whole_names(project):
    project.write("test_unit.py", UNITTEST)
    (project.root / "unit").mkdir()
    for name in ("one", "one_more"):
        project.write(f"unit/{name}.rec", "#recproxy 2\n")
    command = (sys.executable, "-m", "unittest", "-q", "test_unit")
    _, wanted = replay(project, *command)
    wanted["tests"] = [each for each in wanted["tests"] if each["test"].endswith("test_one")]
    project.write(NAME, json.dumps(wanted))

    done = run(project, "--record-wanted", NAME, "--", *command, **KEYS)

    assert (done.returncode, project.asked) == (0, ["/one"])
    assert "/one HTTP" in (project.root / "unit/one.rec").read_text()

    wanted["tests"][0]["keyword"] = "*unit.TestShop.*"  # by hand: more than the list names
    project.write(NAME, json.dumps(wanted))
    done = run(project, "--record-wanted", NAME, "--", *command, **KEYS)

    assert (done.returncode, project.asked) == (1, ["/one", "/one"])  # the other test replays, and misses


def test_a_command_in_which_no_test_can_be_chosen_is_refused(project):
    project.write("tests/test_shop.py", TESTS)
    _, wanted = replay(project, *PYTEST, "-k", "test_recorded")
    cases = {
        ("sh", "-c", "python -m unittest"): "can be chosen in a command that is pytest or python -m unittest",
        ("node", "tests.js"): "can be chosen in a command that is pytest or python -m unittest",
        (sys.executable, "-m", "unittest"): "'test_shop.test_recorded' cannot be chosen in this command",
    }

    for command, why in cases.items():
        done = run(project, "--record-wanted", NAME, "--", *command, **KEYS)
        assert (done.returncode, why in done.stderr.splitlines()[-1]) == (2, True), done.stderr
    assert len(wanted["tests"]) == 1
    assert project.asked == []


def test_a_hostile_list_is_refused_in_one_line_and_nothing_is_asked(project):
    project.write("tests/test_shop.py", TESTS)
    _, wanted = replay(project, *PYTEST, "-k", "test_recorded")
    folder = project.root

    def list_of(name, **changes):
        values = json.loads(json.dumps(wanted))
        values["tests"][0] |= changes
        project.write(name, json.dumps(values))
        return name

    (folder / "link.json").symlink_to(folder / NAME)
    os.mkfifo(folder / "pipe.json")
    cases = {
        list_of("profile.json", profiles=["evil"]): "wants profile 'evil', which the project does not have",
        list_of("word.json", names=["--co"]): "tests[0].names are no classes and test",
        list_of("gone.json", file="tests/test_gone.py"): "tests/test_gone.py is not as it was",
        list_of("blank.json", file="tests/test_gone.py", sha256=""): "tests/test_gone.py is not as it was",
        "link.json": "cannot be read",
        "pipe.json": "is no file",
        "/dev/zero": "is no file",
        "none.json": "cannot be read: No such file or directory",
    }

    for name, why in cases.items():
        done = run(project, "--record-wanted", name, "--", *PYTEST, **KEYS)
        line = done.stderr.splitlines()[-1]
        assert (done.returncode, why in line, "Traceback" in done.stderr) == (2, True, False), done.stderr
    list_of("names.json", names=["test_that_is_gone"])
    done = run(project, "--record-wanted", "names.json", "--", *PYTEST, **KEYS)
    assert done.returncode == 4  # of pytest: wrong usage
    assert "the list wants 'test_shop.py::test_that_is_gone'" in done.stderr + done.stdout
    assert project.asked == []


def test_a_list_never_dirties_a_repository_that_did_not_ask_for_it(project):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def git(*words):
        done = subprocess.run(("git", *words), cwd=project.root, capture_output=True, text=True, check=True)
        return done.stdout

    project.write("tests/test_shop.py", TESTS)
    project.write("tests/functional/recordings/shop/kept.rec", "#recproxy 2\n")
    project.write(".gitignore", "__pycache__\n")
    git("init", "-q")
    before = git("status", "--porcelain", "-uall")
    one = (*PYTEST, "-k", "test_recorded")

    done = run(project, "--", *one, CI="")
    assert git("status", "--porcelain", "-uall") == before
    assert "wanted" not in done.stderr
    assert (project.root / "tests/functional/recordings/.journal" / NAME).is_file()
    project.write(".gitignore", f"__pycache__\n{NAME}\n")
    done = run(project, "--", *one, CI="")

    assert git("status", "--porcelain", "-uall") == before
    assert Path(project.root, NAME).is_file()
    assert done.stderr.splitlines()[-1] == (
        f"recproxy: wanted: 1 request of 1 test in {NAME}: whoever has the credentials records them with "
        f"--record-wanted {NAME}"
    )


def test_what_a_command_that_is_no_test_missed_is_of_no_test(project):
    program = "import os, urllib.request as u\ntry: u.urlopen(os.environ['SHOP_BASE_URL'])\nexcept OSError: pass"

    done = run(project, "--", sys.executable, "-c", program, RECPROXY_WANTED="w.json")

    assert done.stderr.splitlines()[-1].startswith("recproxy: wanted: 1 request in w.json: whoever has the credentials")


def test_what_one_side_does_not_have_is_absent_as_in_the_report(project):
    recorded = "#recproxy 2\n\nGET https://api.shop.example/?page=2 HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"
    project.write("tests/functional/recordings/shop/default.rec", recorded)
    program = (
        "import os, urllib.request as u\ntry: u.urlopen(os.environ['SHOP_BASE_URL'] + '/?q=x')\nexcept OSError: pass"
    )

    _, wanted = replay(project, sys.executable, "-c", program)

    assert wanted["tests"][0]["requests"][0]["differences"] == [
        "query page: recorded 2, got (absent)",
        "query q: recorded (absent), got x",
    ]


def test_a_list_that_cannot_be_written_fails_a_run_only_where_it_was_asked_for(project):
    project.write("tests/test_shop.py", TESTS)
    project.write("tests/functional/recordings/.journal", "a file")
    one = (*PYTEST, "-k", "test_recorded")

    usual = run(project, "--", *one, CI="")
    asked = run(project, "--", *one, RECPROXY_WANTED="pyproject.toml/w.json")

    assert (usual.returncode, "cannot be written" in usual.stderr) == (1, False)
    assert (asked.returncode, asked.stderr.count("w.json: cannot be written")) == (1, 1)
