"""The keys of an endpoint of profile.toml: a protocol, hosts, and how programs are led there.

`config/keys.py` says how a key is declared.
"""

from typing import Annotated, Literal

from recproxy.config import profile_words as words
from recproxy.config.keys import Required
from recproxy.lazy.dataclass import dataclass

__all__ = ["Endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way to reach the service: a protocol, its hosts, and the variable for its local address."""

    protocol: Literal["http", "smtp", "imap"] = "http"
    """`http` includes HTTPS. `smtp` is a server that takes mail, and `imap` one that keeps it, with or without TLS: such
    an endpoint has one host without `*`.
    """
    hosts: Annotated[tuple[str, ...], words.HOST, Required("an endpoint without hosts: list at least one")] = ()
    """Host names, addresses, `*.NAME` (one label, as in TLS), or `*`, without scheme, port and path. The most specific
    host wins, so `*` comes last. Two profiles of a run cannot own the same host.
    """
    ports: Annotated[tuple[str, ...], words.PORT] = ()
    """Ports of the hosts besides 80 and 443, such as `"8443"`. The redirect and `--isolate` bring clients there that
    read no proxy variable. For a mail server: all its ports, the one for `variables` first. The default is
    587, 465 and 25 for SMTP, and 993 and 143 for IMAP.
    """
    tls_ports: Annotated[tuple[str, ...], words.PORT] = ()
    """Ports of a mail server at which a connection begins with TLS, besides 465 and 993. At the others it begins
    without, and the client may ask for TLS with STARTTLS.
    """
    variables: Annotated[str, words.OWN_VARIABLE] = ""
    """The beginning of the names of two variables for a mail server: `GMAIL_SMTP` makes `GMAIL_SMTP_HOST` and
    `GMAIL_SMTP_PORT`, which get its local address.
    """
    address: Annotated[str, words.MAIL_ADDRESS] = ""
    """An address to use instead of the real mail server, for staging and tests: `127.0.0.1:2525`. `upstream.address` is
    for HTTP.
    """
    base_url: Annotated[str, words.OWN_VARIABLE] = ""
    """The name of a variable. recproxy sets it for the test command to this endpoint's local address,
    `http://127.0.0.1:PORT`. recproxy records requests to that address under the endpoint's first host without `*`, so
    there must be one; replay matches any of the hosts. A signature that covers the host (OAuth 1, SigV4) cannot be
    recorded this way. Names are reserved if a run sets them (`HTTP_PROXY`, `RECPROXY_TOKEN`, `SSL_CERT_FILE`) or if
    programs depend on them (`PATH`, `HOME`).
    """
    base_path: Annotated[str, words.PATH] = ""
    """What follows the port in that address, for SDKs whose variable holds more than the host: `"/v1"`. Two endpoints
    may have the same host if each has its own variable, as REST and GraphQL often do.
    """
