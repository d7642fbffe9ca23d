"""The run's CA bundle: whom a test command trusts while it runs.

System roots, certifi's where installed, the user's own file and the run's CA, each certificate once: most variables
that name a bundle replace a client's roots, and in live mode the real services must still be trusted.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["SYSTEM_BUNDLES", "bundle"]

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
#: Where systems keep the roots that programs trust, in one file.
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_USERS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def bundle(own: bytes, environment: Mapping[str, str]) -> bytes:
    """The run's CA and all roots the command had, in PEM, without repeats."""
    certificates = dict.fromkeys(_CERTIFICATE.findall(own))
    files: dict[str, Path] = {}
    for path in _files(environment):
        files.setdefault(os.path.realpath(path), path)  # one file may have several names
    for path in files.values():
        try:
            certificates.update(dict.fromkeys(_CERTIFICATE.findall(path.read_bytes())))
        except OSError:
            continue
    return b"\n".join(certificates) + b"\n"


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    paths = ssl.get_default_verify_paths()
    yield from (Path(path) for path in (paths.openssl_cafile, *SYSTEM_BUNDLES) if path)
    try:
        import certifi  # noqa: PLC0415 - where installed
    except ImportError:
        pass
    else:
        yield Path(certifi.where())
    yield from (Path(environment[name]) for name in _USERS if environment.get(name))
