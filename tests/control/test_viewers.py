"""Where viewers and runs meet: only of one project and one user, and nothing is left."""

import json
import os

import pytest

from recproxy.control.viewers import AnnouncedRun, ViewerAnnouncement, ViewerMeeting, find_viewers

RUN = AnnouncedRun(os.getpid(), "http://127.0.0.1:1", "secret", "replay", "2026-01-01T00:00:00+00:00")


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "run").mkdir(mode=0o700)
    return {"XDG_RUNTIME_DIR": str(tmp_path / "run")}


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "run").rglob("*") if path.is_file())


def test_a_run_is_known_while_it_goes_on_and_leaves_what_it_did(tmp_path, environment):
    with ViewerMeeting(tmp_path, environment) as meeting:
        with ViewerAnnouncement(find_viewers(tmp_path, environment), RUN) as announcement:
            assert meeting.runs() == [RUN]
            (path,) = (tmp_path / "run").rglob("*.json")
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700
        assert meeting.runs() == []
        announcement.leave(lambda: {"requests": []})
        ((name, run),) = meeting.ended().items()
        left = meeting.left(name)
        assert (name, run["mode"], left["requests"]) == (f"{os.getpid()}.ended", "replay", [])
        assert "secret" not in json.dumps([run, left])
        for other in ("1.ended", "lock", f"../{path.parent.name}/{name}"):
            assert meeting.left(other) is None
    assert files(tmp_path) == []
    assert "secret" not in repr(RUN)


def test_nothing_is_written_without_a_viewer_of_the_project(tmp_path, environment):
    def never():
        raise AssertionError

    for other in (None, tmp_path / "other"):
        with ViewerMeeting(other, environment) if other else ViewerAnnouncement((), RUN):
            assert not find_viewers(tmp_path, environment)
            with ViewerAnnouncement(find_viewers(tmp_path, environment), RUN) as announcement:
                announcement.leave(never)
            assert files(tmp_path) in ([], ["lock"])


def test_a_viewer_that_was_killed_is_none(tmp_path, environment):
    with ViewerMeeting(tmp_path, environment):
        (folder,) = (tmp_path / "run/recproxy").iterdir()
        assert find_viewers(tmp_path, environment)
    folder.mkdir(mode=0o700)
    (folder / "lock").touch()

    assert not find_viewers(tmp_path, environment)


def test_two_viewers_are_both_told(tmp_path, environment):
    with ViewerMeeting(tmp_path, environment) as one, ViewerMeeting(tmp_path, environment) as other:  # noqa: SIM117
        with ViewerAnnouncement(find_viewers(tmp_path, environment), RUN):
            assert one.runs() == other.runs() == [RUN]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"pid": 0}', json.dumps({**{name: getattr(RUN, name) for name in AnnouncedRun.__slots__}, "control": "file:///etc/passwd"})]
)  # fmt: skip
def test_what_is_no_announcement_is_removed(tmp_path, environment, text):
    with ViewerMeeting(tmp_path, environment) as meeting:
        (folder,) = (tmp_path / "run/recproxy").iterdir()
        (folder / "1.json").write_text(text)

        assert meeting.runs() == []
        assert files(tmp_path) == ["lock"]


def test_a_folder_that_others_can_enter_is_not_used(tmp_path, environment, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "run").chmod(0o755)
    with ViewerMeeting(tmp_path, environment):
        assert not (tmp_path / "run/recproxy").exists()
        assert find_viewers(tmp_path, environment)
    (tmp_path / f"temporary/recproxy-{os.geteuid()}").chmod(0o755)
    with ViewerMeeting(tmp_path, environment) as meeting:
        assert (meeting.runs(), meeting.ended(), find_viewers(tmp_path, environment)) == ([], {}, ())


def test_of_many_runs_the_last_ones_are_kept(tmp_path, environment):
    with ViewerMeeting(tmp_path, environment) as meeting:
        (folder,) = (tmp_path / "run/recproxy").iterdir()
        for number in range(8):
            (folder / f"{number}.ended").write_text("{}")
            os.utime(folder / f"{number}.ended", (number, number))

        assert list(meeting.ended()) == [f"{number}.ended" for number in range(3, 8)]
        assert len(files(tmp_path)) == 6
