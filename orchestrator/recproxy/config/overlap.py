"""What more than one profile owns: hosts, settled by the most specific one where there is one, and variables. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recproxy.config.mail_endpoints import mail_variables
from recproxy.config.profile import Profile
from recproxy.errors import ProfileError
from recproxy.http import fits

__all__ = ["check_overlap", "equal_hosts", "settled"]


def check_overlap(profiles: Sequence[Profile]) -> None:
    """Raises ProfileError where two profiles own the same host, word for word, or the same variable for an address."""
    for host, one, other in equal_hosts(profiles):
        raise ProfileError(
            f"profiles {one.name!r} and {other.name!r} both own host {host!r}: choose one with --profile"
        )
    for variable, one, other in _shared((each.base_url, profile) for profile in profiles for each in profile.endpoints):
        raise ProfileError(
            f"profiles {one.name!r} and {other.name!r} both have base_url {variable!r}, which can lead to "
            "one of them: choose one with --profile, or give one another in [tool.recproxy.profiles]"
        )

    mail = ((name, profile) for profile in profiles for each in profile.endpoints for name in mail_variables(each))
    for variable, one, other in _shared(mail):
        raise ProfileError(
            f"profiles {one.name!r} and {other.name!r} both have the variable {variable!r}: choose one with --profile, or "
            "give one other variables in [tool.recproxy.profiles]"
        )


def equal_hosts(profiles: Sequence[Profile]) -> Iterator[tuple[str, Profile, Profile]]:
    """Each host that two profiles own, and the two."""
    return _shared((host, profile) for profile in profiles for host in profile.hosts)


def settled(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """A line for each host that one profile names and another one's `*.NAME` covers: the name wins.

    `*` alone is there to come last, and needs no line.
    """
    return tuple(
        f"host {host!r} belongs to {one.name!r}, although {other.name!r} owns {pattern!r}: the most specific wins"
        for one in profiles
        for other in profiles
        if one is not other
        for host in one.hosts
        for pattern in other.hosts
        if "*" not in host and pattern.startswith("*.") and fits(pattern, host)
    )


def _shared(owned: Iterable[tuple[str, Profile]]) -> Iterator[tuple[str, Profile, Profile]]:
    owners: dict[str, Profile] = {}
    for name, profile in owned:
        owner = owners.setdefault(name, profile) if name else profile
        if owner is not profile:
            yield name, owner, profile
