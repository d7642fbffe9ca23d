"""What a run tells its tests of the time of their recordings, and what it tells of their clock."""

from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile, ReplayTable
from recproxy.config.shift_table import ShiftTable
from recproxy.orchestrator import recorded_clock
from recproxy.orchestrator.recorded_clock import RecordedClock, clock_variables, earlier, uses_recorded_clock

MOMENT = 1_769_860_800


def plan(clock="recorded", reach="replay"):
    return SimpleNamespace(project=SimpleNamespace(clock=clock), reach=reach)


@pytest.mark.parametrize(
    ("clock", "reach", "used"),
    [
        ("recorded", "replay", True),
        ("recorded", "record", False),
        ("recorded", "auto", False),
        ("real", "replay", False),
    ],
)
def test_only_a_run_that_replays_has_another_time(clock, reach, used):
    assert uses_recorded_clock(plan(clock, reach)) is used


def test_programs_are_told_the_moment_and_get_it_where_the_run_wants_it(monkeypatch):
    monkeypatch.setattr(recorded_clock, "faketime_library", lambda: "/lib/libfaketime.so.1")
    monkeypatch.setattr(recorded_clock.time, "time", lambda: MOMENT + 60.5)

    assert clock_variables(plan(clock="real"), None, {}) == {}
    assert clock_variables(plan(clock="real"), MOMENT, {}) == {"RECPROXY_RECORDED_AT": "2026-01-31T12:00:00Z"}
    assert clock_variables(plan(), None, {}) == {"RECPROXY_CLOCK": "recorded"}
    got = clock_variables(plan(), MOMENT, {})
    assert (got["RECPROXY_CLOCK"], got["RECPROXY_RECORDED_AT"], got["FAKETIME"]) == (
        "recorded",
        "2026-01-31T12:00:00Z",
        "-60s",
    )


def test_the_end_of_a_run_tells_of_tests_that_kept_the_real_time():
    clock = RecordedClock(plan())
    clock.began("test_dated", MOMENT, plays=True, can_set=True)
    clock.began("test_without_recording", None, plays=False, can_set=True)
    assert clock.notes == []

    clock.began("test_old", None, plays=True, can_set=False)
    clock.began("test_older", None, plays=True, can_set=True)
    assert [note.partition(";")[0] for note in clock.notes] == [
        'clock = "recorded" needs time-machine or freezegun beside your tests: their time was the real one',
        "2 tests ran at the real time, because no recording says when it was made: test_old and others",
    ]


def test_without_libfaketime_a_command_that_is_no_test_is_told_of(monkeypatch):
    clock = RecordedClock(plan())
    clock.has_moment = True
    for library, told in (("/lib/libfaketime.so.1", 0), ("", 1)):
        monkeypatch.setattr(recorded_clock, "faketime_library", lambda library=library: library)
        assert len(clock.notes) == told
    assert clock.notes[0].startswith('clock = "recorded" needs libfaketime for programs that are not Python')


def test_no_time_is_moved_in_a_run_that_has_that_of_the_recording():
    profile = Profile(
        name="shop", endpoints=(Endpoint(hosts=("a.example",)),),
        replay=ReplayTable(pace="recorded", streams=("GET /events",), workers=2, clock="shift", shift=ShiftTable(headers=("Expires",))),
    )  # fmt: skip
    assert RecordedClock(plan()).as_played(profile).replay == ReplayTable(
        pace="recorded", streams=("GET /events",), workers=2
    )
    assert RecordedClock(plan(clock="real")).as_played(profile) is profile


@pytest.mark.parametrize(("first", "second", "wanted"), [(None, None, None), (1, None, 1), (None, 2, 2), (3, 2, 2)])
def test_the_earlier_of_two_moments_is_the_one_that_is_known(first, second, wanted):
    assert earlier(first, second) == wanted
