"""This machine while a cassette is open: no client asks a proxy for it, so the redirect leads its connections to the run.

Those of the test process all go there, as vcrpy takes all requests of its process; those of the processes that it starts
go there from the ports that the cassette has. The run's own ports are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from recproxy.client.environment import redirected_sockets
from recproxy.control.host_names import is_loopback, normal_host
from recproxy.control.variables import CA, REDIRECT
from recproxy.http import bracketed

__all__ = ["led_to", "local_places"]

_HTTP = 80


def local_places(addresses: Sequence[tuple[str, int | None]]) -> tuple[tuple[str, int], ...]:
    """The hosts on loopback and their ports that a cassette has."""
    return tuple(
        dict.fromkeys(
            (host, port or _HTTP)
            for host, port in addresses
            if host and is_loopback(normal_host(host))  # a cassette may hold what is no URL
        )
    )


@contextmanager
def led_to(gateway: str, places: Sequence[tuple[str, int]], ports: Collection[int] | None) -> Iterator[None]:
    """Lead connections to this machine to the gateway's URL.

    Of this process all but those to the run's `ports`, of those that it starts those to `places` only; without `ports`, of
    all of them those to `places`.
    """
    before = os.environ.get(REDIRECT)
    target = gateway.rpartition("/")[2]
    routes = [f"!{bracketed(each)}:{port}={target}" for host, port in places for each in _literals(host)]
    inherited = ",".join((*filter(None, (before,)), *routes))
    own = [] if ports is None else [f"!*:*={target}", *(f"!*:{port}=pass" for port in sorted(ports))]
    if routes:
        os.environ[REDIRECT] = inherited
    try:
        with redirected_sockets(",".join(filter(None, (inherited, *own))), os.environ.get(CA)):
            yield
    finally:
        if before is None:
            os.environ.pop(REDIRECT, None)
        else:
            os.environ[REDIRECT] = before


def _literals(host: str) -> tuple[str, ...]:
    """The addresses that a connection to a host on loopback may be made to."""
    name = normal_host(host)
    return (name,) if ":" in name or name.replace(".", "").isdigit() else ("127.0.0.1", "::1")
