"""A second look at what a run wrote: what later scopes showed to be secret is masked, or told."""

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from recorder_session import Session, urls

from recproxy.control.outcomes import Missed
from recproxy.control.redaction_messages import LearnedValue, ScopeRedacted
from recproxy.errors import RecordingError
from recproxy.matching.rules import Rules
from recproxy.orchestrator.journal import Journal
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.recording_files import RecordingFiles
from recproxy.orchestrator.recording_locks import RecordingLocks
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.orchestrator.second_look import SecondLook
from recproxy.play.merging import TimedInteraction
from recproxy.recording import Interaction, Request, Response
from recproxy.report import Tally

SECRET = b"token-of-a-later-scope"


def later(session, number=9, profile="shop"):
    """A scope that shows the secret, in a file of its own."""
    session.learn = (SECRET,)
    session.record("/login", number=number, scope="login", path="shop/login.rec")


def test_what_a_later_scope_shows_is_masked_in_an_earlier_one(session, default):
    session.begin(1, "one")
    session.keep(f"/{SECRET.decode()}", SECRET, 1, "one")
    session.end(1)
    later(session)
    assert SECRET in default.read_bytes()

    session.close()

    assert SECRET not in default.read_bytes()
    assert urls(default) == [f"/{'X' * len(SECRET)}"]
    assert (session.looked, session.recorder.counts, session.recorder.refusals) == (["one"], {"handed out": 1}, [])


def test_only_scopes_that_were_masked_with_less_are_looked_at(session):
    session.learn = (SECRET,)
    session.record("/login", scope="login")
    session.record("/other", number=2, scope="other", path="shop/other.rec")
    session.close()
    assert session.looked == []


def test_a_run_that_learned_nothing_looks_at_nothing(session):
    session.record("/a")
    session.close()
    assert session.looked == []


def test_what_other_runs_wrote_into_the_same_file_stays(session, default):
    session.begin(1, "old")
    session.keep("/old", SECRET, 1, "old")
    session.end(1)
    session.close()
    again = Session(session.folder)
    again.begin(1, "one")
    again.keep("/new", SECRET, 1, "one")
    again.end(1)
    later(again)

    again.close()

    assert default.read_bytes().count(SECRET) == 1
    assert urls(default) == ["/old", "/new"]


@pytest.mark.parametrize("name", ["default.rec", "other.rec"])
def test_a_scope_that_ends_during_the_look_stays_in_its_file(tmp_path, name):
    files = RecordingFiles(lambda path: path.parent, max_age=0, today=dt.date.today)
    default, other = tmp_path / "default.rec", tmp_path / name
    secrets = RunSecrets()
    secrets.add((LearnedValue(SECRET, "handed out", "", False, False),), 0)

    async def redact(_profile, interactions, lines, *, again):
        write(other, "two", "/two")
        masked = [each.replace(SECRET, b"X" * len(SECRET)) for each in interactions]
        return ScopeRedacted(
            order=1, interactions=tuple(masked), lines=tuple(lines), refusals=(), counts={"handed out": 1}, learned=()
        )

    def write(path, scope, target):
        request = Request(method="GET", url=f"https://a.example{target}", wild="XXX")
        taken = TimedInteraction(
            Interaction(request=request, response=Response(status=200, wild="XXX"), scope=scope), 0.0, 1.0
        )
        files.save(path, scope, [taken], Rules(), append=False)
        look.wrote(path, "shop", scope, len(secrets) if scope == "two" else 0, recording=path)

    folders = JournalFolders(tmp_path, tmp_path)
    journal = Journal(folders, JournalKeys(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path)}))
    look = SecondLook(redact, secrets, RecordingLocks(folders), journal)
    write(default, "one", f"/{SECRET.decode()}")

    found = asyncio.run(look.look(files))

    assert SECRET not in default.read_bytes()
    assert "/two" in urls(other)
    assert found.counts == {"handed out": 1}


def test_a_failed_scope_is_looked_at_too(session, default):
    session.begin(1, "one")
    session.keep("/a", SECRET, 1, "one")
    session.end(1, passed=False)
    later(session)
    session.close()
    assert SECRET not in default.with_name("default.failed.rec").read_bytes()


def test_an_interaction_that_cannot_be_masked_is_taken_out_and_told(session, default):
    session.begin(1, "one")
    session.keep("/a", SECRET + b" stuck", 1, "one")
    session.keep("/b", b"fine", 1, "one")
    session.end(1)
    later(session)

    session.close()

    assert urls(default) == ["/b"]
    assert session.recorder.refusals == [("shop", "refused again")]


def test_a_name_that_turns_out_to_be_secret_is_told_and_the_scope_has_another(session):
    name = SECRET.decode()
    session.record("/a", scope=f"test[{name}]", path=f"shop/{name}.rec")
    later(session)

    session.close()

    written = session.folder / f"shop/{name}.rec"
    assert SECRET not in written.read_bytes()
    told = f"the name of {written.with_name('XXX.rec')} holds a secret: rename the test test[XXX], and delete the file"
    assert session.recorder.refusals == [("shop", told)]


def test_a_file_that_cannot_be_searched_is_an_error_and_the_others_are_searched(session, default):
    session.record("/a", scope="one")
    session.record("/b", number=2, scope="two", path="shop/two.rec")
    later(session)
    default.write_bytes(b"#recproxy 2\nnonsense\n")

    with pytest.raises(
        RecordingError, match=r"default\.rec: cannot be searched for secrets that later tests have shown"
    ):
        session.close()
    assert session.looked == ["two"]
    default.unlink()


def test_a_look_that_nobody_takes_is_an_error(session):
    session.record("/a", scope="one")
    later(session)
    session.blind = True
    with pytest.raises(RecordingError, match="nobody looks; delete it and record it anew"):
        session.close()
    session.blind = False


def test_a_file_that_has_gone_is_not_looked_for(session, default):
    session.record("/a", scope="one")
    later(session)
    default.unlink()
    session.close()
    assert session.looked == []


def test_what_a_killed_run_left_is_looked_at_with_what_this_run_shows(session, default):
    killed = Session(session.folder)
    killed.begin(1, "one")
    killed.keep("/a", SECRET, 1, "one")
    killed.die()
    session.recover()
    later(session)

    session.close()

    assert SECRET not in default.with_name("default.failed.rec").read_bytes()


def test_what_a_killed_run_left_is_not_looked_at_while_another_run_records_it(session, default):
    killed = Session(session.folder)
    killed.begin(1, "one")
    killed.keep("/a", SECRET, 1, "one")
    killed.die()
    session.recover()
    later(session)
    other = Session(session.folder)
    other.begin(1, "two")
    other.keep("/b", b"ok", 1, "two")

    with pytest.raises(RecordingError, match=r"default\.rec: another run is recording it: wait for its end"):
        session.close()

    other.end(1, passed=False)
    other.close()
    assert urls(default.with_name("default.failed.rec")) == ["/a", "/b"]


async def settled():
    """No scope is being ended."""


def killed_after_it_showed_the_secret(session, *, passed=True):
    """A run that was killed when it had written two scopes, of which the second has shown a secret of the first."""
    killed = Session(session.folder)
    killed.begin(1, "one")
    killed.keep("/a", SECRET, 1, "one")
    killed.end(1, passed=passed)
    later(killed)
    killed.die()


@pytest.mark.parametrize(("passed", "name"), [(True, "default.rec"), (False, "default.failed.rec")])
def test_what_a_killed_run_had_written_is_searched_by_the_next_one(session, default, passed, name):
    killed_after_it_showed_the_secret(session, passed=passed)
    assert SECRET in default.with_name(name).read_bytes()

    assert (session.recover(), session.recorder.unrecovered) == ([], [])
    session.close()

    assert SECRET not in default.with_name(name).read_bytes()
    assert session.looked[0] == "one"
    assert list((session.folder / ".journal").glob("*.journal")) == []


def test_what_two_killed_runs_had_written_is_searched_by_the_third(session, default):
    killed_after_it_showed_the_secret(session)
    second = Session(session.folder)
    second.recover()
    second.die()

    session.recover()
    session.close()

    assert SECRET not in default.read_bytes()


def test_what_a_run_had_no_time_to_search_is_searched_by_the_next_one(session, default, monkeypatch):
    failed = Session(session.folder)
    failed.begin(1, "one")
    failed.keep("/a", SECRET, 1, "one")
    failed.end(1)
    later(failed)
    with monkeypatch.context() as patched:
        patched.setattr("recproxy.orchestrator.time_limit._SECONDS", 0)
        assert asyncio.run(failed.recorder.look_within_time_limit(lambda: asyncio.sleep(30))) != ""
    failed.recorder.leave()

    session.recover()
    session.close()

    assert SECRET not in default.read_bytes()


def test_what_cannot_be_searched_without_its_key_is_told(session, default):
    killed_after_it_showed_the_secret(session)
    for key in session.folder.parent.rglob("*.key"):
        key.unlink()

    session.recover()

    (line,) = session.recorder.unrecovered
    assert ": 2 scopes that an earlier run recorded cannot be searched for secrets that its later tests" in line
    for journal in (session.folder / ".journal").glob("*.journal"):
        journal.unlink()


def test_a_run_that_failed_is_looked_through_when_the_scopes_that_end_have_ended(session, default):
    session.begin(1, "one")
    session.keep("/a", SECRET, 1, "one")
    session.end(1)
    session.begin(9, "login", path="shop/login.rec")
    session.keep("/login", number=9)
    session.learn = (SECRET,)

    async def last_end():
        await session.recorder.redact("shop", 9, ())
        session.recorder.end("shop", 9, passed=False)

    assert asyncio.run(session.recorder.look_within_time_limit(last_end)) == ""
    assert SECRET not in default.read_bytes()


def test_scopes_that_never_end_are_not_waited_for(session, monkeypatch):
    monkeypatch.setattr("recproxy.orchestrator.time_limit._SECONDS", 0)
    session.begin(1, "login")
    session.keep("/login", number=1)
    session.learn = (SECRET,)

    def look():
        return asyncio.run(session.recorder.look_within_time_limit(lambda: asyncio.sleep(30)))

    assert look() == ""  # nothing was shown, so there is nothing to search for
    asyncio.run(session.recorder.redact("shop", 1, ()))
    assert look().startswith("there was no time")


def test_a_run_that_failed_is_looked_through_within_a_time_limit(session, default):
    session.begin(1, "one")
    session.keep("/a", SECRET, 1, "one")
    session.end(1)
    later(session)
    session.blind = True
    assert asyncio.run(session.recorder.look_within_time_limit(settled)) == (
        f"{default}: cannot be searched for secrets that later tests have shown: nobody looks; delete it and record it anew"
    )
    session.blind = False
    assert asyncio.run(session.recorder.look_within_time_limit(settled)) == ""
    assert SECRET not in default.read_bytes()


def test_nothing_in_the_report_holds_what_any_scope_has_shown(session):
    said, shown = f"https://a.example/{SECRET.decode()}", "https://a.example/XXX"
    missed = Missed(
        method="GET",
        url=said,
        text=f"GET {said}: no recording",
        closest=said,
        test=said,
        differences=(("path", said, None), (said, None, "other")),
    )
    tally = Tally(
        failures=[f"shop: GET {said}: it broke"],
        notes=[f"shop: {said}", "shop: fine"],
        unasked={"shop": f"profile {said}"},
        misses=[missed],
        refusals=[replace(missed, closest=None, differences=())],
        blocked=Counter({f"{SECRET.decode()}.example": 2, "fine.example": 1}),
    )
    tally.enter("shop", "record")
    later(session)

    asyncio.run(session.recorder.finish(tally))

    masked = Missed(
        method="GET",
        url=shown,
        text=f"GET {shown}: no recording",
        closest=shown,
        test=shown,
        differences=(("path", shown, None), (shown, None, "other")),
    )
    assert tally.failures == [f"shop: GET {shown}: it broke"]
    assert tally.notes == [f"shop: {shown}", "shop: fine"]
    assert tally.unasked == {"shop": f"profile {shown}"}
    assert tally.misses == [masked]
    assert tally.refusals == [replace(masked, closest=None, differences=())]
    assert tally.blocked == {"XXX.example": 2, "fine.example": 1}
    assert [each.path.name for each in tally.written] == ["login.rec"]
