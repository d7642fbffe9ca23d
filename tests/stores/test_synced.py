"""What this checkout last pulled or pushed."""

import pytest

from recproxy.errors import RecordingError
from recproxy.stores.lock import LockedFile
from recproxy.stores.synced import read_synced, remember_synced

FILES = {"shop/a.rec": LockedFile(sha256="a" * 64, size=1)}


def test_what_is_written_is_read_again_and_written_once(tmp_path):
    assert read_synced(tmp_path) == {}
    remember_synced(tmp_path, FILES)
    written = (tmp_path / ".pulled/synced.json").stat().st_ino
    remember_synced(tmp_path, FILES)

    assert read_synced(tmp_path) == FILES
    assert (tmp_path / ".pulled/synced.json").stat().st_ino == written


@pytest.mark.parametrize("text", ["", "{", '{"version": 9}', '{"version": 1, "files": {"../x.rec": {}}}'])
def test_a_damaged_one_is_none(tmp_path, text):
    (tmp_path / ".pulled").mkdir()
    (tmp_path / ".pulled/synced.json").write_text(text)

    assert read_synced(tmp_path) == {}


def test_it_is_not_written_through_a_link(tmp_path):
    (tmp_path / "outside").mkdir()
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "package.json").write_text("{}")
    for target in (tmp_path / "outside", project / "src"):
        (project / ".pulled").symlink_to(target)
        with pytest.raises(RecordingError, match=r"\.pulled: is a link, which is not followed: remove it"):
            remember_synced(project, FILES)
        assert list(target.iterdir()) == []
        (project / ".pulled").unlink()
    (project / ".pulled").mkdir()
    (project / ".pulled/synced.json").symlink_to("../package.json")
    with pytest.raises(RecordingError, match=r"synced\.json: is a link"):
        remember_synced(project, FILES)
    assert (project / "package.json").read_text() == "{}"
