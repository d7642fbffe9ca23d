"""Endpoints of mail protocols: the ports at which clients look for a server, and the variables that lead them here. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from recproxy.config.profile import Endpoint, Profile
from recproxy.lazy.dataclass import dataclass

__all__ = [
    "MAIL_PROTOCOLS",
    "MailPlace",
    "mail_fault",
    "mail_places",
    "mail_variables",
    "place_at",
    "ports_without_tls",
    "upstream_address_fault",
]

#: The ports of a protocol, the one that programs use first; and those at which a connection begins with TLS.
MAIL_PORTS = {"smtp": ("587", "465", "25"), "imap": ("993", "143")}
MAIL_TLS_PORTS = {"smtp": ("465",), "imap": ("993",)}
MAIL_PROTOCOLS = tuple(MAIL_PORTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPlace:
    """A port of a mail server: `tls` says that a connection begins with TLS, `endpoint` is the number in the profile."""

    protocol: str
    host: str
    port: int
    tls: bool
    endpoint: int

    @property
    def url(self) -> str:
        """Its address, as a conversation has it."""
        return f"{self.protocol}{'s' if self.tls else ''}://{self.host}:{self.port}"


def ports_without_tls(protocol: str) -> str:
    """The usual ports at which a connection begins without TLS, for people."""
    return ", ".join(each for each in MAIL_PORTS[protocol] if each not in MAIL_TLS_PORTS[protocol])


def mail_places(profile: Profile) -> Iterator[MailPlace]:
    """The ports of all mail servers of a profile, in order."""
    for number, endpoint in enumerate(profile.endpoints):
        if endpoint.protocol in MAIL_PORTS:
            secure = (*MAIL_TLS_PORTS[endpoint.protocol], *endpoint.tls_ports)
            for port in endpoint.ports or MAIL_PORTS[endpoint.protocol]:
                yield MailPlace(
                    protocol=endpoint.protocol,
                    host=endpoint.hosts[0],
                    port=int(port),
                    tls=port in secure,
                    endpoint=number,
                )


def mail_variables(endpoint: Endpoint) -> tuple[str, ...]:
    """The variables that an endpoint's local host and port are in."""
    return (f"{endpoint.variables}_HOST", f"{endpoint.variables}_PORT") if endpoint.variables else ()


def mail_fault(endpoint: Endpoint) -> tuple[str, str] | None:
    """The key that is wrong in an endpoint for its protocol, and why; None where none is."""
    if endpoint.protocol not in MAIL_PORTS:
        return next(
            (
                (name, f"{name} is for mail servers: leave it out, or set protocol to {' or '.join(MAIL_PROTOCOLS)}")
                for name in ("tls_ports", "variables", "address")
                if getattr(endpoint, name)
            ),
            None,
        )
    if endpoint.base_url:
        return "base_url", f"base_url is for HTTP: set variables instead, as in variables = {_example(endpoint)!r}"
    if len(endpoint.hosts) != 1 or "*" in endpoint.hosts[0]:
        return (
            "hosts",
            "a mail server is one host without *: a connection does not say which host it is for; write an endpoint for each",
        )
    return None


def upstream_address_fault(profile: Profile, keys: Sequence[str]) -> str:
    """Why `upstream.address` of a profile applies to nothing; empty where it does. `keys` are the profile's tables."""
    address = profile.upstream.address.rpartition("://")[2].rstrip("/")
    mail = [each for each in profile.endpoints if each.protocol in MAIL_PORTS]
    if not address or len(mail) < len(profile.endpoints) or not mail:
        return ""
    endpoint = mail[0]
    return (
        "upstream.address is for HTTP endpoints, and this profile has none: remove it, and write "
        f"address = {json.dumps(address)} in the [[{'.'.join((*keys, 'endpoints'))}]] "
        f"with protocol = {json.dumps(endpoint.protocol)} and hosts = {json.dumps(endpoint.hosts)}"
    )


def _example(endpoint: Endpoint) -> str:
    return f"{endpoint.hosts[0].rpartition('.')[0].rpartition('.')[2] or 'mail'}_{endpoint.protocol}".upper()


def place_at(places: Sequence[MailPlace], host: str, port: int) -> MailPlace | None:
    """The place of a host and port."""
    return next((each for each in places if (each.host, each.port) == (host, port)), None)
