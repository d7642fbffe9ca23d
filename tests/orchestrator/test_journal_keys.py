"""The keys of journals: where they lie, who may read them, and when they are gone."""

import os
import tempfile
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recproxy.errors import RecordingError
from recproxy.orchestrator import journal_keys
from recproxy.orchestrator.journal_keys import JournalKeys, encrypted

DAY = 24 * 60 * 60
JOURNAL = Path("/project/recordings/.journal/1.journal")


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def runtime(tmp_path):
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return folder


def in_runtime(project, runtime):
    return JournalKeys(project, {"XDG_RUNTIME_DIR": str(runtime)})


def only_in(monkeypatch, *folders):
    """The temporary folders that there are."""
    monkeypatch.setattr(tempfile, "tempdir", str(folders[0]))
    monkeypatch.setattr(journal_keys, "_TEMPORARY", tuple(map(str, folders[1:])))


def test_a_key_is_32_bytes_in_a_private_file_of_the_runtime_folder(project, runtime):
    keys = in_runtime(project, runtime)

    name, key = keys.make(JOURNAL)

    path = runtime / "recproxy" / f"{name}.key"
    assert path.read_bytes() == key + bytes(JOURNAL)
    assert len(key) == 32
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(project.iterdir()) == []


def test_a_key_is_found_by_its_id_until_it_is_removed(project, runtime):
    keys = in_runtime(project, runtime)
    name, key = keys.make(JOURNAL)

    assert in_runtime(project, runtime).find(name) == key
    keys.remove(name)
    keys.remove(name)

    assert keys.find(name) is None
    assert list((runtime / "recproxy").iterdir()) == []


def test_two_keys_are_two(project, runtime):
    keys = in_runtime(project, runtime)

    (one, first), (other, second) = keys.make(JOURNAL), keys.make(JOURNAL)

    assert (one != other, first != second) == (True, True)


def test_without_a_runtime_folder_it_lies_in_a_folder_of_the_users_own(project, tmp_path, monkeypatch):
    only_in(monkeypatch, tmp_path)
    keys = JournalKeys(project, {})

    name, key = keys.make(JOURNAL)

    folder = tmp_path / f"recproxy-{os.geteuid()}"
    assert (folder / f"{name}.key").read_bytes() == key + bytes(JOURNAL)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_that_others_may_look_into_is_passed_over(project, tmp_path, monkeypatch, mode):
    other = tmp_path / "other"
    other.mkdir()
    only_in(monkeypatch, tmp_path, other)
    open_to_all = tmp_path / f"recproxy-{os.geteuid()}"
    open_to_all.mkdir()
    open_to_all.chmod(mode)

    name, _ = JournalKeys(project, {}).make(JOURNAL)

    assert list(open_to_all.iterdir()) == []
    assert [path.name for path in (other / open_to_all.name).iterdir()] == [f"{name}.key"]


def test_a_link_is_no_folder_of_the_users_own(project, tmp_path, runtime, monkeypatch):
    only_in(monkeypatch, tmp_path)
    (tmp_path / f"recproxy-{os.geteuid()}").symlink_to(runtime)

    with pytest.raises(RecordingError, match="no safe place for the key of this run's journal: set XDG_RUNTIME_DIR"):
        JournalKeys(project, {}).make(JOURNAL)


def test_a_key_never_lies_in_the_project(project, tmp_path, monkeypatch):
    inside = project / "tmp"
    inside.mkdir(mode=0o700)
    only_in(monkeypatch, inside, tmp_path)

    name, _ = JournalKeys(project, {"XDG_RUNTIME_DIR": str(inside)}).make(JOURNAL)

    assert list(inside.iterdir()) == []
    assert (tmp_path / f"recproxy-{os.geteuid()}" / f"{name}.key").is_file()


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_file_of_another_size_is_no_key(project, runtime, size):
    keys = in_runtime(project, runtime)
    name, _ = keys.make(JOURNAL)
    (runtime / "recproxy" / f"{name}.key").write_bytes(b"x" * size)

    assert keys.find(name) is None


def test_a_key_that_others_may_read_or_that_is_a_link_is_none(project, runtime):
    keys = in_runtime(project, runtime)
    (one, _), (other, _) = keys.make(JOURNAL), keys.make(JOURNAL)
    folder = runtime / "recproxy"
    (folder / f"{one}.key").chmod(0o644)
    (folder / f"{other}.key").rename(folder / "elsewhere")
    (folder / f"{other}.key").symlink_to(folder / "elsewhere")

    assert [keys.find(one), keys.find(other)] == [None, None]


def test_old_keys_of_journals_that_are_gone_are_removed_by_any_run(project, runtime, tmp_path):
    keys, there = in_runtime(project, runtime), tmp_path / "recordings/.journal/there.journal"
    there.parent.mkdir(parents=True)
    there.touch()
    journals = {"there": there, "gone": there.with_name("gone"), "new": there.with_name("new"), "moved": JOURNAL}
    files = {word: runtime / "recproxy" / f"{keys.make(journal)[0]}.key" for word, journal in journals.items()}
    files["of 0.1"] = runtime / "recproxy" / f"{'0' * 32}.key"
    files["of 0.1"].write_bytes(bytes(32))
    files["note"] = runtime / "recproxy/note.txt"
    files["note"].touch()
    for word in files.keys() - {"new"}:
        os.utime(files[word], (time.time() - 8 * DAY,) * 2)

    in_runtime(project, runtime).sweep()
    assert {word for word, file in files.items() if file.exists()} == {"there", "new", "moved", "note"}

    os.utime(files["moved"], (1, 1))
    in_runtime(project, runtime).sweep()
    assert {word for word, file in files.items() if file.exists()} == {"there", "new", "note"}


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 32, "a" * 31])
def test_an_id_is_no_path(project, runtime, name):
    assert in_runtime(project, runtime).find(name) is None


@pytest.mark.parametrize("sizes", [(), (0,), (5, 0, 7), (40, 1_000_000)])
def test_what_is_encrypted_in_pieces_is_decrypted_as_one(sizes):
    key, nonce = bytes(range(32)), bytes(12)
    texts = [os.urandom(size) for size in sizes]
    sealed = b"".join(bytes(piece) for piece in encrypted(key, nonce, b"place", [memoryview(text) for text in texts]))
    assert AESGCM(key).decrypt(nonce, sealed, b"place") == b"".join(texts)
