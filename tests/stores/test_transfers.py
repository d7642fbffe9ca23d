"""What pull and push share."""

import contextlib
import fcntl
import os

import pytest

pytest.importorskip("fsspec")


from recproxy.errors import RecordingError


def test_a_transfer_tells_how_much_of_all_is_done(one, two):
    told = {}

    def watched(name):
        @contextlib.contextmanager
        def progress(total):
            told[name] = [total]
            yield told[name].append

        return progress

    whole = sum(file.size for file in one.lock.values())

    two.pull(progress=watched("pull"))
    one.push(progress=watched("nothing to do"))
    one.push(again=True, progress=watched("push"))

    assert set(told) == {"pull", "push"}
    assert all((total, done[-1], done) == (whole, whole, sorted(done)) for total, *done in told.values())


def test_two_at_once_in_one_folder_are_told(one):
    handle = os.open(one.folder / ".pulled/lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)

    with pytest.raises(RecordingError, match="another `recproxy pull` or `push` works here: wait for its end"):
        one.push()
    os.close(handle)
    assert one.push().problems == []


def test_a_folder_of_recordings_that_is_a_link_out_of_the_project_is_refused(one, two, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    two.folder.rmdir()
    two.folder.symlink_to(outside)

    for transfer in (two.pull, two.push):
        with pytest.raises(RecordingError, match="leads out of"):
            transfer()
    assert list(outside.iterdir()) == []
