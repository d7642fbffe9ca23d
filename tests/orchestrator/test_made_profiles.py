"""Profiles that nobody wrote."""

from recproxy.orchestrator.made_profiles import UNOWNED, any_host, of_host


def test_the_profile_of_all_hosts_owns_every_host():
    assert (any_host().name, any_host().hosts) == (UNOWNED, ("*",))


def test_the_profile_of_a_host_bears_its_name():
    made = of_host("api.shop.example")

    assert (made.name, made.hosts) == ("api.shop.example", ("api.shop.example",))
