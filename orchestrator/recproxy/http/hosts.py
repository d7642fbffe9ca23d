"""Hosts: authorities taken apart, patterns such as `*.twimg.com`, and which profile owns a host.

`*.x` covers one label, as a certificate does; `*` covers all. The most specific pattern wins.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from recproxy.control.host_names import is_loopback, normal_host

__all__ = ["DEFAULT_PORTS", "Owners", "authority_host", "bracketed", "fits", "host_text", "split_authority"]

#: The port of a URL that names none, by its scheme.
DEFAULT_PORTS = {"http": 80, "https": 443}


def split_authority(authority: str, default_port: int | None = None) -> tuple[str, int | None]:
    """`host:port`, `host` or `[v6]:port` as a normal host and a port; ValueError where the port is no number."""
    rest = authority.rpartition("@")[2]
    if rest.startswith("["):
        host, _, tail = rest[1:].partition("]")
        port = tail[1:] if tail.startswith(":") else ""
    elif rest.count(":") > 1:
        host, port = rest, ""
    else:
        host, _, port = rest.partition(":")
    if not port:
        return _normal(host), default_port
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"{authority!r} has no valid port")
    return _normal(host), int(port)


def host_text(raw: bytes) -> str:
    """An authority of the wire as text: UTF-8, which clients send for `b\u00fccher.example`, or else Latin-1."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def bracketed(host: str) -> str:
    """A host as an authority has it: an IPv6 address in brackets, so that a port can follow. RFC 3986 section 3.2.2."""
    return f"[{host}]" if ":" in host else host


def authority_host(authority: str) -> str:
    """The normal host of an authority, whatever its port."""
    try:
        return split_authority(authority)[0]
    except ValueError:
        return ""


def _normal(host: str) -> str:
    """A normal host; an IPv6 address in the one form that RFC 5952 recommends."""
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            return host.lower()
    return normal_host(host)


def fits(pattern: str, host: str) -> bool:
    """Whether a host pattern covers a normal host."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:] and not host.startswith(".")
    return pattern in ("*", host)


class Owners:
    """Who owns a host: a table of patterns, asked in the order exact, `*.x`, `*`."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self.patterns = dict(patterns)

    def owner(self, host: str) -> str | None:
        """The name of the profile that owns a normal host, or None."""
        owner = self.patterns.get(host)
        if owner is None:
            pattern = self.pattern(host)
            owner = self.patterns[pattern] if pattern is not None else None
        return owner

    def pattern(self, host: str) -> str | None:
        """The pattern that covers a normal host, or None."""
        return next((known for known in _candidates(host) if known in self.patterns), None)


def _candidates(host: str) -> Iterable[str]:
    yield host
    _, dot, parent = host.partition(".")
    if dot:
        yield f"*.{parent}"
    if not is_loopback(host):  # clients ask no proxy for it; one that does is no other
        yield "*"
