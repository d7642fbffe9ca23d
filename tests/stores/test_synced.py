"""What this checkout last pulled or pushed."""

import pytest

from recproxy.errors import RecordingError
from recproxy.stores.lock import LockedFile
from recproxy.stores.synced import read_synced, write_synced

FILES = {"shop/a.rec": LockedFile(sha256="a" * 64, size=1)}


def test_what_is_written_is_read_again_and_written_once(tmp_path):
    assert read_synced(tmp_path) == {}
    write_synced(tmp_path, FILES, root=tmp_path)
    written = (tmp_path / ".pulled/synced.json").stat().st_ino
    write_synced(tmp_path, FILES, root=tmp_path)

    assert read_synced(tmp_path) == FILES
    assert (tmp_path / ".pulled/synced.json").stat().st_ino == written


@pytest.mark.parametrize("text", ["", "{", '{"version": 9}', '{"version": 1, "files": {"../x.rec": {}}}'])
def test_a_damaged_one_is_none(tmp_path, text):
    (tmp_path / ".pulled").mkdir()
    (tmp_path / ".pulled/synced.json").write_text(text)

    assert read_synced(tmp_path) == {}


def test_it_is_not_written_where_a_link_leads_out(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project/.pulled").symlink_to(tmp_path / "outside")

    with pytest.raises(RecordingError, match="leads out of"):
        write_synced(tmp_path / "project", FILES, root=tmp_path / "project")
    assert list((tmp_path / "outside").iterdir()) == []
