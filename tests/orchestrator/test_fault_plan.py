from dataclasses import replace

import pytest

from recproxy.control.outcomes import Outcome
from recproxy.errors import ConfigurationError
from recproxy.orchestrator.fault_plan import SweepOptions, planned_trials, read_sweep

RECORDING = """#recproxy 2

GET https://a.example/one HTTP/1.1

====
HTTP/1.1 200 OK

hello, world
=======

GET https://a.example/two HTTP/1.1

====
HTTP/1.1 204 No Content

=======

GET https://a.example/three HTTP/1.1

====
HTTP/1.1 200 OK

x
=======
"""


def test_the_usual_faults_and_chosen_ones():
    assert read_sweep("sweep") == ("tls expired", "tls wrong name", "reset", "truncate", "hang")
    assert read_sweep("sweep=tls  untrusted,tls cut") == ("tls untrusted", "tls cut")
    assert read_sweep("sweep=hang, delay  2.5,reset after 4") == ("hang", "delay 2.5", "reset after 4")


@pytest.mark.parametrize("text", ["", "all", "sweep=boom", "sweep=drip 0/s", "sweep=tls"])
def test_anything_else_is_refused(text):
    with pytest.raises(ConfigurationError, match=f"^--faults {text}: "):
        read_sweep(text)


def test_each_interaction_that_was_played_gets_each_fault_that_changes_something(tmp_path, monkeypatch):
    (tmp_path / "a.rec").write_text(RECORDING)
    monkeypatch.chdir(tmp_path)
    outcome = Outcome(scope="test_a", played=3, plays=(1, 2, 0), files=((str(tmp_path / "a.rec"), 3),))
    options = SweepOptions(kinds=("hang", "truncate", "reset", "reset after 3", "truncate 12"))

    trials = [*planned_trials("test_a", "fixture", {"shop": outcome, "idle": replace(outcome, played=0)}, options, 2.0)]

    one, two = ("GET https://a.example/one", "a.rec:3"), ("GET https://a.example/two", "a.rec:11")
    assert [((trial.request, trial.where), trial.kind, trial.fault) for trial in trials] == [
        (one, "truncate", "truncate 6"),
        (one, "reset", "reset"),
        (two, "reset", "reset"),
        (one, "reset after 3", "reset after 3"),
        (one, "hang", "hang 6.0"),
        (two, "hang", "hang 6.0"),
    ]
    assert {(trial.test, trial.scope, trial.profile, trial.result) for trial in trials} == {
        ("test_a", "fixture", "shop", "not run")
    }
    assert [trial.interaction for trial in trials] == [1, 1, 2, 1, 1, 2]


def test_a_conversation_gets_each_fault_where_its_client_waits_for_the_mail(tmp_path, monkeypatch):
    said = "SMTP smtp://a.example:587\n< 220 a\n> DATA\n< 354 go\n> Subject: x\n< 250 queued\n=======\n"
    (tmp_path / "a.rec").write_text("#recproxy 2\n\n" + said)
    monkeypatch.chdir(tmp_path)
    outcome = Outcome(scope="t", played=1, plays=(1,), files=((str(tmp_path / "a.rec"), 1),))
    options = SweepOptions(kinds=("hang", "truncate", "reset", "tls expired"))

    trials = [*planned_trials("t", "t", {"mail": outcome}, options, 0)]

    assert [trial.fault for trial in trials] == ["truncate 6 at message", "reset at message", "hang 3.0 at message"]


def test_a_fault_hangs_for_three_seconds_or_three_times_as_long_as_the_test_took():
    assert SweepOptions(kinds=()).bound(0.1) == 3.0
    assert SweepOptions(kinds=()).bound(2.04) == 6.1
    assert SweepOptions(kinds=(), hang=0.5).bound(2.0) == 0.5


def test_each_service_that_was_reached_over_tls_gets_each_fault_of_tls(tmp_path, monkeypatch):
    (tmp_path / "a.rec").write_text(RECORDING)
    monkeypatch.chdir(tmp_path)
    outcome = Outcome(scope="test_a", played=1, plays=(1, 0, 0), files=((str(tmp_path / "a.rec"), 3),))
    options = SweepOptions(kinds=("tls expired", "reset"))

    trials = [*planned_trials("test_a", "test_a", {"shop": outcome, "mail": outcome}, options, 0.0, {"shop"})]

    assert [(trial.profile, trial.interaction, trial.request, trial.where, trial.fault) for trial in trials] == [
        ("shop", 0, "TLS connections to shop", "", "tls expired"),
        ("shop", 1, "GET https://a.example/one", "a.rec:3", "reset"),
        ("mail", 1, "GET https://a.example/one", "a.rec:3", "reset"),
    ]
