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
