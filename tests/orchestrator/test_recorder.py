"""The recorder: what becomes of recordings when scopes end, well or not."""

import asyncio
import datetime as dt
import fcntl
import os

import pytest

from recproxy.control import Recorded, ScopeRedacted
from recproxy.errors import ProfileError, RecordingError
from recproxy.matching import Rules
from recproxy.orchestrator.journal import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.recorder import Recorder
from recproxy.recording import Interaction, Recording, Request, Response, dump, load, pack

OLD = b"GET /path HTTP/1.1\nHost: a.example\n\n====\n200 OK\n\nold\n=======\n"


class Session:
    """A recorder, and one clock for what it is given. Nothing is secret; what names `refused` is not to be written."""

    def __init__(self, folder, **options):
        self.folder = folder
        self.day = dt.date(2026, 1, 31)
        self.asked = []
        runtime = folder.parent / f"{folder.name}-runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.keys = JournalKeys(folder, {"XDG_RUNTIME_DIR": str(runtime)})
        self.recorder = Recorder(
            JournalFolders(folder, folder), self.keys, self.redact, today=lambda: self.day, **options
        )
        self.moment = 0.0

    async def redact(self, profile, interactions, lines, secrets=(), /):
        self.asked.append((profile, secrets))
        if profile == "gone":
            raise ProfileError("no profile 'gone'")
        kept = [None if b"refused" in each else each for each in interactions]
        refusals = tuple("refused" for each in kept if each is None)
        return ScopeRedacted(
            order=1, interactions=tuple(kept), lines=tuple(map(str.upper, lines)), refusals=refusals, counts={"rule": 2}
        )

    def begin(self, number=1, scope="run", path="shop/default.rec", append=False, profile="shop"):
        self.recorder.begin(profile, number, scope, self.folder / path, Rules(), append=append)

    def keep(self, path="/a", body=b"ok", number=1, scope="run", profile="shop", wild="XXX"):
        interaction = Interaction(
            request=Request(method="GET", url=f"https://a.example{path}", wild=wild),
            response=Response(status=200, reason=b"OK", body=body, wild=wild),
        )
        self.moment += 1
        self.recorder.keep(
            profile,
            Recorded(order=1, scope=number, packed=pack(interaction), begun=self.moment, ended=self.moment + 0.5),
        )

    def end(self, number=1, passed=True, profile="shop", lines=()):
        redacted = asyncio.run(self.recorder.redact(profile, number, lines))
        self.recorder.end(profile, number, passed=passed)
        return redacted

    def recover(self):
        return asyncio.run(self.recorder.recover())

    def close(self):
        asyncio.run(self.recorder.close())

    def die(self):
        """What the kernel does at its death."""
        os.close(self.recorder._journal._file)
        for lock in self.recorder._locks.values():
            lock.close()

    def record(self, *paths, scope="run", number=1, passed=True, **options):
        """A whole scope."""
        self.begin(number, scope, **options)
        for path in paths:
            self.keep(path, number=number, scope=scope)
        self.end(number, passed=passed)


@pytest.fixture
def session(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    made = Session(folder)
    yield made
    made.close()


@pytest.fixture
def default(session):
    return session.folder / "shop/default.rec"


def urls(path):
    return [each.request.url.removeprefix("https://a.example") for each in load(path.read_bytes()).interactions]


def said(session):
    return [
        (written.path.relative_to(session.folder).as_posix(), written.interactions, written.failed, written.changed)
        for written in session.recorder.written
    ]


def test_a_scope_that_ends_well_is_in_its_file(session, default):
    session.record("/a", "/b")

    assert urls(default) == ["/a", "/b"]
    assert said(session) == [("shop/default.rec", 2, False, True)]


def test_nothing_is_written_before_a_scope_ends(session, default):
    session.begin()
    session.keep()

    assert not default.exists()
    assert len(list((session.folder / ".journal").glob("*.journal"))) == 1
    session.end()


def test_a_scope_replaces_only_its_own(session, default):
    session.record("/one", scope="one")
    session.record("/two", scope="two", number=2)
    session.record("/two-again", scope="two", number=3)

    assert urls(default) == ["/one", "/two-again"]


def test_a_scope_that_recorded_nothing_leaves_the_file_as_it_is(session, default):
    session.record("/a")
    before = default.read_bytes()

    session.record(number=2)

    assert default.read_bytes() == before
    assert len(said(session)) == 1


def test_the_same_again_leaves_the_file_untouched(session, default):
    session.record("/a")
    before = default.stat()

    session.record("/a", number=2)

    assert (default.stat().st_mtime_ns, default.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert said(session)[1] == ("shop/default.rec", 1, False, False)


def test_a_scope_that_fails_leaves_the_good_file_and_puts_what_came_beside_it(session, default):
    session.record("/good")
    good = default.read_bytes()

    session.record("/bad", number=2, passed=False)

    assert default.read_bytes() == good
    assert urls(default.with_name("default.failed.rec")) == ["/bad"]
    assert said(session)[1] == ("shop/default.failed.rec", 1, True, True)


def test_a_later_success_removes_what_a_failure_had_left(session, default):
    session.record("/bad", passed=False)
    session.record("/good", number=2)

    assert [path.name for path in default.parent.iterdir()] == ["default.rec"]


def test_appending_keeps_what_is_there(session, default):
    session.record("/a")
    session.record("/b", number=2, append=True)

    assert urls(default) == ["/a", "/b"]


def test_a_file_of_2011_is_replaced_whole(session, default):
    default.parent.mkdir()
    default.write_bytes(OLD)

    session.record("/a")

    assert default.read_bytes().startswith(b"#recproxy 2\n")
    assert urls(default) == ["/a"]


def test_a_link_stays_one_and_the_file_that_it_leads_to_is_replaced(session, default, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    default.parent.mkdir()
    default.symlink_to(shared / "real.rec")
    session.record("/a")
    session.record("/b", number=2)

    assert default.is_symlink()
    assert urls(shared / "real.rec") == ["/b"]
    assert [path.name for path in shared.iterdir()] == ["real.rec"]


def test_what_is_added_to_a_file_of_2011_leaves_all_that_it_holds(session, default):
    default.parent.mkdir()
    default.write_bytes(OLD)

    session.record("/a", append=True)

    recording = load(default.read_bytes())
    old, new = recording.interactions
    assert recording.format == 2
    assert (old.request.url, old.response.status, old.response.body) == ("https://XXX/path", 200, b"old")
    assert (new.request.url, new.scope) == ("https://a.example/a", "run")


def test_a_file_that_does_not_parse_is_refused_before_anything_is_recorded(session, default):
    default.parent.mkdir()
    default.write_text("#recproxy 2\n\nnonsense\n")

    with pytest.raises(RecordingError, match=r"default\.rec:3: "):
        session.begin()


def test_a_name_that_leaves_no_room_is_refused_before_anything_is_recorded(session):
    session.record("/a", path=f"shop/{'x' * 239}.rec", passed=False)

    with pytest.raises(RecordingError, match="its name is too long to be recorded"):
        session.begin(2, path=f"shop/{'x' * 240}.rec")


def test_what_comes_after_its_scope_has_ended_is_refused(session):
    session.record("/a")

    with pytest.raises(RecordingError, match="the scope of this request has ended"):
        session.keep()


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


def test_a_rename_keeps_the_mode_of_the_file(session, default):
    session.record("/a")
    default.chmod(0o640)

    session.record("/b", number=2)

    assert default.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_usual_mode(session, default):
    mask = os.umask(0o027)
    try:
        session.record("/a")
    finally:
        os.umask(mask)

    assert default.stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing_half_done(session, default):
    session.begin()
    session.keep()
    default.mkdir(parents=True)

    with pytest.raises(RecordingError, match=r"default\.rec: cannot be written: .*; what was there is as it was"):
        session.end()

    assert [path.name for path in default.parent.iterdir()] == ["default.rec"]


@pytest.mark.parametrize("append", [False, True])
def test_a_place_below_a_file_is_refused_before_anything_is_recorded(session, append):
    (session.folder / "ca.pem").write_text("")

    with pytest.raises(RecordingError, match=r"ca\.pem/x/a\.rec: cannot be written: .*/ca\.pem is no folder: name an"):
        session.begin(path="ca.pem/x/a.rec", append=append)


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
        assert "bank/other.failed.rec: cannot be written: File exists" in note
        assert urls(default.with_name("default.failed.rec")) == ["/a"]
    session.record("/new")
    assert urls(default) == ["/new"]

    (session.folder / "bank").unlink()
    assert [written.path.name for written in session.recover()][-1] == "other.failed.rec"
    assert not journal.exists()


def test_a_journal_that_cannot_be_written_is_an_error(tmp_path):
    session = Session(tmp_path / "file")
    session.begin()
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match=r"\.journal: cannot be written"):
        session.keep()


def test_what_was_written_reads_back(session, default):
    session.record("/a")

    assert dump(load(default.read_bytes())) == default.read_bytes()
    assert isinstance(load(default.read_bytes()), Recording)


def test_failed_scopes_of_one_file_stand_beside_each_other(session, default):
    session.record("/a", scope="one", number=1, passed=False)
    session.record("/b", scope="two", number=2, passed=False)
    session.record("/c", scope="one", number=3, passed=False)

    assert urls(default.with_name("default.failed.rec")) == ["/b", "/c"]


def test_a_success_removes_only_what_its_own_scope_had_left(session, default):
    session.record("/a", scope="one", number=1, passed=False)
    session.record("/b", scope="two", number=2, passed=False)
    session.record("/c", scope="one", number=3)

    assert urls(default.with_name("default.failed.rec")) == ["/b"]


def test_what_stands_beside_a_recording_may_be_anything(session, default):
    default.parent.mkdir()
    default.with_name("default.failed.rec").write_text("notes of mine")

    session.record("/a", passed=False)

    assert urls(default.with_name("default.failed.rec")) == ["/a"]


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


def test_beyond_max_age_the_day_is_renewed(session, default):
    session = Session(session.folder, max_age=90)
    session.record("/a")
    session.day = dt.date(2026, 5, 1)
    session.record("/a", number=2)
    assert b":recorded 2026-01-31\n" in default.read_bytes()

    session.day = dt.date(2026, 5, 2)
    session.record("/a", number=3)

    assert b":recorded 2026-05-02\n" in default.read_bytes()
    session.close()


def token(session, number, scope, name):
    """A scope in which the service hands out a value, and the program sends it back."""
    session.begin(number, scope)
    session.keep("/token", b"XXX[%s]" % name, number=number, scope=scope, wild="XXX")
    session.keep(f"/use?t=XXX[{name.decode()}]", number=number, scope=scope, wild="XXX")
    session.end(number)


def test_linked_values_of_two_scopes_in_one_file_have_two_names(session, default):
    token(session, 1, "one", b"token")
    token(session, 2, "two", b"token")
    text = default.read_bytes()
    assert (text.count(b"XXX[token]"), text.count(b"XXX[token.2]")) == (2, 2)

    token(session, 3, "two", b"token")
    token(session, 4, "one", b"token")

    assert default.read_bytes() == text


def test_a_lock_whose_file_went_with_the_run_before_is_taken_anew(session, default, monkeypatch):
    """Between opening the lock's file and locking it, the run before may end and remove it."""
    where, real, calls = session.recorder._lock_path(default), fcntl.flock, []

    def flock(file, how):
        if not calls and not isinstance(file, int):
            where.unlink()
            calls.append(file)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    session.begin()
    session.keep()

    assert calls
    assert os.path.samestat(os.fstat(session.recorder._locks[default].fileno()), where.stat())


def test_a_recording_of_another_tool_is_never_written(session, default):
    default.parent.mkdir()
    default.write_text("interactions:\n- request: {method: GET, uri: 'http://a.example/', headers: {}, body: null}\n")

    with pytest.raises(
        RecordingError, match=r"default\.rec: is of another format, vcrpy.*, which is never written: name a"
    ):
        session.begin()


def test_a_damaged_recording_is_not_recorded_over_and_the_way_out_is_said(session, default):
    default.parent.mkdir()
    default.write_text("#recproxy 2\nnonsense\n")

    with pytest.raises(RecordingError, match=r"default\.rec:2: .*; mend it, or delete the file to record it anew\Z"):
        session.begin()


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


def test_without_its_key_a_journal_is_told_in_one_line_and_dropped(session, default):
    killed = Session(session.folder)
    killed.begin()
    killed.keep("/a")
    killed.keep("/b")
    killed.die()
    (journal,) = (session.folder / ".journal").glob("*.journal")
    session.keys.remove(killed.recorder._journal._key)

    assert session.recover() == []
    assert session.recorder.unrecovered == [
        f"{journal}: 2 interactions of an earlier run cannot be read and are dropped: its key is gone"
    ]
    assert not journal.exists()
    assert not default.parent.exists()


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
