"""The history of a recording from git, without secrets."""

import json
import os
import subprocess

import pytest

FOLDER = "tests/functional/recordings/shop"
WHO = {f"GIT_{role}_{what}": "me@a.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture
def git(project, monkeypatch):
    for name, value in (WHO | {"GIT_CONFIG_GLOBAL": os.devnull}).items():
        monkeypatch.setenv(name, value)

    def call(*words):
        subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)

    call("init", "-q", "-b", "main")
    call("add", "-A")
    call("commit", "-qm", "first <script>")
    return call


def test_the_history_says_what_the_service_changed(git, project, browser):
    path = project / FOLDER / "orders.rec"
    path.write_text(path.read_text().replace('"owner": "ada"', '"owner": {"name": "ada"}'))
    git("commit", "-qam", "second")
    path.write_text(path.read_text().replace("201 Created", "202 Accepted"))
    name = {"name": f"{FOLDER}/orders.rec"}

    second, first = browser.get("/api/history", params=name).json()["revisions"]
    assert (second["subject"], first["subject"], first["author"]) == ("second", "first <script>", "me@a.example")

    changed = browser.get("/api/changed", params=name | {"before": first["name"], "after": second["name"]}).json()
    assert [(each["url"], each["changes"]) for each in changed["changed"]] == [
        (
            "https://shop.example/orders?page=1",
            [{"kind": "structure", "place": "json /owner", "before": "string", "after": "object"}],
        )
    ]
    changed = browser.get("/api/changed", params=name | {"before": second["name"]}).json()["changed"]
    assert [each["changes"][0]["after"] for each in changed] == ["202"]


def test_no_secret_of_an_earlier_version_is_shown(git, project, browser):
    path = project / FOLDER / "leaky.rec"
    path.write_text(path.read_text().replace("+1 555 0100", "+1 555 0199").replace('"token": "sk', '"other": "sk'))
    name = {"name": f"{FOLDER}/leaky.rec"}
    (first,) = browser.get("/api/history", params=name).json()["revisions"]

    said = json.dumps(browser.get("/api/changed", params=name | {"before": first["name"]}).json())

    assert "json /token" in said
    assert "sk_live" not in said
    assert "555" not in said


def test_what_was_masked_by_hand_is_not_shown_as_it_was(git, project, browser):
    path = project / FOLDER / "orders.rec"
    text = path.read_text()
    for was, now in (
        ("ada", "XXX"),
        ("by the sea", "XXX"),
        ("blue+pencil", "XXX"),
        ("201 Created", "201 Created\nX-Kind: XXX"),
    ):
        assert was in text
        text = text.replace(was, now)
    path.write_text(text)
    name = {"name": f"{FOLDER}/orders.rec"}
    (first,) = browser.get("/api/history", params=name).json()["revisions"]

    said = browser.get("/api/changed", params=name | {"before": first["name"]}).json()["changed"]

    assert [change["place"] for each in said for change in each["changes"]] == [
        "json /owner", "json /note", "header x-kind", "request body"
    ]  # fmt: skip
    assert not any(each in json.dumps(said) for each in ("ada", "by the sea", "blue"))


@pytest.mark.parametrize("rev", ["HEAD", "--output=x", "0" * 40])
def test_only_commits_of_the_recording_are_compared(git, browser, rev):
    answer = browser.get("/api/changed", params={"name": f"{FOLDER}/orders.rec", "before": rev})

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "this is none of the commits that changed the recording",
    )
