"""Which requests a web page may send to an address of the run: a browser opens any page, and it reaches loopback.

The name in Host tells a page whose own name was made to lead here (DNS rebinding); Origin, Referer and Sec-Fetch-Site
tell the page that sent a request. Pure. Programs that are no browsers send Origin, too, or pass one on.
"""

from __future__ import annotations

from recproxy.control.host_names import is_address, is_loopback
from recproxy.http.hosts import authority_host, fits, host_text, split_authority
from recproxy.recording import Headers

__all__ = ["foreign_host", "foreign_page"]

#: A domain that nobody on the Internet can have; containers reach this machine by names in it (host.docker.internal).
_PRIVATE = ".internal"


def foreign_host(authority: str, hosts: tuple[str, ...] = (), *, port: int = 0, names: tuple[str, ...] = ()) -> bool:
    """Whether a Host header names neither this machine nor one of the `hosts` that are served at this `port`.

    No address is foreign: a page can have its own name lead here, but no address, and an emulator or a container
    reaches this machine by one (10.0.2.2). A profile of all hosts serves any name, but not one at the port of its own
    address: that is a page's. `names` are those that the user has given this machine.
    """
    if not authority:
        return False
    try:
        host, named = split_authority(authority)
    except ValueError:
        return True
    if is_loopback(host) or is_address(host) or host.endswith(_PRIVATE) or host in names:
        return False
    if _is_named(host, hosts):
        return False
    return "*" not in hosts or named == port


def foreign_page(headers: Headers, hosts: tuple[str, ...] = ()) -> str:
    """The web page that sent a request, if it is neither of this machine nor of `hosts`; empty for all other requests.

    A browser sends Sec-Fetch-Site, or begins User-Agent with `Mozilla/`, with each Origin; node's fetch sends
    Sec-Fetch-Mode, which therefore tells nothing.
    """
    origin = referer = site = b""
    browser = False
    for name, value in headers:
        size = len(name)
        if size == 6 and name.lower() == b"origin":
            origin = value
        elif size == 7 and name.lower() == b"referer":
            referer = value
        elif size == 14 and name.lower() == b"sec-fetch-site":
            site = value
        elif size == 10 and name.lower() == b"user-agent":
            browser = value.startswith(b"Mozilla/")
    if not (origin and (site or browser)) and site != b"cross-site":
        return ""
    page = host_text(origin or referer)
    host = authority_host(page.partition("://")[2].partition("/")[0])
    if host and (is_loopback(host) or _is_named(host, hosts)):
        return ""
    return page.partition("?")[0][:200] or "another site"


def _is_named(host: str, hosts: tuple[str, ...]) -> bool:
    """Whether one of the patterns is of this host, and not of all hosts."""
    return any(fits(pattern, host) for pattern in hosts if pattern != "*")
