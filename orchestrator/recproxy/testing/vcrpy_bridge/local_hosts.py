"""Hosts of a cassette that are this machine: no client asks a proxy for them, so the redirect leads them to the run.

Only the ports that the cassette has: a server of the suite's own on another port must be reached as ever. Where no
profile names the host, only in a replay: what records must reach the server that it records.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from recproxy.control.host_names import is_loopback, normal_host
from recproxy.control.variables import CA, REDIRECT
from recproxy.http import Owners, bracketed

__all__ = ["led_to", "local_places"]

_HTTP = 80


def local_places(
    addresses: Sequence[tuple[str, int | None]], profiles: Mapping[str, Mapping[str, Any]], mode: str
) -> tuple[tuple[str, int], ...]:
    """The hosts on loopback and their ports that a cassette has and that are answered: in a replay, all of them."""
    owners = Owners({host: name for name, each in profiles.items() for host in each["hosts"]})
    return tuple(
        dict.fromkeys(
            (host, port or _HTTP)
            for host, port in addresses
            if host  # a cassette may hold what is no URL
            and is_loopback(normal_host(host))
            and (mode == "replay" or owners.owner(normal_host(host)) is not None)
        )
    )


@contextmanager
def led_to(gateway: str, places: Sequence[tuple[str, int]]) -> Iterator[None]:
    """Lead connections of this process, and of those that it starts, from these places to the gateway's URL."""
    if not places:
        yield
        return
    from recproxy.client import redirect  # noqa: PLC0415 - only where there is something to redirect

    before = os.environ.get(REDIRECT)
    target = gateway.rpartition("/")[2]
    routes = [f"!{bracketed(each)}:{port}={target}" for host, port in places for each in _literals(host)]
    os.environ[REDIRECT] = ",".join((*filter(None, (before,)), *routes))
    redirect.install(os.environ[REDIRECT], os.environ.get(CA))
    try:
        yield
    finally:
        if before is None:
            del os.environ[REDIRECT]
            redirect.uninstall()
        else:
            os.environ[REDIRECT] = before
            redirect.install(before, os.environ.get(CA))


def _literals(host: str) -> tuple[str, ...]:
    """The addresses that a connection to a host on loopback may be made to."""
    name = normal_host(host)
    return (name,) if ":" in name or name.replace(".", "").isdigit() else ("127.0.0.1", "::1")
