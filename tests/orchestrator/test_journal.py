"""The journal: finished interactions on disk, and what a killed run left of them."""

import fcntl
import json
import os
import resource
import signal
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.orchestrator.journal import Entry, Journal, abandoned
from recproxy.recording import Interaction, Request, Response


def entry(path="shop/a.rec", scope="test_a", body=b"ok", key=""):
    interaction = Interaction(
        request=Request(method="POST", url="https://a.example/", headers=((b"A", b"b"),), body=body),
        response=Response(status=200, reason=b"OK", headers=((b"Content-Length", b"2"),), body=b"ok"),
        scope=scope,
    )
    return Entry(Path(path), scope, interaction, key)


def leave(journal):
    """What a kill does to a journal: the file stays, its lock goes."""
    os.close(journal._file)


def entries(recordings):
    return [found for _, found in abandoned(recordings)]


def test_nothing_is_on_disk_before_the_first_interaction(tmp_path):
    journal = Journal(tmp_path)
    journal.close()

    assert list(tmp_path.iterdir()) == []


def test_an_interaction_is_in_the_file_once_it_was_added(tmp_path):
    journal = Journal(tmp_path)

    journal.add(entry(body=b"first"))

    (path,) = (tmp_path / ".journal").glob("*.journal")
    assert b"first" in path.read_bytes()
    about = json.loads(path.read_bytes().partition(b"\n")[0])
    assert (about["recording"], about["scope"]) == ("shop/a.rec", "test_a")
    journal.close()


def test_no_commit_should_hold_the_folder(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry())
    journal.close()

    assert (tmp_path / ".journal/.gitignore").read_text() == "*\n"


def test_a_closed_journal_leaves_no_file(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry())

    journal.close()
    journal.close()

    assert list((tmp_path / ".journal").glob("*.journal")) == []


def test_what_a_killed_run_left_is_found_whole_and_in_order(tmp_path):
    wanted = [entry(), entry("bank/b.rec", "test_b", b"\x00\xff binary"), entry(body=b"====\n=======\n")]
    journal = Journal(tmp_path)
    for each in wanted:
        journal.add(each)
    leave(journal)

    assert entries(tmp_path) == [wanted]


def test_the_journal_of_a_run_that_lives_is_left_alone(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry())

    assert entries(tmp_path) == []
    journal.close()


def test_two_journals_are_two_runs(tmp_path):
    for name in ("a", "b"):
        journal = Journal(tmp_path)
        journal.add(entry(f"{name}.rec"))
        leave(journal)

    assert sorted(str(found[0].recording) for found in entries(tmp_path)) == ["a.rec", "b.rec"]


def test_an_entry_that_was_cut_short_anywhere_costs_only_itself(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry(body=b"first"))
    size = journal._path.stat().st_size
    journal.add(entry(body=b"second"))
    leave(journal)
    whole = journal._path.read_bytes()

    for end in range(size, len(whole) - 1):  # without its last newline the text is still whole
        journal._path.write_bytes(whole[:end])
        assert [each.interaction.request.body for found in entries(tmp_path) for each in found] == [b"first"]


@pytest.mark.parametrize("text", [b"\x00\xff\n", b"[1]\n", b'{"size": 1}\nx', b'{"size": "x"}\n', b'"x"\n', b"{}\n"])
def test_a_journal_that_is_none_holds_nothing(tmp_path, text):
    folder = tmp_path / ".journal"
    folder.mkdir()
    (folder / "odd.journal").write_bytes(text)

    assert entries(tmp_path) == [[]]


def test_what_cannot_be_written_is_an_error_that_names_the_folder(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match=r"file/\.journal: cannot be written: Not a directory"):
        Journal(tmp_path / "file").add(entry())


def test_a_journal_in_use_is_locked(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry())

    with journal._path.open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    journal.close()


def test_a_scope_that_ended_is_not_found_again(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry(scope="one", key="shop/1"))
    journal.add(entry(scope="two", key="shop/2"))
    journal.add(entry(scope="one", key="shop/1", body=b"more"))
    journal.ended("shop/1")
    journal.add(entry(scope="one", key="shop/3"))
    leave(journal)

    assert [[each.key for each in found] for found in entries(tmp_path)] == [["shop/2", "shop/3"]]


def test_it_is_empty_where_no_scope_is_open(tmp_path):
    journal = Journal(tmp_path)
    for key in ("shop/1", "shop/2"):
        journal.add(entry(key=key))
    for key in ("shop/1", "shop/2", "shop/2"):
        journal.ended(key)
    assert journal._path.stat().st_size == 0

    journal.add(entry(key="shop/3"))
    leave(journal)

    assert [[each.key for each in found] for found in entries(tmp_path)] == [["shop/3"]]


def test_a_full_disk_costs_only_the_entry_that_did_not_fit(tmp_path):
    journal = Journal(tmp_path)
    journal.add(entry(body=b"first"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal._size + 100, before[1]))
    try:
        with pytest.raises(RecordingError, match=r"\.journal: cannot be written: File too large"):
            journal.add(entry(body=b"x" * 1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    journal.add(entry(body=b"third"))
    leave(journal)

    assert [[each.interaction.request.body for each in found] for found in entries(tmp_path)] == [[b"first", b"third"]]
