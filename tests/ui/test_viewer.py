"""The answers of a viewer: none holds a secret that nobody has asked for."""

import json
import os
import subprocess

import pytest

FOLDER = "tests/functional/recordings/shop"
PLANTED = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
WHO = {f"GIT_{role}_{what}": "me@a.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def recording(head="", above=":scope test_orders\n", url="/me", ask="", asked="{}", answer="", body="{}", reason="OK"):
    return (
        f"#recproxy 2\n{head}\n{above}POST https://shop.example{url} HTTP/1.1\nContent-Type: application/json\n{ask}\n"
        f"{asked}\n====\nHTTP/1.1 200 {reason}\nContent-Type: application/json\n{answer}\n{body}\n=======\n"
    )


#: Where a secret may stand in a file, also in one that does not parse, or that is too large to be looked through.
FILES = {
    "head": recording(head=f"# made with {PLANTED}\n"),
    "comment": recording(above=f"# made with {PLANTED}\n"),
    "scope": recording(above=f":scope test_me[{PLANTED}]\n"),
    "url": recording(url=f"/me?access_token={PLANTED}"),
    "path": recording(url=f"/{PLANTED}/me"),
    "reason": recording(reason=PLANTED),
    "header": recording(ask=f"Authorization: Bearer {PLANTED}\n"),
    "answer": recording(answer=f"Set-Cookie: session={PLANTED}\n"),
    "body": recording(body=f'{{"note": "say {PLANTED}"}}'),
    "asked": recording(asked=f'{{"password": "{PLANTED}"}}'),
    "wide": recording(body=f'{{"access_token": "{PLANTED}", "x": "{"é" * 600_000}"}}'),
    "large": recording(body=f'{{"access_token": "{PLANTED}", "x": "{"e" * 1_100_000}"}}'),
    "directive": recording(above=f":foo {PLANTED}\n"),
    "line": recording(ask=f"Authorization Bearer {PLANTED}\n"),
    "first": f"{PLANTED}\n{recording()}",
    "behind": f"{recording()}# {PLANTED}\n",
}


@pytest.fixture
def planted(project, monkeypatch):
    """The project with a secret in each of the files; git has two versions of them, and a subject with one, too."""
    for name, text in FILES.items():
        (project / FOLDER / f"{name}.rec").write_text(text, encoding="utf-8")
    for name, value in (WHO | {"GIT_CONFIG_GLOBAL": os.devnull}).items():
        monkeypatch.setenv(name, value)
    for subject in ("first", f"say \x01 {PLANTED}"):
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", subject)):
            subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)
        for name, text in FILES.items():
            (project / FOLDER / f"{name}.rec").write_text(
                text.replace("HTTP/1.1 200", "HTTP/1.1 201"), encoding="utf-8"
            )
    return project


def answers_about(browser, name):
    """Every answer of the viewer about a file, by its call."""
    file = {"name": f"{FOLDER}/{name}.rec"}
    yield "recording", browser.get("/api/recording", params=file)
    yield "rows", browser.get("/api/rows", params=file | {"from": 0})
    for call, more in (
        ("interaction", {}),
        ("text", {}),
        ("bytes", {"side": "request"}),
        ("bytes", {"side": "response"}),
    ):
        yield call, browser.get(f"/api/{call}", params=file | {"number": 0} | more)
    history = browser.get("/api/history", params=file)
    yield "history", history
    for each in history.json()["revisions"]:
        yield "changed", browser.get("/api/changed", params=file | {"before": each["name"]})
    sha = browser.get("/api/recording", params=file).json().get("sha")
    for edit in ({"kind": "fix", "number": 0}, {"kind": "delete", "numbers": [0]}):
        yield "preview", browser.post("/api/preview", json=file | {"sha": sha, "edit": edit})


def test_no_answer_holds_a_secret_that_was_not_asked_for(planted, browser):
    left = [
        (name, call) for name in FILES for call, answer in answers_about(browser, name) if PLANTED[4:] in answer.text
    ]
    left += [
        (path, "")
        for path in ("project", "recordings", "runs", "search?words=say")
        if PLANTED[4:] in browser.get(f"/api/{path}").text
    ]

    assert left == []


@pytest.mark.parametrize("name", ["header", "comment", "body", "large", "wide"])
def test_text_with_a_secret_is_not_given_without_asking(planted, browser, name):
    given = {"name": f"{FOLDER}/{name}.rec", "number": 0}

    answer = browser.get("/api/text", params=given)

    assert "text" not in answer.json()
    assert PLANTED not in json.dumps(answer.json())


def test_text_that_is_asked_for_is_limited_in_bytes(planted, browser):
    given = {"name": f"{FOLDER}/wide.rec", "number": 0, "secrets": "1"}

    assert "too large" in browser.get("/api/text", params=given).json()["error"]
