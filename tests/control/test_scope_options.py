"""How one scope plays its recordings, as the control address takes it."""

from recproxy.control.scope_options import PROFILES, ScopeOptions


def test_what_is_not_said_is_left_to_the_profiles():
    assert PROFILES.plain() == {}


def test_what_is_said_bears_the_names_of_the_control_address():
    scope_options = ScopeOptions(match_on=(), repeat="miss", ignore={"query": ("key",)})

    assert scope_options.plain() == {"match_on": (), "repeat": "miss", "ignore": {"query": ("key",)}}
