"""All files in their places at once, or none."""

import signal
import tempfile

import pytest

from recproxy.cli.ending_signals import ended_by_signals
from recproxy.cli.pending_files import PendingFiles
from recproxy.errors import RecordingError


def files(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_in_place_before_the_end(tmp_path):
    pending_files = PendingFiles(tmp_path / "to", force=False, dry=False)

    assert pending_files.put(tmp_path / "to" / "deep" / "a", [b"one", b"two"]) == "new"
    assert not (tmp_path / "to").exists()
    pending_files.finish()
    assert files(tmp_path) == {"to/deep/a": "onetwo"}


def test_what_is_abandoned_leaves_nothing(tmp_path):
    pending_files = PendingFiles(tmp_path, force=False, dry=False)
    pending_files.put(tmp_path / "a", [b"x"])
    pending_files.abandon()

    assert list(tmp_path.iterdir()) == []


def test_the_same_again_changes_nothing(tmp_path):
    (tmp_path / "a").write_text("x")
    before = (tmp_path / "a").stat()
    pending_files = PendingFiles(tmp_path, force=False, dry=False)

    assert pending_files.put(tmp_path / "a", [b"x"]) == "unchanged"
    pending_files.finish()
    assert (tmp_path / "a").stat().st_ino == before.st_ino


def test_something_else_is_overwritten_only_by_force(tmp_path):
    (tmp_path / "a").write_text("mine")
    pending_files = PendingFiles(tmp_path, force=False, dry=False)
    with pytest.raises(RecordingError, match=r"a: exists and would change; pass --force to overwrite it"):
        pending_files.put(tmp_path / "a", [b"x"])
    pending_files.abandon()
    pending_files = PendingFiles(tmp_path, force=True, dry=False)
    assert pending_files.put(tmp_path / "a", [b"x"]) == "changed"
    pending_files.finish()

    assert files(tmp_path) == {"a": "x"}


def test_a_dry_run_writes_nothing_at_all(tmp_path):
    pending_files = PendingFiles(tmp_path / "to", force=False, dry=True)

    assert pending_files.put(tmp_path / "to" / "a", [b"x"]) == "new"
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "to").write_text("")

    with pytest.raises(RecordingError, match="to: is not a folder"):
        PendingFiles(tmp_path / "to", force=False, dry=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_folder_is_made_leaves_none(tmp_path, monkeypatch, number):
    make = tempfile.mkdtemp

    def make_and_end(**where):
        folder = make(**where)
        signal.raise_signal(number)
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_end)
    before = signal.signal(number, signal.SIG_DFL)  # under nohup it is ignored

    try:
        with pytest.raises(SystemExit, match=str(128 + number)), ended_by_signals():
            PendingFiles(tmp_path, force=False, dry=False)
        assert list(tmp_path.iterdir()) == []
    finally:
        signal.signal(number, before)
