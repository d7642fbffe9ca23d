"""`recproxy prune` and `recproxy check --orphans`, with tests that pytest really collects."""

from __future__ import annotations

import json

import pytest
from command_line import recproxy

CONFIG = '[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ["a.example"]\n'
ONE = ":scope {}\nGET https://a.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"
TESTS = """
import pytest

@pytest.fixture(scope="session")
def account(): ...

def test_own(account): ...

@pytest.mark.recproxy("shop", "shared.rec")
def test_named(): ...
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "recproxy.toml").write_text(CONFIG)
    folder = tmp_path / "tests/functional"
    shop = folder / "recordings/shop"
    (shop / "test_m").mkdir(parents=True)
    (folder / "test_m.py").write_text(TESTS)
    for name, scopes in {
        "default.rec": ["run"],
        "shared.rec": ["test_m.test_named", "test_m.test_gone"],
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
    assert (shop / "shared.rec").read_text() == "#recproxy 2\n\n" + ONE.format("test_m.test_named", 0)


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
    assert "nothing_of_the_kind" in done.stderr
    assert (project / "tests/functional/recordings/shop/unnamed.rec").exists()
