"""The recorder: what becomes of interactions from their arrival to the end of their scope."""

import asyncio
import datetime as dt
import errno
import os

import pytest
from recorder_session import Session, urls

from recproxy.control.messages import Kept
from recproxy.control.outcomes import Missed
from recproxy.errors import RecordingError
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.recording import load
from recproxy.report import Tally


def test_nothing_is_written_before_a_scope_ends(session, default):
    session.begin()
    session.keep()

    assert not default.exists()
    assert len(list((session.folder / ".journal").glob("*.journal"))) == 1
    session.end()


def test_what_comes_after_its_scope_has_ended_is_refused(session):
    session.record("/a")

    with pytest.raises(RecordingError, match="the scope of this request has ended"):
        session.keep()


def test_two_scopes_of_one_run_may_record_one_file(session, default):
    session.begin(1, "one")
    session.begin(2, "two")
    session.keep("/one", number=1, scope="one")
    session.keep("/two", number=2, scope="two")
    session.end(1)
    session.end(2)

    assert urls(default) == ["/one", "/two"]


def test_equal_numbers_of_two_profiles_are_two_scopes(session):
    session.begin(path="shop/default.rec")
    session.begin(path="bank/default.rec", profile="bank")
    session.keep("/shop")
    session.keep("/bank", profile="bank")
    session.end()
    session.end(profile="bank")

    assert [urls(session.folder / name / "default.rec") for name in ("shop", "bank")] == [["/shop"], ["/bank"]]


def test_closing_ends_what_is_open_as_failed_and_leaves_no_journal_or_lock(session, default):
    session.begin()
    session.keep("/open")

    session.close()

    assert urls(default.with_name("default.failed.rec")) == ["/open"]
    assert [path.name for path in (session.folder / ".journal").iterdir()] == [".gitignore"]


def test_a_defect_in_one_open_scope_keeps_none_of_the_others_from_being_written(session, monkeypatch):
    """What is said of it does not show the data that it was about."""
    redact = session.recorder._redact

    async def defective(profile, *rest, **options):
        if profile == "bank":
            b"\xff with a secret behind it".decode()
        return await redact(profile, *rest, **options)

    monkeypatch.setattr(session.recorder, "_redact", defective)
    session.begin(path="bank/default.rec", profile="bank")
    session.begin(path="shop/default.rec")
    session.keep("/bank", profile="bank")
    session.keep("/shop")

    with pytest.raises(
        RecordingError, match=r"\AUnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in [a-z0-9: ]*\Z"
    ):
        session.close()

    assert urls(session.folder / "shop/default.failed.rec") == ["/shop"]
    assert not list((session.folder / ".journal").glob("*.lock"))


def test_a_journal_that_cannot_be_written_is_an_error(tmp_path):
    session = Session(tmp_path / "file")
    session.begin()
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match=r"\.journal: cannot be written"):
        session.keep()


def test_a_full_disk_leaves_neither_lock_nor_empty_journal(session, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    session.begin()
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(RecordingError, match=r"\.journal: cannot be written: No space left on device"):
        session.keep()

    session.recorder.leave()

    assert [path.name for path in (session.folder / ".journal").iterdir()] == [".gitignore"]


def test_what_a_failed_run_leaves_is_recovered_and_locks_nothing(session, default):
    session.begin()
    session.keep("/a")
    session.recorder.leave()

    assert [path.suffix for path in (session.folder / ".journal").iterdir() if path.suffix] == [".journal"]
    assert [written.interactions for written in Session(session.folder).recover()] == [1]


def test_an_interaction_has_the_day_it_was_recorded_and_keeps_it_while_nothing_changes(session, default):
    session.record("/a")
    first = default.read_bytes()
    session.day = dt.date(2026, 7, 1)

    session.record("/a", number=2)
    assert b":recorded 2026-01-31\n" in first
    assert default.read_bytes() == first

    session.begin(3)
    session.keep("/a", body=b"changed", number=3)
    session.end(3)
    assert b":recorded 2026-07-01\n" in default.read_bytes()


def test_an_interaction_that_may_not_be_written_is_told_and_the_others_are_beside(session, default):
    session.record("/good")
    session.begin(2)
    session.keep("/a", number=2)
    session.keep("/refused", number=2)

    redacted = session.end(2, passed=False, lines=("a line",))

    assert (redacted.refusals, redacted.counts, redacted.lines) == (("refused",), {"rule": 2}, ("A LINE",))
    assert (urls(default), urls(default.with_name("default.failed.rec"))) == (["/good"], ["/a"])


def test_a_scope_that_recorded_nothing_needs_no_redaction(session):
    session.begin()

    assert session.end(lines=("a line",)).lines == ("a line",)
    assert session.asked == []


def test_a_proxy_is_told_that_an_interaction_is_kept(session):
    session.begin()

    assert session.recorder.take("shop", session.message()) == Kept(order=1)
    assert session.failures == []


def test_a_proxy_is_told_that_its_scope_has_ended_and_the_run_continues(session):
    assert session.recorder.take("shop", session.message()) == Kept(
        order=1, error="the scope of this request has ended: nothing is recorded any more"
    )
    assert session.failures == []


def test_an_interaction_that_cannot_be_kept_ends_the_run(session, default):
    other = Session(session.folder)
    other.begin()
    other.keep()
    session.begin()

    kept = session.recorder.take("shop", session.message())

    assert kept == Kept(order=1, error=f"{default}: another run is recording it: wait for its end")
    assert [problem.message for problem in session.failures] == [kept.error]
    other.end()
    other.close()


def test_whatever_goes_wrong_while_keeping_is_an_answer_to_the_proxy(session, monkeypatch):
    monkeypatch.setattr(session.recorder._journal, "add", lambda entry: entry.nothing)
    session.begin()

    kept = session.recorder.take("shop", session.message())

    assert kept.order == 1
    assert kept.error == (
        "an interaction of profile 'shop' cannot be kept: AttributeError: 'Entry' object has no attribute 'nothing'"
    )
    assert [problem.message for problem in session.failures] == [kept.error]


def test_a_recording_that_cannot_be_written_as_text_is_an_error_with_its_path(session, default):
    session.begin()
    session.recorder.take("shop", session.message(reason=b"O\x01K"))

    with pytest.raises(RecordingError, match="default.rec: cannot be written: a control character in the reason"):
        session.end()


def test_closing_closes_everything_and_reports_every_error(session, default):
    session.begin(1, "gone", profile="gone")
    session.keep("/a", profile="gone")
    session.begin(2, "gone", path="shop/second.rec", profile="gone")
    session.keep("/b", number=2, profile="gone")
    session.begin(3)
    session.keep("/c", number=3)

    with pytest.raises(RecordingError) as caught:
        session.close()

    assert caught.value.message == "no profile 'gone'"
    assert urls(default.with_name("default.failed.rec")) == ["/c"]
    assert not list(session.folder.glob(".journal/*.lock"))


def test_what_fails_while_closing_keeps_nothing_else_from_being_closed(session, default, monkeypatch):
    session.begin(1, "gone", profile="gone")
    session.keep("/a", profile="gone")
    session.begin(2, path="shop/second.rec")
    session.keep("/b", number=2)
    removed, remove = [], JournalFolders.remove

    def refusing(folders, path):
        removed.append(path.suffix)
        if removed.count(".lock") == 1:
            raise PermissionError(13, "Permission denied")
        remove(folders, path)

    monkeypatch.setattr(JournalFolders, "remove", refusing)

    with pytest.raises(RecordingError) as caught:
        session.close()

    assert caught.value.message == "no profile 'gone'; PermissionError: [Errno 13] Permission denied"
    assert session.recorder._locks._held == {}
    assert removed == [".lock", ".lock"]


def test_a_run_that_shows_too_many_secrets_writes_nothing_more_and_the_next_run_does(session, default):
    session.recorder.learned = RunSecrets(most=1)
    session.begin(2, "open", path="shop/open.rec")
    session.keep("/open", number=2)
    session.begin(3, "late", path="shop/late.rec")
    session.keep("/late", number=3)
    session.learn = (b"first-value", b"second-value")
    with pytest.raises(RecordingError) as caught:
        session.record("/many", scope="many")
    session.learn = ()
    with pytest.raises(RecordingError, match="^many: not recorded"):
        session.end(3)
    session.recorder.leave()

    assert caught.value.message == (
        "many: not recorded: with it this run has shown more than 1 secret values, too many to look for in each "
        "recording: delete what this run has recorded before, which is not searched for them, and record the tests in "
        "several runs"
    )
    assert [*session.folder.rglob("*.rec"), *session.folder.rglob(".journal/*.journal")] == []
    after = Session(session.folder)
    assert (after.recover(), after.recorder.unrecovered) == ([], [])
    after.record("/a")
    assert urls(default) == ["/a"]
    after.close()
    session.recorder._pending.clear()
    session.recorder._ended.clear()


@pytest.mark.parametrize("passed", [True, False])
def test_tests_whose_names_differ_in_a_secret_do_not_replace_each_other(session, default, passed):
    path = default if passed else default.with_name("default.failed.rec")
    session.mask = (b"first-password", b"second-password")
    for number, test in enumerate(("test[first-password]", "test[second-password]", "test[first-password]"), 1):
        session.record(f"/{number}", scope=test, number=number, passed=passed)

    found = {each.scope: each.request.url[-2:] for each in load(path.read_bytes()).interactions}
    assert found == {"test[XXX]~f1": "/3", "test[XXX]~35": "/2"}


def test_two_tests_that_no_name_tells_apart_are_not_recorded_as_one(session, default, monkeypatch):
    monkeypatch.setattr("recproxy.recording.scope_names._sign", lambda _: "~00")
    session.mask = (b"first-password", b"second-password")
    session.record("/1", scope="test[first-password]")
    session.begin(2, "test[second-password]")
    session.keep("/2", number=2)
    redacted = session.end(2)

    why = "test[XXX]~00: not recorded: without secrets two tests have this name: rename one of them"
    assert redacted.refusals == (why,)
    assert urls(default) == ["/1"]


def test_a_file_name_with_pieces_of_a_secret_is_refused_though_its_capitals_are_underscores(session):
    session.mask = (b"Secret-Of-Ann-1234",)
    session.begin(1, "test_p[Secret-Of-Ann-1234]", path="test_p[_ecret-_f-_nn-1234]-0123abcd.rec")
    session.keep("/1")
    redacted = session.end(1)

    why = "test_p[XXX]-0123abcd.rec: not recorded: its name would hold a secret: rename the test test_p[XXX]"
    assert redacted.refusals == (why,)
    assert [*session.folder.rglob("*.rec")] == []


def test_a_run_whose_requests_have_shown_too_much_tells_no_text(session):
    tally = Tally(misses=[Missed(method="GET", url="http://a/token", text="GET http://a/token", test="test_a")])
    session.recorder.learned.know((), complete=False)

    asyncio.run(session.recorder.finish(tally))

    assert {getattr(tally.misses[0], name) for name in ("method", "url", "text", "test")} == {"XXX"}
    assert tally.notes == ["requests have shown more secrets than can be looked for: no text of this run is told"]
