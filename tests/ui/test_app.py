"""The viewer over HTTP: who gets in, what is refused, and errors in one line."""

import os

import pytest

from recproxy.ui.guard import POLICY_HEADERS


def test_a_token_is_exchanged_for_a_session_that_a_page_sends(browser, guard):
    del browser.headers["authorization"]
    assert (browser.get("/").status_code, browser.get("/api/recordings").status_code) == (200, 401)
    assert guard.token not in browser.get("/").text
    refused = browser.post("/api/enter", json={"token": "guessed"})
    assert (refused.status_code, "the one that recproxy ui printed" in refused.json()["error"]) == (400, True)
    assert browser.post("/api/enter", content=b"[").status_code == 400

    answer = browser.post("/api/enter", json={"token": guard.token})

    assert "set-cookie" not in answer.headers
    browser.headers["authorization"] = f"Bearer {answer.json()['session']}"
    assert browser.get("/api/recordings").status_code == 200


def test_every_answer_has_the_policy(browser):
    for path in ("/", "/ui.js", "/ui.css", "/api/recordings", "/api/nothing", "/api/recording?name=no"):
        answer = browser.get(path)
        assert {name: answer.headers[name] for name in POLICY_HEADERS} == POLICY_HEADERS, path


def test_the_page_has_no_script_of_its_own(browser):
    page = browser.get("/").text

    assert page.count("<script") == 1
    assert 'src="/ui.js"' in page
    assert "style=" not in page
    assert browser.get("/ui.js").headers["content-type"].startswith("text/javascript")
    assert browser.get("/ui.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("headers", [{"host": "a.example:8765"}, {"origin": "http://a.example"}])
def test_another_page_or_name_is_refused(browser, headers):
    assert browser.get("/api/recordings", headers=headers).status_code in (403, 421)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("recording?name=", "no such recording"),
        ("recording?name=../../etc/passwd", "is not among the recordings that this viewer shows"),
        ("recording?name=/etc/passwd", "is not among the recordings that this viewer shows"),
        ("recording?name=recproxy.toml", "is not among the recordings that this viewer shows"),
        ("recording?name=%00", "no such recording"),
        ("interaction?name=tests/functional/recordings/shop/orders.rec&number=3", "has 3 interactions"),
        ("interaction?name=tests/functional/recordings/shop/orders.rec&number=-1", "not a number"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_line(browser, path, said):
    answer = browser.get(f"/api/{path}")

    assert answer.status_code == 400
    assert said in answer.json()["error"] or "is not among" in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_odd_names_are_answered_in_one_line(browser, project):
    recordings = project / "tests/functional/recordings"
    text = (recordings / "shop/orders.rec").read_text()
    for folder in (b"\xff\xfe", "\u202eevil".encode()):
        odd = recordings / os.fsdecode(folder)
        odd.mkdir()
        (odd / "x.rec").write_text(text)
    os.mkfifo(recordings / "shop/pipe.rec")

    listed = browser.get("/api/recordings")
    assert listed.status_code == 200
    assert {"\\udcff\\udcfe", "\\u202eevil"} <= {each["profile"] for each in listed.json()["recordings"]}
    names = [each["name"] for each in listed.json()["recordings"] if each["name"].endswith("x.rec")]
    assert [browser.get("/api/recording", params={"name": each}).status_code for each in names] == [200, 200]
    found = browser.get("/api/search", params={"words": "x.rec"})
    assert found.status_code == 200
    assert "\u202e" not in found.json()["hits"][0]["excerpt"]
    for name in (f"{recordings}/shop/pipe.rec", f"{recordings}/shop/{'x' * 300}.rec"):
        assert browser.get("/api/recording", params={"name": name}).status_code == 400
