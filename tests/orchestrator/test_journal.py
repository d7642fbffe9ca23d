"""The journal: finished interactions on disk, encrypted, and what a killed run left of them."""

import fcntl
import os
import resource
import signal

import pytest

from recproxy.errors import RecordingError
from recproxy.orchestrator.journal import Entry, Journal
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.left_journals import abandoned

SECRET = b"value-that-nobody-may-read"
OLD = b'{"recording": "shop/a.rec", "scope": "test_a", "key": "shop/1", "size": 4}\ntext'


@pytest.fixture
def recordings(tmp_path):
    folder = tmp_path / "project/recordings"
    folder.mkdir(parents=True)
    return folder


class Run:
    """What two runs of one project share."""

    def __init__(self, recordings, runtime):
        self.folders = JournalFolders(recordings, recordings.parent)
        self.keys = JournalKeys(recordings.parent, {"XDG_RUNTIME_DIR": str(runtime)})
        self.runtime = runtime

    def journal(self, secrets=()):
        return Journal(self.folders, self.keys, secrets)

    def entry(self, path="shop/a.rec", scope="test_a", packed=b"ok", number=1):
        return Entry(
            profile="shop",
            recording=self.folders.recordings / path,
            scope=scope,
            number=number,
            recorded="2026-01-31",
            packed=packed,
        )

    def left(self):
        with abandoned(self.folders, self.keys) as found:
            return found

    def packed(self):
        return [[entry.packed for entry in found.entries] for found in self.left()]

    def key_files(self):
        return list(self.runtime.rglob("*.key"))


@pytest.fixture
def run(recordings, tmp_path):
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    return Run(recordings, runtime)


def leave(journal):
    """What a kill does to a journal: the file stays, its lock goes."""
    os.close(journal._file)


def test_nothing_is_on_disk_before_the_first_interaction(run, recordings):
    run.journal().close()

    assert (list(recordings.iterdir()), run.key_files()) == ([], [])


def test_an_interaction_is_in_the_file_once_it_was_added_and_nobody_can_read_it(run, recordings):
    journal = run.journal(secrets=("other-secret-value",))

    journal.add(run.entry(path="shop/name-of-a-test.rec", scope="test_scope", packed=SECRET * 100))

    (path,) = (recordings / ".journal").glob("*.journal")
    text = path.read_bytes()
    (key,) = run.key_files()
    assert len(text) > len(SECRET) * 100
    assert text.startswith(b"#recproxy journal 2 " + key.stem.encode() + b"\n")
    assert [word for word in (SECRET, b"other-secret-value", b"name-of-a", b"test_scope") if word in text] == []
    assert str(run.runtime).encode() not in text
    assert path.stat().st_mode & 0o777 == 0o600
    journal.close()


def test_equal_entries_are_encrypted_differently(run):
    journal = run.journal()
    journal.add(run.entry(packed=SECRET))
    first = journal._path.read_bytes()[-60:]
    journal.add(run.entry(packed=SECRET))

    assert journal._path.read_bytes()[-60:] != first
    journal.close()


def test_no_commit_should_hold_the_folder(run, recordings):
    journal = run.journal()
    journal.add(run.entry())
    journal.close()

    assert (recordings / ".journal/.gitignore").read_text() == "*\n"


def test_a_journal_that_is_closed_with_a_scope_unsaved_stays_for_the_next_run(run, recordings):
    journal = run.journal()
    journal.add(run.entry())

    journal.close()

    assert (len(list((recordings / ".journal").glob("*.journal"))), len(run.key_files())) == (1, 1)


def test_a_closed_journal_leaves_no_file_and_no_key(run, recordings):
    journal = run.journal()
    journal.add(run.entry())
    journal.ended(run.entry().number)

    journal.close()
    journal.close()

    assert (list((recordings / ".journal").glob("*.journal")), run.key_files()) == ([], [])


def test_what_a_killed_run_left_is_found_whole_and_in_order(run):
    wanted = [run.entry(), run.entry("bank/b.rec", "test_b", b"\x00\xff binary", 2), run.entry(packed=b"")]
    journal = run.journal(secrets=("one", "two"))
    for each in wanted:
        journal.add(each)
    leave(journal)

    (found,) = run.left()

    assert (found.entries, found.secrets, found.unread, found.keyless) == (wanted, ("one", "two"), 0, False)


def test_a_file_of_the_project_outside_of_the_recordings_is_found_again_and_one_from_elsewhere_with_the_others(run):
    project = run.folders.project
    journal = run.journal()
    journal.add(run.entry(project / "tests/a.rec"))
    journal.add(run.entry(project.parent / "elsewhere/b.rec"))
    leave(journal)

    (found,) = run.left()

    paths = [entry.recording for entry in found.entries]
    assert paths == [project / "tests/a.rec", run.folders.recordings / "shop/b.rec"]


@pytest.mark.parametrize("name", ["../a.rec", "/etc/a.rec", "shop/../../a.rec", "link/a.rec"])
def test_a_path_that_leads_out_of_the_recordings_is_told_and_not_taken(run, recordings, monkeypatch, name):
    (recordings / "link").symlink_to("/")
    journal = run.journal()
    monkeypatch.setattr(JournalFolders, "plain", lambda *_: ("recordings", name))
    journal.add(run.entry())
    leave(journal)

    (found,) = run.left()

    assert (found.entries, found.lost) == ([], [f"{recordings / name} leads out of {recordings}"])


def test_the_journal_of_a_run_that_lives_is_left_alone(run):
    journal = run.journal()
    journal.add(run.entry())

    assert run.left() == []
    journal.close()


def test_two_journals_are_two_runs_with_two_keys(run):
    for packed in (b"a", b"b"):
        journal = run.journal()
        journal.add(run.entry(packed=packed))
        leave(journal)

    assert sorted(run.packed()) == [[b"a"], [b"b"]]
    assert len(run.key_files()) == 2


def test_an_entry_that_was_cut_short_anywhere_costs_only_itself(run):
    journal = run.journal()
    journal.add(run.entry(packed=b"first"))
    size = journal._path.stat().st_size
    journal.add(run.entry(packed=b"second"))
    leave(journal)
    whole = journal._path.read_bytes()

    for end in range(size, len(whole)):
        journal._path.write_bytes(whole[:end])
        assert run.packed() == [[b"first"]]


def test_an_entry_that_was_changed_is_not_taken_and_counts(run):
    journal = run.journal()
    for packed in (b"first", b"second", b"third"):
        journal.add(run.entry(packed=packed))
    leave(journal)
    text = bytearray(journal._path.read_bytes())
    text[-1] ^= 1
    journal._path.write_bytes(text)

    (found,) = run.left()

    assert ([each.packed for each in found.entries], found.unread) == ([b"first", b"second"], 1)


def test_an_entry_that_was_moved_is_not_taken(run):
    journal = run.journal()
    sizes = [0]
    for packed in (b"one", b"two", b"six"):
        journal.add(run.entry(packed=packed))
        sizes.append(journal._path.stat().st_size)
    leave(journal)
    text = journal._path.read_bytes()
    journal._path.write_bytes(text[: sizes[1]] + text[sizes[2] :] + text[sizes[1] : sizes[2]])

    (found,) = run.left()

    assert ([each.packed for each in found.entries], found.unread) == ([b"one"], 2)


def test_without_its_key_a_journal_says_only_how_many_interactions_are_lost(run):
    journal = run.journal(secrets=("one",))
    for number in (1, 2, 2, 3):
        journal.add(run.entry(number=number))
    journal.ended(1)
    leave(journal)
    (key,) = run.key_files()
    key.unlink()

    (found,) = run.left()

    assert (found.entries, found.keyless, found.unread) == ([], True, 3)


@pytest.mark.parametrize("text", [b"\x00\xff\n", b"[1]\n", OLD, b"#recproxy journal 1 x\n"])
def test_a_journal_of_version_01_or_of_nobody_is_told_as_old(run, recordings, text):
    folder = recordings / ".journal"
    folder.mkdir()
    (folder / "odd.journal").write_bytes(text)

    (found,) = run.left()

    assert (found.old, found.entries) == (True, [])


@pytest.mark.parametrize("text", [b"", b"#recproxy jour"])
def test_a_journal_whose_run_was_killed_before_it_said_anything_holds_nothing(run, recordings, text):
    folder = recordings / ".journal"
    folder.mkdir()
    (folder / "new.journal").write_bytes(text)

    (found,) = run.left()

    assert (found.old, found.entries, found.unread) == (False, [], 0)


def test_what_cannot_be_written_is_an_error_that_names_the_folder(run, recordings):
    (recordings / "file").write_text("")
    folders = JournalFolders(recordings / "file", recordings.parent)

    with pytest.raises(RecordingError, match=r"file/\.journal: cannot be written: File exists"):
        Journal(folders, run.keys).add(run.entry())


def test_a_journal_in_use_is_locked(run):
    journal = run.journal()
    journal.add(run.entry())

    with journal._path.open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    journal.close()


def test_a_scope_that_ended_is_not_found_again(run):
    journal = run.journal()
    for number in (1, 2, 1):
        journal.add(run.entry(number=number))
    journal.ended(1)
    journal.add(run.entry(number=3))
    leave(journal)

    (found,) = run.left()

    assert [entry.number for entry in found.entries] == [2, 3]


def test_it_is_empty_where_no_scope_is_open(run):
    journal = run.journal(secrets=("one",))
    for number in (1, 2):
        journal.add(run.entry(number=number))
    for number in (1, 2, 2):
        journal.ended(number)
    assert journal._path.stat().st_size == 0

    journal.add(run.entry(number=3))
    leave(journal)

    (found,) = run.left()
    assert ([entry.number for entry in found.entries], found.secrets) == ([3], ("one",))


def test_a_full_disk_costs_only_the_entry_that_did_not_fit(run):
    journal = run.journal()
    journal.add(run.entry(packed=b"first"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal._size + 100, before[1]))
    try:
        with pytest.raises(RecordingError, match=r"\.journal: cannot be written: File too large"):
            journal.add(run.entry(packed=b"x" * 1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    journal.add(run.entry(packed=b"third"))
    leave(journal)

    assert run.packed() == [[b"first", b"third"]]


def test_a_journal_has_its_name_only_once_it_is_locked(run, recordings, monkeypatch):
    """Between the two, another run's recovery would take it for abandoned."""
    seen, real = [], fcntl.flock

    def flock(file, how):
        if how == fcntl.LOCK_EX:
            seen.append(run.left())
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    journal = run.journal()

    journal.add(run.entry())

    assert seen == [[]]
    assert [path.suffix for path in (recordings / ".journal").iterdir() if path.name != ".gitignore"] == [".journal"]
    journal.close()


def test_a_journal_that_one_run_recovers_is_not_taken_by_another(run):
    journal = run.journal()
    journal.add(run.entry())
    leave(journal)

    with abandoned(run.folders, run.keys) as first:
        assert [len(found.entries) for found in first] == [1]
        assert run.left() == []
    assert len(run.left()) == 1
