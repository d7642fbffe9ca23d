"""Hosts of profiles that are this machine: clients ask no proxy for them, so only a variable leads them to recproxy. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recproxy.config.mail_endpoints import MAIL_PROTOCOLS
from recproxy.config.profile import Endpoint, Profile
from recproxy.control.host_names import is_loopback

__all__ = ["base_url_name", "unreachable_hosts", "unreachable_notes"]


def unreachable_hosts(endpoint: Endpoint) -> tuple[str, ...]:
    """The hosts of an endpoint that no client can bring to a run: they are loopback, and no variable has its address.

    A client of mail asks no proxy for any host, so that is not what is amiss where it finds no run.
    """
    if endpoint.base_url or endpoint.protocol in MAIL_PROTOCOLS:
        return ()
    return tuple(host for host in endpoint.hosts if is_loopback(host))


def unreachable_notes(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """A line for each endpoint that has such hosts: the run would answer nothing for them, and seem well."""
    return tuple(_notes(profiles))


def _notes(profiles: Sequence[Profile]) -> Iterator[str]:
    for profile in profiles:
        for endpoint in profile.endpoints:
            if hosts := unreachable_hosts(endpoint):
                yield (
                    f"profile {profile.name!r} is never asked for {', '.join(hosts)}: clients use no proxy on loopback; "
                    f'set base_url = "{base_url_name(profile.name)}" in its endpoint, and give the client the address in '
                    "that variable"
                )


def base_url_name(profile: str) -> str:
    """The usual name of a profile's base-URL variable."""
    name = f"{profile.upper().replace('-', '_')}_BASE_URL"
    return f"_{name}" if name[:1].isdigit() else name
