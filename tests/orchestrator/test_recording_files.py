"""The files of recordings: what a scope replaces when it ends, passed or failed."""

import datetime as dt
import os

import pytest
from recorder_session import Session, urls

from recproxy.errors import RecordingError
from recproxy.recording import Recording, dump, load

OLD = b"GET /path HTTP/1.1\nHost: a.example\n\n====\n200 OK\n\nold\n=======\n"


def said(session):
    return [
        (written.path.relative_to(session.folder).as_posix(), written.interactions, written.failed, written.changed)
        for written in session.recorder.written
    ]


def test_a_scope_that_ends_well_is_in_its_file(session, default):
    session.record("/a", "/b")

    assert urls(default) == ["/a", "/b"]
    assert said(session) == [("shop/default.rec", 2, False, True)]


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


def test_a_link_stays_one_and_the_file_that_it_leads_to_is_replaced(session, default):
    shared = session.folder / "shared"
    shared.mkdir()
    default.parent.mkdir()
    default.symlink_to(shared / "real.rec")
    session.record("/a")
    session.record("/b", number=2)

    assert default.is_symlink()
    assert urls(shared / "real.rec") == ["/b"]
    assert [path.name for path in shared.iterdir()] == ["real.rec"]


def test_a_link_out_of_the_recordings_is_refused_before_anything_is_recorded(session, default, tmp_path):
    default.parent.mkdir()
    default.symlink_to(tmp_path / "other.rec")

    with pytest.raises(RecordingError) as caught:
        session.begin()

    leads = f"a link leads out of {session.folder}, to {tmp_path / 'other.rec'}"
    assert caught.value.message == f"{default}: cannot be written: {leads}; what was there is as it was"


@pytest.mark.parametrize("name", ["default.rec", "default.failed.rec"])
def test_a_link_out_of_the_recordings_is_refused_when_something_is_added_and_no_sooner(
    session, default, tmp_path, name
):
    session.record("/a")
    stored = tmp_path / "store.rec"
    default.rename(stored)
    default.write_bytes(stored.read_bytes())
    default.with_name(name).unlink(missing_ok=True)
    default.with_name(name).symlink_to(stored)
    before = stored.read_bytes()

    session.record(number=2, append=True)
    session.begin(3, append=True)
    with pytest.raises(RecordingError) as caught:
        session.keep("/b", number=3)

    leads = f"a link leads out of {session.folder}, to {stored}"
    message = f"{default.with_name(name)}: cannot be written: {leads}; what was there is as it was"
    assert (caught.value.message, stored.read_bytes()) == (message, before)


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
    session.record("/a", path=f"shop/{'x' * 244}.rec", passed=False)

    with pytest.raises(RecordingError, match="its name is too long to be recorded"):
        session.begin(2, path=f"shop/{'x' * 245}.rec")


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


def test_a_recording_of_another_tool_is_never_written(session, default):
    default.parent.mkdir()
    default.write_text("interactions:\n- request: {method: GET, uri: 'http://a.example/', headers: {}, body: null}\n")

    with pytest.raises(
        RecordingError, match=r"default\.rec: is of another format, vcrpy.*, which is never written: name a"
    ):
        session.begin()


def test_a_folder_is_not_to_be_deleted_but_a_file_in_it_named(session, default):
    default.mkdir(parents=True)

    with pytest.raises(RecordingError, match=r"default\.rec: is a folder: name a \.rec in it to record\Z"):
        session.begin()


def test_a_damaged_recording_is_not_recorded_over_and_the_way_out_is_said(session, default):
    default.parent.mkdir()
    default.write_text("#recproxy 2\nnonsense\n")

    with pytest.raises(RecordingError, match=r"default\.rec:2: .*; mend it, or delete the file to record it anew\Z"):
        session.begin()
