"""The run's CA bundle: whom a test command trusts while it runs.

System roots, certifi's where installed, the user's own file and the run's CA, each certificate once: most variables
that name a bundle replace a client's roots, and in live mode the real services must still be trusted.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["bundle", "root_files"]

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
#: Where systems keep the roots that programs trust, in one file.
_SYSTEM_BUNDLES = (
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
    users = (Path(environment[name]) for name in _USERS if environment.get(name))
    for path in _distinct((*root_files(), *users)):
        try:
            certificates.update(dict.fromkeys(_CERTIFICATE.findall(path.read_bytes())))
        except OSError:
            continue
    return b"\n".join(certificates) + b"\n"


def root_files() -> list[Path]:
    """The files of root certificates that programs here trust: the system's, and those of Python's ssl and certifi."""
    paths = [ssl.get_default_verify_paths().openssl_cafile, *_SYSTEM_BUNDLES]
    try:
        import certifi  # noqa: PLC0415 - where installed
    except ImportError:
        pass
    else:
        paths.append(certifi.where())
    return _distinct(Path(path) for path in paths if path and Path(path).is_file())


def _distinct(paths: Iterable[Path]) -> list[Path]:
    """Each file once, for it may have several names."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(os.path.realpath(path), path)
    return list(found.values())
