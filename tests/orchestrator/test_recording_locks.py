"""The locks of recordings: one run at a time records a file."""

import fcntl
import os

import pytest
from recorder_session import Session

from recproxy.errors import RecordingError


def test_a_file_that_another_run_is_recording_is_refused_by_name(session, default):
    other = Session(session.folder)
    other.begin()
    other.keep()
    session.begin()

    with pytest.raises(RecordingError) as caught:
        session.keep()

    assert caught.value.message == f"{default}: another run is recording it: wait for its end"
    other.end()
    other.close()
    session.keep()


def test_a_lock_whose_file_went_with_the_run_before_is_taken_anew(session, default, monkeypatch):
    """Between opening the lock's file and locking it, the run before may end and remove it."""
    where, real, calls = session.recorder._locks._path(default), fcntl.flock, []

    def flock(file, how):
        if not calls and not isinstance(file, int):
            where.unlink()
            calls.append(file)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    session.begin()
    session.keep()

    assert calls
    assert os.path.samestat(os.fstat(session.recorder._locks._held[default].fileno()), where.stat())


def test_one_file_under_two_names_is_one_recording(session, default):
    (session.folder / "linked").symlink_to(session.folder / "shop")
    session.begin(1)
    session.begin(2, "other", path="linked/default.rec")
    session.keep("/a")

    session.keep("/b", number=2)

    assert len(session.recorder._locks._held) == 1


def test_a_file_that_is_recorded_while_it_is_locked_for_a_moment_stays_locked(session, default):
    locks = session.recorder._locks
    with locks.locked(default), locks.locked(default):
        session.begin()
        session.keep()

    assert list(locks._held) == [default]
    session.end()
