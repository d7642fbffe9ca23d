"""What stands in the bodies of the control address."""

import pytest

from recproxy.control.scope_options import ScopeFault, ScopeOptions
from recproxy.orchestrator.control_values import (
    CallRefused,
    is_real_clock,
    read_default,
    read_object,
    read_plays,
    read_recordings,
    read_scope_options,
    read_string,
    refuse_unknown,
)


def test_values_are_read_as_they_are_described():
    assert read_object(b'{"name": "test"}') == {"name": "test"}
    assert (read_string({"name": "a"}, "name"), read_string({"name": None}, "name")) == ("a", "")
    assert read_recordings({"shop": "a.rec", "bank": ["b.rec"]}) == {"shop": ["a.rec"], "bank": ["b.rec"]}
    assert read_plays({"shop": [1, 0]}) == {"shop": [1, 0]}
    assert (read_default({"default": "a/b.rec"}), read_default({})) == ("a/b.rec", None)
    assert read_scope_options({}, "replay") == ScopeOptions()
    assert read_scope_options(
        {"match_on": "body", "repeat": "miss", "ignore": {"query": "nonce", "json": ["/id"]}}, "replay"
    ) == ScopeOptions(match_on=("body",), repeat="miss", ignore={"query": ("nonce",), "json": ("/id",)})


def test_a_client_may_say_that_its_clock_is_the_real_one():
    assert [is_real_clock(values) for values in ({}, {"clock": None}, {"clock": "real"})] == [False, False, True]
    with pytest.raises(CallRefused, match="clock 'recorded' is not known: write real, or leave it out"):
        is_real_clock({"clock": "recorded"})


@pytest.mark.parametrize(
    ("word", "of_run", "wanted"),
    [
        (None, "record", None),
        ("replay", "record", "replay"),
        ("none", "record", "replay"),
        ("replay", "replay", "replay"),
        ("record", "record", None),
        ("all", "record", None),
        ("new_episodes", "auto", None),
    ],
)
def test_a_scope_has_the_modes_of_its_run_or_replays(word, of_run, wanted):
    assert read_scope_options({"mode": word}, of_run).mode == wanted


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: read_object(b"{"), "the body is not JSON"),
        (lambda: read_object(b"[]"), "must be a JSON object"),
        (lambda: read_string({"name": 1}, "name"), "name must be a string"),
        (lambda: read_recordings([]), "recordings must be an object"),
        (lambda: read_recordings({"shop": 1}), "recordings.shop must be a string or a list of strings"),
        (lambda: read_plays({"shop": ["1"]}), "plays must be an object"),
        (lambda: read_default({"default": "/a.rec"}), "below a profile's recordings"),
        (lambda: read_default({"default": "../a.rec"}), "below a profile's recordings"),
        (
            lambda: read_scope_options({"mode": "rewind"}, "replay"),
            "mode 'rewind' is not known: use replay, auto, live, record",
        ),
        (
            lambda: read_scope_options({"mode": "record"}, "replay"),
            "is not possible in a run in mode replay: leave it out",
        ),
        (lambda: read_scope_options({"mode": ["replay"]}, "replay"), "mode must be a string"),
        (lambda: read_scope_options({"repeat": "often"}, "replay"), "repeat 'often' is not known"),
        (lambda: read_scope_options({"ignore": {"cookies": "a"}}, "replay"), "ignore must be an object"),
        (lambda: refuse_unknown({"nam": 1}, ("name",)), "unknown key 'nam': known are name"),
    ],
)
def test_what_is_wrong_is_refused_in_a_line(read, words):
    with pytest.raises(CallRefused, match=".") as caught:
        read()

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.status == 400


def test_a_scope_with_faults_replays_in_every_run():
    options = read_scope_options({"faults": {"shop": ["reset", {"fault": "hang  2", "times": 1}]}}, "record")

    assert options.faults == {"shop": (ScopeFault("reset"), ScopeFault("hang 2", times=1))}
    assert options.mode == "replay"
    assert read_scope_options({"faults": {}}, "record").mode is None
