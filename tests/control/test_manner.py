"""How one scope plays its recordings, as the control address takes it."""

from recproxy.control.manner import PROFILES, Manner


def test_what_is_not_said_is_left_to_the_profiles():
    assert PROFILES.plain() == {}


def test_what_is_said_bears_the_names_of_the_control_address():
    manner = Manner(match_on=(), repeat="miss", ignore={"query": ("key",)})

    assert manner.plain() == {"match_on": (), "repeat": "miss", "ignore": {"query": ("key",)}}
