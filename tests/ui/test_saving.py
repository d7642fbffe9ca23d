"""Saving: only what was looked at is replaced, whole or not at all, and never outside."""

import pytest

FOLDER = "tests/functional/recordings/shop"
NAME = f"{FOLDER}/orders.rec"


@pytest.fixture
def orders(browser):
    """What a page sends for an edit of the orders."""

    def given(edit, name=NAME):
        sha = browser.get("/api/recording", params={"name": name}).json()["sha"]
        return {"name": name, "sha": sha, "edit": edit}

    return given


DELETE = {"kind": "delete", "numbers": [0]}


def test_a_saved_edit_is_in_the_file_and_has_its_version(browser, orders, project):
    answer = browser.post("/api/save", json=orders(DELETE))

    assert answer.status_code == 200
    assert "orders?page=1" not in (project / NAME).read_text()
    assert answer.json()["sha"] == browser.get("/api/recording", params={"name": NAME}).json()["sha"]
    assert [path.name for path in (project / FOLDER).iterdir() if path.name.startswith(".")] == []


def test_the_second_of_two_tabs_is_told_that_the_file_has_changed(browser, orders, project):
    first, second = orders(DELETE), orders({"kind": "delete", "numbers": [2]})
    assert browser.post("/api/save", json=first).status_code == 200
    saved = (project / NAME).read_bytes()

    answer = browser.post("/api/save", json=second)

    assert (answer.status_code, answer.json()["kind"]) == (409, "FileChanged")
    assert browser.post("/api/preview", json=second).status_code == 409
    assert (project / NAME).read_bytes() == saved


def test_a_file_that_changes_with_its_old_time_and_size_is_not_overwritten(browser, orders, project, monkeypatch):
    import os

    given = orders(DELETE)
    path = project / NAME
    about = path.stat()
    changed = path.read_bytes().replace(b"ada", b"bob")
    monkeypatch.setattr("recproxy.ui.opened_recordings._state", lambda path: "as it was")
    browser.post("/api/preview", json=given)
    with path.open("r+b") as file:
        file.write(changed)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))

    assert browser.post("/api/save", json=given).status_code == 409
    assert path.read_bytes() == changed


@pytest.mark.parametrize("edit", [DELETE, {"kind": "move", "numbers": [1], "target": f"{FOLDER}/mail.rec"}])
def test_a_file_that_changes_while_it_is_written_is_not_overwritten(browser, orders, project, monkeypatch, edit):
    import os

    given, written = orders(edit), project / edit.get("target", NAME)
    changed = written.read_bytes() + b"\n# mine\n"
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (sync(handle), written.write_bytes(changed)))

    assert browser.post("/api/save", json=given).status_code == 409
    assert written.read_bytes() == changed
    assert "orders/17" in (project / NAME).read_text()


def test_a_file_that_a_run_records_is_left_to_it(browser, orders, project):
    from recproxy.orchestrator.journal_folders import JournalFolders
    from recproxy.orchestrator.recording_locks import RecordingLocks

    given, before = orders(DELETE), (project / NAME).read_bytes()
    locks = RecordingLocks(JournalFolders(project / "tests/functional/recordings", project))
    locks.lock(project / NAME)

    answer = browser.post("/api/save", json=given)

    assert (answer.status_code, (project / NAME).read_bytes()) == (400, before)
    assert "another run is recording it" in answer.json()["error"]
    locks.close()
    assert browser.post("/api/save", json=given).status_code == 200


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "text", "number": 0, "text": "GET nowhere HTTP/1.1"},
        {"kind": "text", "number": 0, "text": "GET https://a.example/?api_key=" + "AKIA" + "IOSFODNN7QRSTUVW HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n======="},
        {"kind": "reorder", "number": 0, "to": 0},
        {"kind": "move", "numbers": [0]},
        {"kind": "move", "numbers": [0], "target": NAME},
        {"kind": "move", "numbers": [0], "target": f"{FOLDER}/new.txt"},
        {"kind": "move", "numbers": [0], "target": "outside.rec"},
        {"kind": "move", "numbers": [0], "target": f"{FOLDER}/../../../../../outside.rec"},
        None,
    ],
)  # fmt: skip
def test_what_cannot_be_saved_leaves_all_files_as_they_are(browser, orders, project, edit):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    answer = browser.post("/api/save", json=orders(edit))

    assert answer.status_code == 400
    assert "\n" not in answer.json()["error"]
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("target", ["mail.rec", "new/of/it.rec"])
def test_an_interaction_moves_to_another_recording(browser, orders, project, target):
    answer = browser.post("/api/save", json=orders({"kind": "move", "numbers": [1], "target": f"{FOLDER}/{target}"}))

    assert answer.status_code == 200
    assert "orders/17" not in (project / NAME).read_text()
    rows = browser.get("/api/recording", params={"name": f"{FOLDER}/{target}"}).json()["rows"]
    assert rows[-1]["url"] == "https://shop.example/orders/17"


def test_a_change_without_a_session_is_refused(browser, orders, project):
    before = (project / NAME).read_bytes()
    given = orders(DELETE)

    for headers, status in (({"authorization": "Bearer guessed"}, 401), ({"origin": "http://a.example"}, 403)):
        assert browser.post("/api/save", json=given, headers=headers).status_code == status
    assert browser.get("/api/save").status_code == 405
    assert (project / NAME).read_bytes() == before


def test_a_link_to_a_file_elsewhere_is_not_written(browser, project):
    (project / "outside.rec").write_bytes((project / NAME).read_bytes())
    (project / FOLDER / "link.rec").symlink_to(project / "outside.rec")

    answer = browser.post("/api/save", json={"name": f"{FOLDER}/link.rec", "sha": "", "edit": DELETE})

    assert answer.status_code == 400
    assert "a link leads out of" in answer.json()["error"]


def test_text_with_secrets_is_shown_only_to_who_asks_for_it(browser):
    asked = {"name": f"{FOLDER}/leaky.rec", "number": 0}

    assert "text" not in browser.get("/api/text", params=asked).json()
    assert "sk_live_" in browser.get("/api/text", params=asked | {"secrets": 1}).json()["text"]
    assert browser.get("/api/text", params={"name": NAME, "number": 1}).json()["line"] == 18


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b"[" * 100_000, b"{}"])
def test_a_call_that_is_no_object_is_refused(browser, body):
    assert browser.post("/api/save", content=body).status_code == 400


def test_a_call_that_is_too_large_is_refused(browser):
    assert browser.post("/api/save", content=b" " * 8_000_001).status_code == 413


@pytest.mark.parametrize(
    "target", ["../x.rec", "/tmp/x.rec", "{}/\ud800.rec", "{}/shop.txt", "{}/" + "x" * 300 + ".rec"]
)
def test_the_preview_says_where_interactions_cannot_be_moved_to(viewer, target):
    name = {"name": f"{FOLDER}/orders.rec"}
    sha = viewer.recording(name)["sha"]
    edit = {"kind": "move", "numbers": [0], "target": target.format(FOLDER)}

    assert viewer.changes()["preview"](name | {"sha": sha, "edit": edit})["problem"]
