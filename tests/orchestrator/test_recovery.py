"""Recovery: what becomes of the journals that killed runs left."""

import os
import time

from recorder_session import Session, urls

from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.recording import Act, Step, load

DAY = 24 * 3600


def test_what_a_killed_run_left_is_put_beside_its_recordings(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.begin(2, "other", path="shop/other.rec")
    killed.keep("/a")
    killed.keep("/b")
    killed.keep("/c", number=2, scope="other")
    killed.die()

    recovered = session.recover()

    assert [(written.path.name, written.interactions, written.failed) for written in recovered] == [
        ("default.failed.rec", 2, True),
        ("other.failed.rec", 1, True),
    ]
    assert urls(default.with_name("default.failed.rec")) == ["/a", "/b"]
    assert not default.exists()
    assert session.recover() == []


def test_what_cannot_be_recovered_is_told_with_its_journal_which_stays_and_the_run_goes_on(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.begin(2, "other", path="bank/other.rec")
    killed.keep("/a")
    killed.keep("/b", number=2, scope="other")
    killed.die()
    (session.folder / "bank").write_text("")

    for _ in range(2):
        session.recorder.unrecovered.clear()
        recovered = session.recover()

        assert [written.path.name for written in recovered] == ["default.failed.rec"]
        (journal,) = (session.folder / ".journal").glob("*.journal")
        (note,) = session.recorder.unrecovered
        assert note.startswith(f"{journal}: what an earlier run recorded cannot be recovered: ")
        assert "bank/other.failed.rec: cannot be written: Not a directory" in note
        assert urls(default.with_name("default.failed.rec")) == ["/a"]
    session.record("/new")
    assert urls(default) == ["/new"]

    (session.folder / "bank").unlink()
    assert [written.path.name for written in session.recover()][-1] == "other.failed.rec"
    assert not journal.exists()


def test_scopes_that_ended_are_not_recovered(session, default):
    killed = Session(session.folder)
    killed.begin(9, "open")
    killed.keep("/open", number=9, scope="open")
    killed.record("/saved", scope="saved", number=1)
    killed.record("/failed", scope="failed", number=2, passed=False)
    killed.die()

    recovered = session.recover()

    assert [(written.path.name, written.interactions) for written in recovered] == [("default.failed.rec", 1)]
    assert urls(default) == ["/saved"]
    assert urls(default.with_name("default.failed.rec")) == ["/failed", "/open"]


def test_what_several_killed_runs_left_is_recovered_together(session, default):
    for place in ("/a", "/b"):
        killed = Session(session.folder)
        killed.begin()
        killed.keep(place)
        killed.die()

    (written,) = session.recover()

    assert written.interactions == 2
    assert sorted(urls(default.with_name("default.failed.rec"))) == ["/a", "/b"]


def test_what_one_run_recovered_is_not_lost_when_that_run_is_killed_too(session, default):
    for place in ("/a", "/b"):
        killed = Session(session.folder)
        killed.recover()
        killed.begin()
        killed.keep(place)
        killed.die()

    session.recover()
    session.recover()

    assert urls(default.with_name("default.failed.rec")) == ["/a", "/b"]


def test_a_failure_of_the_run_that_recovered_leaves_what_was_recovered(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.keep("/recovered")
    killed.die()
    session.recover()

    session.record("/new", passed=False)

    assert urls(default.with_name("default.failed.rec")) == ["/recovered", "/new"]


def test_half_a_file_that_a_killed_run_left_is_removed(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.keep("/a")
    killed.die()
    default.parent.mkdir()
    default.with_name(".default.rec.tmp").write_bytes(b"#recproxy 2\n\nGET htt")

    session.recover()

    assert [path.name for path in default.parent.iterdir()] == ["default.failed.rec"]


def test_what_is_recovered_is_redacted_by_its_profile_and_by_what_was_secret_then(session, default):
    killed = Session(session.folder, secrets=("then",))
    killed.begin()
    killed.keep("/a")
    killed.keep("/refused")
    killed.die()

    session.recover()

    assert session.asked == [("shop", ("then",))]
    assert urls(default.with_name("default.failed.rec")) == ["/a"]
    assert session.recorder.unrecovered == ["refused"]


def test_what_was_recorded_of_a_profile_that_is_gone_waits_for_it(session):
    killed = Session(session.folder)
    killed.begin(profile="gone")
    killed.keep(profile="gone")
    killed.die()

    assert session.recover() == []

    (journal,) = (session.folder / ".journal").glob("*.journal")
    (line,) = session.recorder.unrecovered
    assert line.startswith(f"{journal}: what an earlier run recorded cannot be recovered: no profile 'gone'; mend that")


def killed_after_two(session, *, days):
    """A run that was killed so many days ago, after two interactions; and its journal."""
    killed = Session(session.folder)
    killed.begin()
    killed.keep("/a")
    killed.keep("/b")
    killed.die()
    (journal,) = (session.folder / ".journal").glob("*.journal")
    os.utime(journal, (time.time() - days * DAY,) * 2)
    return killed, journal


def test_a_journal_whose_key_is_not_found_is_told_by_each_run_until_one_finds_it(session, default):
    _, journal = killed_after_two(session, days=6.9)
    (key,) = session.folder.parent.rglob("*.key")
    elsewhere = key.rename(session.folder.parent / "elsewhere")

    for _ in range(2):
        run = Session(session.folder)
        assert run.recover() == []
        (line,) = run.recorder.unrecovered
        assert line == (
            f"{journal}: 2 interactions of an earlier run cannot be read, because its key is in none of the places "
            "where keys are kept: set TMPDIR or XDG_RUNTIME_DIR as that run had them, or delete this journal"
        )
    elsewhere.rename(key)

    (written,) = session.recover()
    assert (written.interactions, urls(default.with_name("default.failed.rec"))) == (2, ["/a", "/b"])
    assert (journal.exists(), key.exists(), session.recorder.unrecovered) == (False, False, [])


def test_a_journal_whose_key_is_not_found_for_7_days_is_told_and_removed(session, default):
    killed, journal = killed_after_two(session, days=7.1)
    session.keys.remove(killed.recorder._journal._key)

    assert session.recover() == []
    (line,) = session.recorder.unrecovered
    assert line == (
        f"{journal}: 2 interactions of an earlier run cannot be read and are dropped: its key was not found for 7 days"
    )
    assert not journal.exists()
    assert not default.parent.exists()

    later = Session(session.folder)
    assert later.recover() == []
    assert later.recorder.unrecovered == []


def test_a_recovered_journal_goes_with_its_key(session):
    killed = Session(session.folder)
    killed.begin()
    killed.keep()
    killed.die()

    session.recover()

    assert list((session.folder / ".journal").glob("*.journal")) == []
    assert session.keys.find(killed.recorder._journal._key) is None


def test_a_journal_of_version_01_is_told_and_left(session):
    journal = session.folder / ".journal/1-a.journal"
    journal.parent.mkdir()
    journal.write_text('{"recording": "shop/a.rec", "scope": "test_a", "key": "shop/1", "size": 4}\ntext')

    assert session.recover() == []
    (line,) = session.recorder.unrecovered
    assert line.startswith(f"{journal}: is the journal of a run of version 0.1, which is not encrypted: take from it")
    assert journal.exists()


def test_a_file_that_another_run_is_writing_is_not_written_by_recovery(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.keep("/a")
    killed.die()
    other = Session(session.folder)
    other.begin()
    other.keep("/b")

    assert session.recover() == []

    (line,) = session.recorder.unrecovered
    assert f"{default}: another run is recording it: wait for its end" in line
    other.end()
    other.close()
    assert [written.interactions for written in session.recover()] == [1]
    assert urls(default.with_name("default.failed.rec")) == ["/a"]


def test_what_shows_too_many_secrets_is_dropped_and_hinders_no_later_scope(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.keep("/a")
    killed.die()
    session.recorder.learned = RunSecrets(most=1)
    session.learn = (b"first-value", b"second-value")

    assert session.recover() == []

    (line,) = session.recorder.unrecovered
    assert line == (
        f"{default}: what an earlier run recorded is dropped: it shows more than 1 secret values, too many to look for in "
        "each recording: record its tests in several runs"
    )
    assert list((session.folder / ".journal").glob("*.journal")) == []
    session.learn = ()
    session.record("/new")
    assert urls(default) == ["/new"]


def test_the_name_of_a_recovered_scope_holds_no_secret(session, default):
    killed = Session(session.folder)
    killed.begin(1, "test[first-password]")
    killed.keep("/a", scope="test[first-password]")
    killed.begin(2, "test[b]", path="shop/first-password.rec")
    killed.keep("/b", number=2, scope="test[b]")
    killed.die()
    session.mask = (b"first-password",)

    session.recover()

    (recovered,) = load(default.with_name("default.failed.rec").read_bytes()).interactions
    assert recovered.scope == "test[XXX]~f1"
    assert session.recorder.unrecovered == [
        "XXX.rec: not recovered: its name would hold a secret: rename the test test[b]"
    ]
    assert b"first-password" not in b"".join(path.read_bytes() for path in session.folder.rglob("*.rec"))


def test_a_websocket_of_a_killed_run_is_recovered_with_all_that_was_said(session, default):
    steps = (
        Step(Act.CLIENT, b"hi"),
        Step(Act.SERVER, b"\0\1", binary=True, delay=2.0),
        Step(Act.CLOSE, b"full", code=4001),
    )
    killed = Session(session.folder)
    killed.begin()
    killed.keep_websocket(steps)
    killed.die()

    session.recover()

    (interaction,) = load(default.with_name("default.failed.rec").read_bytes()).interactions
    assert [(each.act, each.data, each.binary, each.delay, each.code) for each in interaction.steps] == [
        (each.act, each.data, each.binary, each.delay, each.code) for each in steps
    ]
