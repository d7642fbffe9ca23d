"""Whose requests a connection may carry: those of this profile, or of another service to which it is handed back.

Pure: bytes and heads in, decisions out. The host seen last is not looked up again.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from recproxy.http import (
    Absolute,
    Head,
    Incomplete,
    Malformed,
    MalformedRequest,
    Origin,
    authority_host,
    host_text,
    sort,
)
from recproxy.http.web_pages import foreign_host, foreign_page
from recproxy.lazy.patterns import lazy_pattern
from recproxy.proxy.route import Route, absolute_authority
from recproxy.recording import Headers

__all__ = ["Begins", "Ownership"]


#: A request that names its service, up to its path: of an equal start, all else that is looked at is equal, too.
_START = lazy_pattern(rb"[A-Z]+ (https?://[^/?#\s]+/)")
#: What no request begins with.
_NOTHING = b" "


class Begins(Enum):
    """What begins with the bytes seen so far."""

    OURS = auto()
    FOREIGN = auto()
    UNKNOWN = auto()


class Ownership:
    """Who owns the requests of one connection; `roams` says that each may be for another service."""

    def __init__(self, route: Route, owns: Callable[[str], bool]) -> None:
        # A connection that was not opened for one host may turn to another service with any request.
        self.roams = route.authority is None and route.any_host is None
        self._route = route
        self._owns = owns
        self._last: bytes | None = None
        #: How the latest request of ours began that named its service: method and URL up to its path. And the URL's part.
        self._start, self._origin = _NOTHING, _NOTHING
        #: The headers that no foreign page sent. Clients repeat them, and comparing is cheaper than reading them again.
        self._checked: Headers | None = None

    def begins(self, data: bytes) -> Begins:
        """Whose a request is, by its first bytes; what cannot be read is ours to refuse."""
        if data.startswith(self._start):
            return Begins.OURS
        wants = sort(data)
        if isinstance(wants, Incomplete):
            return Begins.UNKNOWN
        if isinstance(wants, Malformed):
            return Begins.OURS
        if isinstance(wants, Absolute | Origin) and (
            not wants.authority or self._owns(authority_host(wants.authority))
        ):
            if isinstance(wants, Absolute) and (start := _START.match(data)):
                self._start, self._origin = start[0], start[1]
            return Begins.OURS
        return Begins.FOREIGN

    def forget(self) -> None:
        """Other profiles own hosts now: ask anew for the next request that may be another service's."""
        self._start, self._origin = _NOTHING, _NOTHING

    def has(self, head: Head) -> bool:
        """Whether a request is this profile's.

        Raises:
            MalformedRequest: it came to a base URL, and another site's web page sent it.
        """
        if self._route.any_host is not None:
            if head.host != self._last or head.headers != self._checked:
                self._check_page(head, self._route.any_host)
            return True
        if head.target.startswith(self._origin):
            return True
        host = head.target if head.target[:1] != b"/" and b"://" in head.target[:12] else head.host
        if host == self._last or not host:
            return True
        authority = absolute_authority(host_text(host)) or host_text(host)
        owned = self._owns(authority_host(authority))
        if owned:
            self._last = host
        return owned

    def _check_page(self, head: Head, hosts: tuple[str, ...]) -> None:
        if head.host != self._last and head.target[:1] == b"/":  # an absolute URL goes before Host; no page sends one
            if foreign_host(host_text(head.host), hosts, port=self._route.port, names=self._route.names):
                name = head.host.decode("ascii", "backslashreplace")[:200]
                raise MalformedRequest(
                    421, f"Host {name} is neither this base URL nor a host of the profile: send the base URL's own"
                )
            self._last = head.host
        if head.headers == self._checked:
            return
        if page := foreign_page(head.headers, hosts):
            raise MalformedRequest(
                403, f"a web page of {page} must not use a base URL: load the page from localhost or 127.0.0.1"
            )
        self._checked = head.headers
