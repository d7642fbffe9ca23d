"""The files of a folder of recordings."""

import pytest

from recproxy.cli.shard_recordings import recording_files, write_recording_files
from recproxy.errors import RecordingError


def test_recordings_are_read_without_what_is_hidden_or_failed(tmp_path):
    for name in ("shop/a.rec", "shop/a.failed.rec", ".journal/x", "shop/.lock", "b.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)

    assert recording_files(tmp_path) == {"shop/a.rec": b"shop/a.rec", "b.yaml": b"b.yaml"}
    assert recording_files(tmp_path / "none") == {}


def test_a_link_is_refused(tmp_path):
    (tmp_path / "a.rec").symlink_to("/etc/passwd")

    with pytest.raises(RecordingError, match=r"a.rec: it is a link or no file"):
        recording_files(tmp_path)


def test_nothing_is_written_where_a_link_leads_out(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "shop").symlink_to(outside)

    with pytest.raises(RecordingError, match="a link leads out of"):
        write_recording_files(folder, {"bank/a.rec": b"a", "shop/a.rec": b"a"})
    assert list(outside.iterdir()) == [] and not (folder / "bank").exists()
