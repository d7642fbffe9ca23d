"""Which mode a name carries, and which calls of tox name an environment."""

from types import SimpleNamespace

import pytest
from tox.session.env_select import CliEnv

from recproxy.runners.tox.naming import is_named, mode_of_name, recording_name


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("functional-replay", "replay"),
        ("py312-functional-replay", "replay"),
        ("functional-record-py312", "record"),
        ("replay", "replay"),
        ("live-django42-py3.13", "live"),
        ("functional-auto", "auto"),
        ("py312-functional-verify", "verify"),
        ("verify", None),
        ("py312", None),
        ("lint", None),
        ("docs", None),
        ("3.12", None),
        ("unit-replayer2000", None),
    ],
)
def test_a_name_carries_its_mode_among_other_factors(name, mode):
    assert mode_of_name(name) == mode


@pytest.mark.parametrize(
    ("name", "call_it"),
    [
        ("functional", "functional-replay"),
        ("py312-functional", "py312-functional-replay"),
        ("functional-replays", "functional-replay"),
        ("functional-recrod", "functional-record"),
        ("functionnal-py312", "functional-replay-py312"),
    ],
)
def test_something_like_a_mode_is_an_error_that_says_what_to_call_it(name, call_it):
    with pytest.raises(ValueError, match=f"environment '{name}' carries no mode.*: call it '{call_it}'"):
        mode_of_name(name)


def test_two_modes_are_one_too_many():
    with pytest.raises(ValueError, match="'record-replay' carries two modes, record and replay: keep one of them"):
        mode_of_name("record-replay")


@pytest.mark.parametrize(
    ("said", "named"), [("a,b", True), ("b", False), ("ALL", False), ("a,ALL", False), (None, False)]
)
def test_only_a_call_with_the_name_names_an_environment(said, named):
    assert is_named("a", SimpleNamespace(env=CliEnv(said))) is named


def test_a_call_without_environments_names_none():
    assert not is_named("a", SimpleNamespace())


def test_what_one_environment_replays_another_records():
    names = ["functional-replay", "py312-functional-replay", "replay-py312", "functional-auto", "integration"]

    assert [recording_name(name) for name in names] == [
        *("functional-record", "py312-functional-record", "record-py312", "functional-record"),
        None,
    ]
