"""Tests that run at the time of their recordings, under a run and without one."""

import datetime as dt
import importlib
import os
import sys
from types import ModuleType

import pytest

from recproxy.client import recorded_clock
from recproxy.client.recorded_clock import at_recording

TEXT = "2026-01-31T12:00:00Z"

TESTS = """
import os, subprocess, sys, time
import pytest

PRINT_TIME = [sys.executable, "-c", "import time; time.sleep(0); print(int(time.time()))"]

def near(seconds):
    return 0 <= seconds - 1_769_860_800 < 600

def test_dated(recproxy):
    assert near(time.time()), time.time()
    assert str(recproxy.recorded_at) == "2026-01-31 12:00:00+00:00"
    assert os.environ["RECPROXY_RECORDED_AT"] == "2026-01-31T12:00:00Z"
    assert near(int(subprocess.check_output(PRINT_TIME)))

@pytest.mark.recproxy("shop", "old.rec")
def test_old(recproxy):
    assert time.time() > 1_780_000_000
    assert recproxy.recorded_at is None
    assert "RECPROXY_RECORDED_AT" not in os.environ
    assert int(subprocess.check_output(PRINT_TIME)) > 1_780_000_000
"""


def today():
    return dt.datetime.now(dt.UTC).date()


@pytest.fixture
def dated(project):
    pytest.importorskip("time_machine")
    project.write("recproxy.toml", project.root.joinpath("recproxy.toml").read_text() + 'clock = "recorded"\n')
    project.write("test_times.py", TESTS)
    project.record("old.rec", ("a", "old"))
    project.record("recordings/shop/test_times/test_dated.rec", ("a", "new"))
    path = project.root / "recordings/shop/test_times/test_dated.rec"
    path.write_text(path.read_text().replace("OK\n", "OK\nDate: Sat, 31 Jan 2026 12:00:00 GMT\n"))
    return project


def test_each_test_and_what_it_starts_run_at_the_time_of_its_recordings(dated):
    result = dated.pytest(run=True)

    assert result == {"passed": 2}
    assert "1 test ran at the real time, because no recording says when it was made: test_times.test_old;" in result.out


@pytest.fixture
def wanted(monkeypatch):
    monkeypatch.setenv("RECPROXY_CLOCK", "recorded")
    monkeypatch.setattr(recorded_clock, "faketime_library", lambda: "")


def test_an_inner_scope_without_a_date_keeps_the_time_of_the_outer_one(wanted):
    pytest.importorskip("time_machine")
    with at_recording(TEXT, inner=False):
        with at_recording("", inner=True):
            assert (os.environ["RECPROXY_RECORDED_AT"], today()) == (TEXT, dt.date(2026, 1, 31))
        with at_recording("2025-01-31T12:00:00Z", inner=True):
            assert os.environ["RECPROXY_RECORDED_AT"] == "2025-01-31T12:00:00Z"
        assert os.environ["RECPROXY_RECORDED_AT"] == TEXT
    assert "RECPROXY_RECORDED_AT" not in os.environ


@pytest.mark.parametrize("installed", [("freezegun",), ()])
def test_freezegun_serves_where_time_machine_is_not_installed(monkeypatch, wanted, installed):
    frozen = []

    class Frozen:
        def __init__(self, moment, **how):
            self.asked = (str(moment), how)

        def __enter__(self):
            frozen.append(self.asked)

        def __exit__(self, *_):
            frozen.append("ended")

    module = ModuleType("freezegun")
    module.freeze_time = Frozen
    monkeypatch.setattr(recorded_clock, "_is_installed", lambda name: name in installed)
    monkeypatch.setattr(importlib, "import_module", {"freezegun": module}.__getitem__)
    with at_recording(TEXT, inner=False):
        pass

    how = {"tick": True, "ignore": ["recproxy"]}
    assert frozen == ([("2026-01-31 12:00:00", how), "ended"] if installed else [])
    assert recorded_clock.can_set_time() is bool(installed)


def test_a_folder_that_was_left_of_a_package_is_none(monkeypatch, tmp_path):
    for name in ("time_machine", "freezegun"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / name / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert not recorded_clock.can_set_time()


def test_only_the_environment_tells_the_moment_where_the_run_has_the_real_time(monkeypatch):
    monkeypatch.delenv("RECPROXY_CLOCK", raising=False)
    with at_recording(TEXT, inner=False):
        assert os.environ["RECPROXY_RECORDED_AT"] == TEXT
        assert today() > dt.date(2026, 1, 31)


@pytest.mark.parametrize(("value", "seconds"), [("-26092800s", -26_092_800), ("+5s", 5), ("@2026-01-31", 0), ("", 0)])
def test_the_time_of_a_process_that_libfaketime_has_moved_is_known(monkeypatch, value, seconds):
    monkeypatch.setenv("FAKETIME", value)
    assert recorded_clock._faked() == seconds


def test_a_proof_runs_tests_later_than_now(monkeypatch):
    pytest.importorskip("time_machine")
    monkeypatch.setenv("RECPROXY_CLOCK", "ahead 90000")
    before = today()

    with at_recording(TEXT, inner=False):
        later, told = today(), os.environ["RECPROXY_RECORDED_AT"]
        with at_recording("", inner=True):
            inside = today()

    assert before < later == inside <= before + dt.timedelta(days=2)
    assert told == TEXT
    assert today() < later
