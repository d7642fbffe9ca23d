"""Recordings of a store that were not pulled."""

import pytest

from recproxy.errors import ConfigurationError
from recproxy.orchestrator.absent_recordings import absent_note, absent_recordings, check_recorded
from recproxy.stores.lock import LockedFile, written_lock


def test_they_are_those_of_the_lock_that_are_not_in_the_folder(tmp_path):
    file = LockedFile(sha256="a" * 64, size=1)
    (tmp_path / "recproxy.lock").write_bytes(written_lock({"shop/a.rec": file, "shop/b.rec": file}))
    (tmp_path / "recordings/shop").mkdir(parents=True)
    (tmp_path / "recordings/shop/a.rec").write_text("")

    assert absent_recordings("s3://bucket", tmp_path, tmp_path / "recordings") == ("shop/b.rec",)
    assert absent_recordings("", tmp_path, tmp_path / "recordings") == ()


def test_a_run_says_how_to_get_them():
    assert absent_note(()) == ()
    assert absent_note(("shop/b.rec",)) == ("1 recording of recproxy.lock is not here: pull them with: recproxy pull",)


def test_only_what_is_recorded_must_be_here():
    check_recorded(("shop/b.rec",), ("bank",))
    with pytest.raises(
        ConfigurationError, match="1 recording of what is to be recorded is in the store and not here, shop/b"
    ):
        check_recorded(("shop/b.rec",), ("shop", "bank"))
