"""Which files are in play for a profile in a scope, and which one is written."""

from types import SimpleNamespace

import pytest

from recproxy.orchestrator.scope_files import ScopeFiles, choose
from recproxy.play.library import Library

DEFAULT = "test_a/test_one.rec"


@pytest.fixture
def plan(tmp_path):
    return SimpleNamespace(library=Library(tmp_path, {"shop": None}), recordings={})


def file(tmp_path, name):
    path = tmp_path / "shop" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#recproxy 2\n")
    return path


def test_what_a_test_names_goes_before_all_else(plan, tmp_path):
    file(tmp_path, DEFAULT)
    plan.recordings["shop"] = ("run.rec",)

    chosen = choose(plan, "shop", "replay", ("named.rec", "more.rec"), DEFAULT)

    assert (chosen.recordings, chosen.expected, chosen.unnamed) == (("named.rec", "more.rec"), None, False)


def test_a_test_that_names_nothing_has_nothing_in_play_where_it_says_so(plan):
    plan.recordings["shop"] = ("run.rec",)

    chosen = choose(plan, "shop", "replay", (), DEFAULT)

    assert (chosen.recordings, chosen.unnamed) == ((), False)


def test_the_recording_of_the_tests_name_is_in_play_where_it_is_there(plan, tmp_path):
    path = file(tmp_path, DEFAULT)

    assert choose(plan, "shop", "replay", None, DEFAULT) == ScopeFiles(
        recordings=(str(path),), target=str(path), expected=str(path), unnamed=False
    )


def test_where_it_is_not_there_the_runs_own_recordings_are(plan, tmp_path):
    plan.recordings["shop"] = ("run.rec",)

    chosen = choose(plan, "shop", "replay", None, DEFAULT)

    assert (chosen.recordings, chosen.unnamed) == (("run.rec",), True)
    assert chosen.expected == str(tmp_path / "shop" / DEFAULT)


def test_and_without_them_the_default_of_the_run(plan, tmp_path):
    path = file(tmp_path, "default.rec")

    chosen = choose(plan, "shop", "replay", None, DEFAULT)

    assert (chosen.recordings, chosen.unnamed) == ((str(path),), True)


def test_record_plays_nothing_and_writes_the_test_s_own_file(plan, tmp_path):
    plan.recordings["shop"] = ("run.rec",)

    chosen = choose(plan, "shop", "record", None, DEFAULT)

    assert (chosen.recordings, chosen.target) == ((), str(tmp_path / "shop" / DEFAULT))


def test_record_without_tests_writes_the_runs_own_file(plan):
    plan.recordings["shop"] = ("run.rec",)

    assert choose(plan, "shop", "record", None, None).target == "run.rec"


def test_auto_plays_what_is_there_and_writes_the_first_that_was_named(plan, tmp_path):
    there = file(tmp_path, "there.rec")

    chosen = choose(plan, "shop", "auto", ("missing.rec", str(there)), DEFAULT)

    assert (chosen.recordings, chosen.target) == ((str(there),), "missing.rec")
