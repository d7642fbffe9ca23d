"""`recproxy prune` and `recproxy check --orphans`, with tests that pytest really collects."""

from __future__ import annotations

import json
import os

import prestarted
import pytest
from command_line import recproxy

from recproxy.report.run_report import ProfileReport, RunReport, UnusedInteraction, report_values

SHOP = "tests/functional/recordings/shop"
CONFIG = '[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ["a.example"]\n'
ONE = ":scope {}\nGET https://a.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"
TESTS = """
import pytest

@pytest.fixture(scope="session")
def account(): ...

def test_own(account): ...

@pytest.mark.recproxy("shop", "shared.rec")
def test_named(): ...

@pytest.mark.parametrize("word", ["first-password"])
@pytest.mark.recproxy("shop", "shared.rec")
def test_login(word): ...
"""

#: The name of a test whose id holds a secret, as it is recorded.
MASKED = "test_m.test_login[XXX]~e3"


@pytest.fixture(autouse=True)
def forked():
    """The pytest that collects is a fork."""
    with prestarted.forks("pytest"):
        yield


@pytest.fixture
def project(tmp_path):
    (tmp_path / "recproxy.toml").write_text(CONFIG)
    folder = tmp_path / "tests/functional"
    shop = folder / "recordings/shop"
    (shop / "test_m").mkdir(parents=True)
    (folder / "test_m.py").write_text(TESTS)
    for name, scopes in {
        "default.rec": ["run"],
        "shared.rec": ["test_m.test_named", "test_m.test_gone", MASKED],
        "unnamed.rec": ["test_m.test_gone"],
        "test_m/test_own.rec": ["test_m.test_own"],
        "test_m/test_gone.rec": ["test_m.test_gone"],
        "test_m/account.fixture.rec": ["test_m.account", "test_m.account teardown"],
        "test_m/lost.fixture.rec": ["test_m.lost"],
    }.items():
        blocks = [ONE.format(scope, number) for number, scope in enumerate(scopes)]
        (shop / name).write_text("#recproxy 2\n\n" + "\n".join(blocks))
    return tmp_path


GONE = {
    "shared.rec:13: its test test_m.test_gone is gone",
    "test_m/lost.fixture.rec: no test plays it",
    "test_m/test_gone.rec: no test plays it",
    "unnamed.rec: no test plays it",
}


def test_what_no_test_plays_is_shown_and_removed_only_when_asked_to(project):
    shop = project / "tests/functional/recordings/shop"

    shown = recproxy("prune", folder=project)
    assert {line.partition("/shop/")[2] for line in shown.stdout.splitlines()} == GONE
    assert (shown.returncode, "nothing was removed: pass --yes" in shown.stderr) == (0, True)
    assert (shop / "unnamed.rec").exists()

    removed = recproxy("prune", "--yes", folder=project)
    assert removed.stderr == "recproxy: removed 3 files and 1 interaction\n"
    assert sorted(path.relative_to(shop).as_posix() for path in shop.rglob("*.rec")) == [
        *("default.rec", "shared.rec", "test_m/account.fixture.rec", "test_m/test_own.rec"),
    ]
    assert (shop / "shared.rec").read_text() == "#recproxy 2\n\n" + "\n".join(
        (ONE.format("test_m.test_named", 0), ONE.format(MASKED, 2))
    )


def test_check_reports_orphans_too(project):
    rows = json.loads(recproxy("check", "--orphans", "--json", folder=project).stdout)

    orphans = {(row["path"].partition("/shop/")[2], row["line"]) for row in rows if row["kind"] == "orphan"}
    assert orphans == {
        *(("shared.rec", 13), ("test_m/lost.fixture.rec", 0), ("test_m/test_gone.rec", 0), ("unnamed.rec", 0)),
    }


def test_where_tests_cannot_be_collected_nothing_is_an_orphan(project):
    (project / "tests/functional/test_broken.py").write_text("import nothing_of_the_kind\n")

    done = recproxy("prune", "--yes", folder=project)

    assert done.returncode == 2
    assert "pytest could not collect the tests, so it is not known what they play (exit code 2)" in done.stderr
    assert "for another runner, give the JSON report of a full run: --run REPORT.json" in done.stderr
    assert "nothing_of_the_kind" in done.stderr
    assert (project / "tests/functional/recordings/shop/unnamed.rec").exists()


def report_of(project, name, played, unused=(), *, number=1, request="GET https://a.example/1", **more):
    """The report of a run that played these interactions of the shop."""
    interactions = (
        UnusedInteraction(path=f"{SHOP}/{path}", number=1, line=line, request=request, passed=True)
        for path, line in unused
    )
    profile = ProfileReport(
        name="shop",
        mode="replay",
        interactions_played={f"{SHOP}/{path}": (0,) for path in played},
        interactions_unused=tuple(interactions),
    )
    made = RunReport(recproxy="0.2.0", runs=(f"r{number}",), profiles=(profile,), **more)
    (project / name).write_text(json.dumps(report_values(made)))


def test_orphans_are_those_of_a_full_run_if_its_reports_are_given(project):
    played = ("shared.rec", "test_m/test_own.rec", "test_m/account.fixture.rec")
    report_of(project, "1.json", played[:1], [("shared.rec", 13), ("unnamed.rec", 3)])
    report_of(project, "2.json", played[1:], number=2)

    done = recproxy("check", "--orphans", "--run", "1.json", "--run", "2.json", folder=project)

    assert done.returncode == 1
    assert {line.partition("/shop/")[2] for line in done.stdout.splitlines() if ": orphan: " in line} == {
        "shared.rec:13: orphan: no test of the run asked for GET https://a.example/1",
        "test_m/lost.fixture.rec: orphan: no test of the run had it in play",
        "test_m/test_gone.rec: orphan: no test of the run had it in play",
        "unnamed.rec: orphan: no test of the run asked for anything in it",
    }


@pytest.mark.parametrize(
    ("more", "words", "wanted"),
    [
        ({"command_code": 1}, ("--orphans",), "1.json: is of a run that failed, and says nothing of what is unused"),
        ({}, (), "--run needs --orphans"),
        ({}, ("--orphans", "--tests", "tests"), "--tests is for collecting tests, and --run is in its place"),
    ],
)
def test_a_run_that_says_nothing_of_orphans_is_refused(project, more, words, wanted):
    report_of(project, "1.json", (), **more)

    done = recproxy("check", *words, "--run", "1.json", folder=project)

    assert done.returncode == 2
    assert wanted in done.stderr


def test_what_a_full_run_left_unused_is_removed_unless_it_has_changed_since(project):
    shop = project / SHOP
    played = ("shared.rec", "test_m/test_own.rec", "test_m/account.fixture.rec", "unnamed.rec", "test_m/test_gone.rec")
    report_of(project, "1.json", played, [("shared.rec", 13), ("default.rec", 3)])

    shown = recproxy("prune", "--run", "1.json", folder=project)
    assert {line.partition("/shop/")[2] for line in shown.stdout.splitlines()} == {
        "shared.rec:13: no test of the run asked for GET https://a.example/1",
        "test_m/lost.fixture.rec: no test of the run had it in play",
    }

    own = (shop / "shared.rec").read_text()
    (shop / "shared.rec").write_text(own.replace("a.example/1", "a.example/11"))
    changed = recproxy("prune", "--yes", "--run", "1.json", folder=project)
    assert (changed.returncode, changed.stdout) == (2, "")
    assert f"{SHOP}/shared.rec:13: has changed since the run: run the tests again, with --report" in changed.stderr

    (shop / "shared.rec").write_text(own)
    after = (project / "1.json").stat().st_mtime + 10
    os.utime(shop / "test_m/lost.fixture.rec", (after, after))
    newer = recproxy("prune", "--yes", "--run", "1.json", folder=project)
    assert newer.returncode == 2
    assert "lost.fixture.rec: is newer than 1.json, so its test may be, too" in newer.stderr
    assert (shop / "test_m/lost.fixture.rec").exists()

    os.utime(shop / "test_m/lost.fixture.rec", (1, 1))
    removed = recproxy("prune", "--yes", "--run", "1.json", folder=project)
    assert removed.stderr == "recproxy: removed 1 file and 1 interaction\n"
    assert "a.example/1 " not in (shop / "shared.rec").read_text()
    assert (shop / "unnamed.rec").exists()


def test_a_websocket_that_a_full_run_left_unused_is_removed_and_another_stays(project):
    talk = (
        ":scope {}\nGET wss://a.example/{} HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\n\n> hi\n< hi\n=======\n"
    )
    used, unused = (talk.format("test_m.test_named", path) for path in ("used", "unused"))
    before = f"#recproxy 2\n\n{used}\n{unused}"
    (project / SHOP / "shared.rec").write_text(before)
    played = ("test_m/test_own.rec", "test_m/account.fixture.rec", "unnamed.rec", "test_m/test_gone.rec", "shared.rec")
    line = before.splitlines().index("GET wss://a.example/unused HTTP/1.1") + 1
    report_of(project, "1.json", played, [("shared.rec", line)], request="GET wss://a.example/unused")
    os.utime(project / SHOP / "shared.rec", (1, 1))
    (project / SHOP / "test_m/lost.fixture.rec").unlink()

    removed = recproxy("prune", "--yes", "--run", "1.json", folder=project)

    assert removed.stderr == "recproxy: removed 0 files and 1 interaction\n"
    assert (project / SHOP / "shared.rec").read_text() == f"#recproxy 2\n\n{used}"
