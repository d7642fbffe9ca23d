"""Profiles that nobody wrote: for a host that a test named, and for all hosts that no other owns. Pure."""

from __future__ import annotations

from recproxy.config.profile import ANY_HOST, NAMED_BY_TEST, Endpoint, Profile

__all__ = ["UNOWNED", "any_host", "of_host"]

#: The name of the profile of all hosts that no other owns.
UNOWNED = "any-host"


def any_host() -> Profile:
    """A profile of all hosts that no other owns."""
    return Profile(name=UNOWNED, endpoints=(Endpoint(hosts=("*",)),), origin=ANY_HOST)


def of_host(host: str) -> Profile:
    """A profile of one host that no other owns."""
    return Profile(name=host, endpoints=(Endpoint(hosts=(host,)),), origin=NAMED_BY_TEST)
