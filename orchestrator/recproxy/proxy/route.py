"""How a connection came, and what that makes of its requests: their absolute URL, and the service they go to. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from recproxy.http import Head, received_request, split_authority
from recproxy.recording import Request

__all__ = ["Route", "Target", "live_request", "target_of"]


@dataclass(frozen=True, slots=True)
class Route:
    """How a connection came: its scheme, the authority it was opened for (None: each request names its own).

    `any_host` are the host patterns of an endpoint whose base URL was used: its requests fit any of them.
    """

    scheme: str
    authority: str | None = None
    any_host: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The service that a request goes to."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """As it stands in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def live_request(route: Route, head: Head, body: bytes) -> Request:
    """The request as matching sees it."""
    return received_request(head.method.decode("ascii"), _url(route, head), head.headers, body)


def target_of(route: Route, head: Head) -> Target:
    """Where a request goes: an absolute target's host, else the Host it names, else what the connection was opened for."""
    scheme = route.scheme
    if route.any_host is not None:
        # Over a base URL the service is the endpoint's first host, and services speak TLS.
        host = next((pattern for pattern in route.any_host if "*" not in pattern), "")
        return Target("https", host, 443)
    target = head.target.decode("ascii")
    before, mark, rest = target.partition("://")
    if mark and "?" not in before and "/" not in before:
        scheme = before.lower()
        authority = rest.partition("/")[0].partition("?")[0]
    else:
        authority = head.host.decode("latin-1") or route.authority or ""
    host, port = split_authority(authority, 443 if scheme == "https" else 80)
    assert port is not None
    return Target(scheme, host, port)


def _url(route: Route, head: Head) -> str:
    target = head.target.decode("ascii", "surrogateescape")
    if "://" in target.partition("?")[0]:
        return target
    if route.any_host is not None:
        authority = route.any_host[0].removeprefix("*.")
    else:
        authority = head.host.decode("latin-1") or route.authority or ""
    return f"{route.scheme}://{authority}{target if target.startswith('/') else '/' + target}"
