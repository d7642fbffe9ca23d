"""Recordings of a store that were not pulled, or are old."""

import pytest

from recproxy.errors import ConfigurationError
from recproxy.orchestrator.pulled_recordings import check_recorded, pulled_notes, pulled_state
from recproxy.stores.folder import FolderState, locked_file
from recproxy.stores.lock import LockedFile, written_lock
from recproxy.stores.synced import remember_synced


def test_what_is_missing_is_in_the_lock_and_not_in_the_folder(tmp_path):
    file = LockedFile(sha256="a" * 64, size=1)
    (tmp_path / "recproxy.lock").write_bytes(written_lock({"shop/a.rec": file, "shop/b.rec": file}))
    (tmp_path / "recordings/shop").mkdir(parents=True)
    (tmp_path / "recordings/shop/a.rec").write_text("")

    assert pulled_state("s3://bucket", tmp_path, tmp_path / "recordings").missing == ("shop/b.rec",)
    assert pulled_state("", tmp_path, tmp_path / "recordings") == FolderState()
    remember_synced(tmp_path / "recordings", {"shop/a.rec": locked_file(tmp_path / "recordings/shop/a.rec")})
    (tmp_path / "recproxy.lock").unlink()
    assert pulled_state("s3://bucket", tmp_path, tmp_path / "recordings") == FolderState()


def test_a_run_says_what_differs_and_the_command_for_it():
    assert pulled_notes(FolderState(changed=("shop/mine.rec",), new=("shop/n.rec",))) == ()
    assert pulled_notes(
        FolderState(missing=("shop/a.rec",), outdated=("b.rec",), dropped=("c.rec",), conflicts=("d.rec",))
    ) == (
        "1 recording of recproxy.lock is not here: pull with: recproxy pull",
        "2 recordings here are outdated, b.rec for one: pull with: recproxy pull",
        "1 recording changed both here and in recproxy.lock, d.rec for one: see them with: recproxy status",
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            FolderState(missing=("shop/b.rec",)),
            "1 recording of what is to be recorded is in the store and not here, shop/b",
        ),
        (FolderState(outdated=("shop/b.rec",)), "is outdated here, shop/b.rec for one: pull first"),
        (FolderState(dropped=("shop/b.rec",)), "is outdated here, shop/b.rec for one: pull first"),
    ],
)
def test_only_what_is_recorded_must_be_here_and_new(state, said):
    check_recorded(state, ("bank",))
    with pytest.raises(ConfigurationError, match=said):
        check_recorded(state, ("shop", "bank"))
