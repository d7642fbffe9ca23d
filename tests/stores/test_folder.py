"""The folder of the recordings beside its lock."""

import hashlib

import pytest

from recproxy.errors import RecordingError
from recproxy.stores.folder import compared, locked_file, missing_files
from recproxy.stores.lock import LockedFile


def file_of(text):
    return LockedFile(sha256=hashlib.sha256(text.encode()).hexdigest(), size=len(text))


def test_each_recording_is_the_same_missing_changed_or_new(tmp_path):
    for name, text in (("shop/same.rec", "a"), ("shop/changed.rec", "b"), ("new.rec", "c")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    lock = {"shop/same.rec": file_of("a"), "shop/changed.rec": file_of("B"), "shop/gone.rec": file_of("d")}

    got = compared(tmp_path, lock)

    assert (got.same, got.changed, got.missing, got.new) == (
        ("shop/same.rec",),
        ("shop/changed.rec",),
        ("shop/gone.rec",),
        ("new.rec",),
    )
    assert got.files["new.rec"] == file_of("c")
    assert missing_files(tmp_path, lock) == ("shop/gone.rec",)


def test_what_is_hidden_or_failed_stays_here_and_links_are_odd(tmp_path):
    (tmp_path / ".journal").mkdir()
    (tmp_path / ".journal/x.rec").write_text("secret")
    (tmp_path / "a.failed.rec").write_text("failed")
    (tmp_path / "secrets").symlink_to("/etc")
    (tmp_path / "link.rec").symlink_to("/etc/passwd")
    (tmp_path / "a\nb.rec").write_text("x")
    (tmp_path / "folder.rec").mkdir()

    got = compared(tmp_path, {"folder.rec": file_of("a"), "link.rec": file_of("b")})

    assert dict(got.files) == {}
    assert got.odd == ("a\nb.rec", "folder.rec", "link.rec", "secrets")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"gone.rec: cannot be read: No such file or directory"):
        locked_file(tmp_path / "gone.rec")
