"""What Java programs are told of a run: system properties, and a trust store, for a JVM reads no PEM.

Only where the project asks for it: each JVM that reads `JAVA_TOOL_OPTIONS` prints a line to stderr.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

__all__ = ["java_variables", "trust_store"]

#: Public certificates need no secret, but a JVM does not open a trust store without one.
_PASSWORD = "recproxy"  # noqa: S105 - opens what is public
#: In Java's own notation. A JVM does not proxy loopback by default; said again, since an inherited option may say
#: otherwise.
_NOT_PROXIED = "localhost|127.*|[::1]"
_BEGIN = b"-----BEGIN CERTIFICATE-----"


def trust_store(certificates: bytes) -> bytes:
    """A PKCS12 trust store of these certificates in PEM; those that cannot be read are left out."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12  # noqa: PLC0415 - seldom

    members = [
        pkcs12.PKCS12Certificate(certificate, f"recproxy-{number}".encode())
        for number, certificate in enumerate(_parsed(certificates))
    ]
    return pkcs12.serialize_java_truststore(members, BestAvailableEncryption(_PASSWORD.encode()))


def _parsed(certificates: bytes) -> Iterator[Certificate]:
    from cryptography import x509  # noqa: PLC0415

    for part in certificates.split(_BEGIN)[1:]:
        try:
            with warnings.catch_warnings(action="ignore"):  # old roots break rules that were made after them
                yield x509.load_pem_x509_certificate(_BEGIN + part)
        except ValueError:
            continue


def java_variables(store: Path, gateway: int, environment: Mapping[str, str]) -> dict[str, str]:
    """The variable by which JVMs use the gateway's port and the trust store; the user's own options stay in it."""
    properties = {
        "http.proxyHost": "127.0.0.1",
        "http.proxyPort": str(gateway),
        "https.proxyHost": "127.0.0.1",
        "https.proxyPort": str(gateway),
        "http.nonProxyHosts": _NOT_PROXIED,
        "javax.net.ssl.trustStore": str(store),
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": _PASSWORD,
    }
    # A JVM splits the variable at white space and knows both kinds of quotes.
    options = (f'-D{name}="{value}"' if " " in value else f"-D{name}={value}" for name, value in properties.items())
    return {"JAVA_TOOL_OPTIONS": " ".join(filter(None, (environment.get("JAVA_TOOL_OPTIONS"), *options)))}
