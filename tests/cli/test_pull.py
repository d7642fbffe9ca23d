"""`recproxy pull`."""

import pytest

pytest.importorskip("fsspec")

from checkouts import RECORDING, said, stored_project


def test_a_recording_comes_back_and_one_that_was_changed_here_stays(tmp_path):
    project, recording = stored_project(tmp_path)
    said(project, "push")
    recording.unlink()

    assert said(project, "pull") == (0, "", "recproxy: 1 recording pulled, 89 bytes\n")
    assert recording.read_text() == RECORDING
    recording.write_text("mine")
    assert said(project, "-q", "pull") == (
        1,
        "",
        "recproxy: shop/default.rec: was changed here: push it, or take its place with --replace\n",
    )
    assert said(project, "-q", "pull", "--replace") == (0, "", "")
    assert recording.read_text() == RECORDING


def test_an_object_that_is_not_what_was_pushed_is_named(tmp_path):
    project, recording = stored_project(tmp_path)
    said(project, "push")
    recording.unlink()
    (object_file,) = (path for path in (tmp_path / "store").rglob("*") if path.is_file())

    for text in ("x" * 89, "x" * 9, "x" * 900):
        object_file.write_text(text)
        code, _, error = said(project, "-q", "pull")
        assert code == 2 and error.startswith("recproxy: shop/default.rec: its object in file://")
        assert error.endswith("whoever has the recording runs `recproxy push --again`\n")
    assert not recording.exists()


def test_the_readers_of_a_run_find_what_is_not_pulled(tmp_path):
    project, recording = stored_project(tmp_path)
    said(project, "push")
    recording.unlink()
    run = ("run", "--profile", "shop")

    assert said(project, *run, "--recordings", "shop=default.rec", "--", "true") == (
        2,
        "",
        (
            "recproxy: recording 'default.rec' of profile 'shop' is in the store of this project, and not here: "
            "pull it with: recproxy pull\n"
        ),
    )
    for mode in ("record", "auto"):
        code, _, error = said(project, *run, "--mode", mode, "--", "true")
        assert code == 2
        assert error.endswith("shop/default.rec for one: pull first, with: recproxy pull\n")


def test_a_recording_that_the_lock_has_moved_on_from_is_told_by_every_verb(tmp_path):
    project, recording = stored_project(tmp_path)
    lock = project / "recproxy.lock"
    recording.write_text(RECORDING.replace("hello", "newer"))
    said(project, "push")
    newer = lock.read_text()
    recording.write_text(RECORDING)
    said(project, "push")
    lock.write_text(newer)  # as `git pull` brings it
    run = ("-q", "run", "--profile", "shop")

    assert said(project, "status")[:2] == (1, "outdated: shop/default.rec\n")
    assert said(project, "-q", "push") == (
        1,
        "",
        (
            "recproxy: shop/default.rec: is outdated, since recproxy.lock has changed: pull it, or put this one back with "
            "--mine shop/default.rec\n"
        ),
    )
    assert lock.read_text() == newer
    code, _, error = said(project, *run, "--", "true")
    note = "recproxy: note: 1 recording here is outdated, shop/default.rec for one: pull with: recproxy pull\n"
    assert (code, note in error) == (0, True), error
    for mode in ("record", "auto"):
        code, _, error = said(project, *run, "--mode", mode, "--", "true")
        assert (code, error) == (
            2,
            (
                "recproxy: 1 recording of what is to be recorded is outdated here, shop/default.rec for one: "
                "pull first, with: recproxy pull\n"
            ),
        )
    assert said(project, "pull") == (0, "", "recproxy: 1 recording pulled, 89 bytes\n")
    assert "newer" in recording.read_text()
    assert said(project, "status")[0] == 0

    recording.write_text(RECORDING)
    lock.write_text('{"version": 1, "files": {}}')
    assert said(project, "status")[:2] == (1, "conflict: shop/default.rec\n")
    recording.write_text(RECORDING.replace("hello", "newer"))
    assert said(project, "status")[:2] == (1, "dropped: shop/default.rec\n")
    assert said(project, "pull") == (
        0,
        "",
        (
            "recproxy: 0 recordings pulled, 0 bytes\n"
            "recproxy: shop/default.rec: removed, because recproxy.lock no longer has it\n"
        ),
    )
