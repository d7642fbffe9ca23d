"""`recproxy push`."""

import pytest

pytest.importorskip("fsspec")

from checkouts import said, stored_project


def test_a_recording_goes_to_the_store_and_its_name_into_the_lock(tmp_path):
    project, recording = stored_project(tmp_path)

    assert said(project, "push") == (0, "", "recproxy: 1 recording pushed, 89 bytes\n")
    assert '"shop/default.rec": {"sha256": "' in (project / "recproxy.lock").read_text()
    assert said(project, "-q", "push") == (0, "", "")
    recording.unlink()
    assert said(project, "-q", "push") == (
        1,
        "",
        "recproxy: shop/default.rec: is in recproxy.lock and not here: pull it, or drop it with --prune\n",
    )
    assert said(project, "-q", "push", "--prune") == (0, "", "")


def test_what_cannot_be_pushed_is_named_and_the_others_are(tmp_path):
    project, recording = stored_project(tmp_path)
    recording.with_name("link.rec").symlink_to("/etc/passwd")

    assert said(project, "push") == (
        2,
        "",
        (
            "recproxy: 1 recording pushed, 89 bytes\n"
            "recproxy: shop/link.rec: it is no plain file with a plain name: it stays here\n"
        ),
    )
