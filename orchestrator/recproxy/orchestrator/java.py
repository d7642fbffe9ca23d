"""What Java programs are told of a run: system properties, and a trust store, for a JVM reads no PEM.

The properties only where the project asks for it: each JVM that reads `JAVA_TOOL_OPTIONS` prints a line to stderr.
An isolated command sees the trust store in the place of the JVM's own, without a word.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

__all__ = ["java_root_files", "java_variables", "trust_store"]

#: Where systems keep the roots of all their JVMs.
_SYSTEM_STORES = ("/etc/ssl/certs/java/cacerts", "/etc/pki/java/cacerts")
#: Where a JVM keeps its own, below its home; the second is that of Java 8.
_OWN_STORES = ("lib/security/cacerts", "jre/lib/security/cacerts")
#: In Java's own notation. A JVM does not proxy loopback by default; said again, since an inherited option may say
#: otherwise.
_NOT_PROXIED = ("localhost", "127.*", "[::1]")
_BEGIN = b"-----BEGIN CERTIFICATE-----"


def trust_store(certificates: bytes) -> bytes:
    """A PKCS12 trust store of these certificates in PEM; those that cannot be read are left out.

    It is neither encrypted nor authenticated, for a JVM opens its own store with no password, and others with any.
    """
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12  # noqa: PLC0415 - seldom

    members = [
        pkcs12.PKCS12Certificate(certificate, f"recproxy-{number}".encode())
        for number, certificate in enumerate(_parsed(certificates))
    ]
    return _unauthenticated(pkcs12.serialize_java_truststore(members, NoEncryption()))


def java_root_files(environment: Mapping[str, str]) -> list[Path]:
    """The trust stores of the JVMs here, each once: the system's, that of JAVA_HOME, and that of `java` in PATH."""
    homes = [Path(environment["JAVA_HOME"])] if environment.get("JAVA_HOME") else []
    if found := shutil.which("java", path=environment.get("PATH")):
        homes.append(Path(found).resolve().parents[1])
    places = [*map(Path, _SYSTEM_STORES), *(home / store for home in homes for store in _OWN_STORES)]
    return list(dict.fromkeys(place.resolve() for place in places if place.is_file()))


def _unauthenticated(store: bytes) -> bytes:
    """A PKCS12 store without its last part, the code that a password is checked by (RFC 7292, section 4)."""
    start, _ = _contents(store, 0)
    _, version_end = _contents(store, start)
    _, content_end = _contents(store, version_end)
    body = store[start:content_end]
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return store[:1] + (length if len(body) < 0x80 else bytes([0x80 | len(length)]) + length) + body


def _contents(data: bytes, at: int) -> tuple[int, int]:
    """Where the contents of a DER value begin and end."""
    first = data[at + 1]
    start = at + 2 + (first & 0x7F if first & 0x80 else 0)
    return start, start + (int.from_bytes(data[at + 2 : start], "big") if first & 0x80 else first)


def _parsed(certificates: bytes) -> Iterator[Certificate]:
    from cryptography import x509  # noqa: PLC0415

    for part in certificates.split(_BEGIN)[1:]:
        try:
            with warnings.catch_warnings(action="ignore"):  # old roots break rules that were made after them
                yield x509.load_pem_x509_certificate(_BEGIN + part)
        except ValueError:
            continue


def java_variables(store: Path, host: str, gateway: int, environment: Mapping[str, str]) -> dict[str, str]:
    """The variable by which JVMs use the gateway's host and port, and the trust store; the user's own options stay in it."""
    properties = {
        "http.proxyHost": host,
        "http.proxyPort": str(gateway),
        "https.proxyHost": host,
        "https.proxyPort": str(gateway),
        "http.nonProxyHosts": "|".join(dict.fromkeys((*_NOT_PROXIED, host))),
        "javax.net.ssl.trustStore": str(store),
        "javax.net.ssl.trustStoreType": "PKCS12",
    }
    # A JVM splits the variable at white space and knows both kinds of quotes.
    options = (f'-D{name}="{value}"' if " " in value else f"-D{name}={value}" for name, value in properties.items())
    return {"JAVA_TOOL_OPTIONS": " ".join(filter(None, (environment.get("JAVA_TOOL_OPTIONS"), *options)))}
