"""What would make tests replay, written down."""

import shutil

import pytest

from recproxy.config.project import find_project
from recproxy.control.outcomes import InteractionEdit, Mending
from recproxy.orchestrator.plan import make_plan
from recproxy.orchestrator.proof_mending import MendPlan, chosen_mending
from recproxy.orchestrator.proof_verdicts import ProofFinding
from recproxy.report.proof_report import ProofCause

PROJECT = """# of the project
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]  # the shop
"""
RECORDING = """#recproxy 2

# kept
GET https://api.shop.example/a?x=1 HTTP/1.1

====
HTTP/1.1 200 OK

first
=======
"""
RULE = Mending(text="by a rule", rules={"ignore.json": ("/id", "/key")})


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    recordings = tmp_path / "tests/functional/recordings/shop"
    recordings.mkdir(parents=True)
    (recordings / "default.rec").write_text(RECORDING)
    project = find_project(tmp_path)
    return make_plan(project, mode="replay", profiles=("shop",), folder=tmp_path, environment={})


def place(
    plan, text="# kept\nGET https://api.shop.example/a?x=XXX HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nfirst\n======="
):
    path = str(plan.project.root / "tests/functional/recordings/shop/default.rec")
    return Mending(text="a place", edits=(InteractionEdit(path=path, number=0, text=text),))


def finding(*mendings, cause=ProofCause.RANDOM):
    return ProofFinding(cause=cause, profile="shop", mendings=mendings)


def test_a_rule_is_for_what_is_new_each_time_and_a_place_for_the_rest(plan):
    assert chosen_mending(finding(place(plan), RULE)) is RULE
    assert chosen_mending(finding(place(plan), RULE, cause=ProofCause.FOLDER)).text == "a place"
    assert chosen_mending(finding()) is None


def test_a_rule_is_added_to_the_file_of_the_project_and_the_rest_stays(plan):
    mending = MendPlan.of([finding(RULE), finding(RULE)], plan)

    assert [*mending.lines] == [
        "would write to pyproject.toml:",
        "    [tool.recproxy.profiles.shop.match]",
        '    ignore.json = ["/id", "/key"]',
    ]
    assert [*mending.write()] == ["wrote ignore.json of profile 'shop' to pyproject.toml"]
    text = (plan.project.root / "pyproject.toml").read_text()
    assert text.startswith(PROJECT)
    assert text.removeprefix(PROJECT).strip().splitlines() == [
        "[tool.recproxy.profiles.shop.match]",
        'ignore.json = ["/id", "/key"]',
    ]


@pytest.mark.parametrize(
    "table", ['match.ignore.json = ["/id"]', "[tool.recproxy.profiles.shop.match.ignore]\njson = []"]
)
def test_a_rule_that_is_there_gets_more_names(plan, table):
    file = plan.project.root / "pyproject.toml"
    before = PROJECT.replace("shop]\n", f"shop]\n{table}\n", 1) if table[0] != "[" else f"{PROJECT}{table}\n"
    file.write_text(before)

    assert [*MendPlan.of([finding(RULE)], plan).write()]

    profile = find_project(plan.project.root).profile("shop")
    assert profile.match.ignore.json == ("/id", "/key")


def test_a_place_is_written_into_its_interaction_alone(plan):
    mending = MendPlan.of([finding(place(plan), cause=ProofCause.FOLDER)], plan)

    assert [*mending.lines] == [
        "would change tests/functional/recordings/shop/default.rec, line 3:",
        "    -GET https://api.shop.example/a?x=1 HTTP/1.1",
        "    +GET https://api.shop.example/a?x=XXX HTTP/1.1",
    ]
    assert [*mending.write()] == ["changed 1 of the interactions in tests/functional/recordings/shop/default.rec"]
    assert plan.project.root.joinpath("tests/functional/recordings/shop/default.rec").read_text() == RECORDING.replace(
        "x=1", "x=XXX"
    )


def test_a_file_of_an_installed_package_is_never_written(plan):
    package = plan.project.root / "lib/site-packages/recordings"
    shutil.copytree(plan.library.folder, package)
    edit = InteractionEdit(path=str(package / "shop/default.rec"), number=0, text="")

    mending = MendPlan.of([finding(Mending(text="", edits=(edit,)))], plan)

    assert not mending
    assert mending.refused == ["lib/site-packages/recordings/shop/default.rec is not of this project"]
