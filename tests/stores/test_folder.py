"""The folder of the recordings beside its lock."""

import hashlib

import pytest

from recproxy.errors import RecordingError
from recproxy.stores.folder import FolderState, changed_by_lock, compared, locked_file
from recproxy.stores.lock import LockedFile
from recproxy.stores.synced import remember_synced


def file_of(text):
    return LockedFile(sha256=hashlib.sha256(text.encode()).hexdigest(), size=len(text))


#: A recording here, in the lock and as last pulled or pushed: the lists it is in.
STATES = [
    ("a", "a", None, "same"),
    ("a", "a", "b", "same"),
    ("a", "b", "b", "changed"),
    ("a", "b", "a", "outdated"),
    ("a", "b", "c", "conflicts"),
    ("a", "b", None, "conflicts"),
    ("a", None, None, "new"),
    ("a", None, "a", "dropped"),
    ("a", None, "b", "conflicts"),
    (None, "a", None, "missing"),
    (None, "a", "b", "missing"),
    (None, "a", "a", "missing deleted"),
    (None, None, "a", ""),
]


def test_who_has_changed_a_recording_is_told_from_what_was_last_synced(tmp_path):
    lock, synced = {}, {}
    for number, (here, locked, last, _) in enumerate(STATES):
        name = f"{number:02}.rec"
        if here:
            (tmp_path / name).write_text(here)
        lock |= {name: file_of(locked)} if locked else {}
        synced |= {name: file_of(last)} if last else {}
    remember_synced(tmp_path, synced)

    got = compared(tmp_path, lock)
    told = changed_by_lock(tmp_path, lock)

    for number, (here, _, _, lists) in enumerate(STATES):
        name = f"{number:02}.rec"
        kinds = ("same", "missing", "deleted", "changed", "new", "outdated", "dropped", "conflicts", "odd")
        assert [kind for kind in kinds if name in getattr(got, kind)] == lists.split(), name
        assert got.files.get(name) == (file_of(here) if here else None)
        for kind in ("missing", "outdated", "dropped", "conflicts"):
            assert (name in getattr(told, kind)) == (kind in lists), name


def test_a_run_reads_no_recording_that_the_lock_has_not_changed(tmp_path, monkeypatch):
    (tmp_path / "a.rec").write_text("a")
    lock = {"a.rec": file_of("a")}
    remember_synced(tmp_path, lock)
    monkeypatch.setattr("recproxy.stores.folder.locked_file", lambda path: pytest.fail(f"{path} was read"))

    assert changed_by_lock(tmp_path, lock) == FolderState()


def test_without_a_record_of_what_was_synced_a_difference_is_a_conflict(tmp_path):
    (tmp_path / "a.rec").write_text("a")
    (tmp_path / ".pulled").mkdir()
    for damaged in ("", "{", '{"version": 9}', '{"version": 1, "files": {"../x": {}}}'):
        (tmp_path / ".pulled/synced.json").write_text(damaged)
        assert compared(tmp_path, {"a.rec": file_of("b")}).conflicts == ("a.rec",)


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
