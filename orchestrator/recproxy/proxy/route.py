"""How a connection came, and what that makes of its requests: their absolute URL, and the service they go to. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recproxy.control.host_names import is_loopback
from recproxy.http import (
    DEFAULT_PORTS,
    Head,
    MalformedRequest,
    authority_host,
    bracketed,
    host_text,
    received_request,
    split_authority,
)
from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Request

__all__ = [
    "Route",
    "Target",
    "absolute_authority",
    "live_request",
    "origin_form",
    "own_service",
    "target_of",
    "websocket_scheme",
    "websocket_url",
]

#: RFC 6455 section 3.
_WEBSOCKET = {"http": "ws", "https": "wss"}
#: A path may hold another URL (web.archive.org): only a scheme at the very beginning makes a target absolute.
_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")


@dataclass(frozen=True, slots=True)
class Route:
    """How a connection came: its scheme, the authority it was opened for (None: each request names its own).

    `any_host` are the host patterns of an endpoint whose base URL was used, at this `port`: its requests fit any of them.
    `service` is where they go, if the profile says more of that than a host. `names` are what the run's address is called.
    `http2` says that they come on streams of HTTP/2.
    """

    scheme: str
    authority: str | None = None
    any_host: tuple[str, ...] | None = None
    port: int = 0
    service: Target | None = None
    names: tuple[str, ...] = ()
    http2: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The service that a request goes to."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """As it stands in a Host header."""
        host = bracketed(self.host)
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def own_service(hosts: Sequence[str], address: str) -> Target | None:
    """The service of an endpoint that `upstream.address` itself names, with its scheme and port; None for a stand-in."""
    if not address:
        return None
    scheme, mark, authority = address.rpartition("://")
    scheme = scheme if mark else "https"
    host, port = split_authority(authority.partition("/")[0], DEFAULT_PORTS[scheme])
    first = _first_host(hosts)
    if port is None or not (host == first or (is_loopback(host) and is_loopback(first))) or not first:
        return None
    return Target(scheme, first, port)


def _first_host(hosts: Sequence[str]) -> str:
    return next((pattern for pattern in hosts if "*" not in pattern), "")


def live_request(route: Route, head: Head, body: bytes) -> Request:
    """The request as matching sees it."""
    url = _url(route, head)
    return received_request(
        head.method.decode("ascii"), websocket_url(url) if head.upgrades else url, head.headers, body
    )


def websocket_url(url: str) -> str:
    """The address of a WebSocket that a request for this URL asks for."""
    scheme, mark, rest = url.partition("://")
    return f"{websocket_scheme(scheme.lower())}{mark}{rest}"


def websocket_scheme(scheme: str) -> str:
    """The scheme of a WebSocket that a request of this one asks for."""
    return _WEBSOCKET.get(scheme, scheme)


def target_of(route: Route, head: Head) -> Target:
    """Where a request goes: an absolute target's host, else the Host it names, else what the connection was opened for.

    Raises MalformedRequest where that is nowhere.
    """
    scheme = route.scheme
    if route.any_host is not None:
        # Over a base URL the service is the endpoint's first host, and services speak TLS.
        return route.service or Target("https", _first_host(route.any_host), 443)
    absolute = _ABSOLUTE.match(head.target.decode("ascii"))
    if absolute is not None:
        scheme, authority = absolute[1].lower(), absolute[2]
        if scheme not in DEFAULT_PORTS:
            raise MalformedRequest(400, f"only http:// and https:// are forwarded, not {scheme}://")
    else:
        authority = _named(route, head)
    try:
        host, port = split_authority(authority, DEFAULT_PORTS[scheme])
    except ValueError as problem:
        raise MalformedRequest(400, str(problem)) from None
    if not host or port is None:
        raise MalformedRequest(400, "the request names no host")
    return Target(scheme, host, port)


def absolute_authority(target: str) -> str:
    """The authority of a target in absolute form; empty where it is a path, whatever that holds."""
    absolute = _ABSOLUTE.match(target)
    return absolute[2] if absolute is not None else ""


def origin_form(target: str) -> str:
    """A target as a service is asked for it."""
    absolute = _ABSOLUTE.match(target)
    if absolute is not None:
        target = target[absolute.end() :]
    return target if target.startswith(("/", "*")) else f"/{target}"


def _url(route: Route, head: Head) -> str:
    target = head.target.decode("ascii", "surrogateescape")
    if _ABSOLUTE.match(target) is not None:
        return target
    if route.any_host is not None:
        if route.service is not None:
            return f"{route.service.scheme}://{route.service.authority}{origin_form(target)}"
        authority = route.any_host[0].removeprefix("*.")
    else:
        authority = _bracketed(_named(route, head), route.scheme)
    return f"{route.scheme}://{authority}{target if target.startswith('/') else '/' + target}"


def _named(route: Route, head: Head) -> str:
    """The Host of a request, or what its connection was opened for. A server on this machine may be asked for any host."""
    named, opened = host_text(head.host), route.authority or ""
    if opened and is_loopback(authority_host(opened)) and not is_loopback(authority_host(named)):
        return opened
    return named or opened


def _bracketed(authority: str, scheme: str) -> str:
    """An IPv6 address as URLs have it: some clients (httpx) send it without its brackets."""
    if authority.count(":") < 2:
        return authority
    try:
        host, port = split_authority(authority, DEFAULT_PORTS[scheme])
    except ValueError:
        return authority
    return Target(scheme, host, port or DEFAULT_PORTS[scheme]).authority
