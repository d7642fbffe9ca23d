"""The run's CA bundle: whom a test command trusts while it runs.

The run's CA, the user's own certificates and, where real services are in reach, the system's roots and certifi's, each
certificate once: most variables that name a bundle replace a client's roots. A client reads the whole file for each new
TLS context, which takes about 50 ms with all roots and 1 ms without: a replay that reaches nobody but us does without.
"""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

import certifi

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["bundle", "root_files"]

_CERTIFICATE = lazy_pattern(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
#: Where systems keep the roots that programs trust, in one file.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_USERS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
#: Where administrators put certificates of their own, such as the CA of a test server on this machine.
_LOCAL_FOLDERS = (
    "/usr/local/share/ca-certificates",
    "/etc/pki/ca-trust/source/anchors",
    "/etc/pki/trust/anchors",
    "/etc/ca-certificates/trust-source/anchors",
)
_LOCAL_SUFFIXES = (".crt", ".pem", ".cer")


def bundle(own: bytes, environment: Mapping[str, str], *, roots: bool) -> bytes:
    """The run's CA and what the command trusted before, in PEM, without repeats.

    Without `roots` only two kinds of the latter stay: certificates that were added to this system, and those of the
    user's file that the system and certifi do not have.
    """
    users = _certificates(Path(environment[name]) for name in _USERS if environment.get(name))
    public = _certificates(root_files()) if roots or users else {}
    if roots:
        trusted = public | users
    else:
        trusted = _certificates(_local_files()) | {each: None for each in users if each not in public}
    return b"\n".join(dict.fromkeys(_CERTIFICATE.findall(own)) | trusted) + b"\n"


def _certificates(paths: Iterable[Path]) -> dict[bytes, None]:
    """The certificates in files, in order; files that cannot be read have none."""
    found: dict[bytes, None] = {}
    for path in _distinct(paths):
        with contextlib.suppress(OSError):
            found |= dict.fromkeys(_CERTIFICATE.findall(path.read_bytes()))
    return found


def root_files() -> list[Path]:
    """The files of root certificates that programs here trust: the system's, and those of Python's ssl and certifi."""
    paths = [ssl.get_default_verify_paths().openssl_cafile, *_SYSTEM_BUNDLES, certifi.where()]
    return _distinct(Path(path) for path in paths if path and Path(path).is_file())


def _local_files() -> list[Path]:
    """The files of certificates that were added to this system."""
    below = (Path(place, name) for folder in _LOCAL_FOLDERS for place, _, names in os.walk(folder) for name in names)
    return sorted(path for path in below if path.suffix in _LOCAL_SUFFIXES)


def _distinct(paths: Iterable[Path]) -> list[Path]:
    """Each file once, for it may have several names."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(os.path.realpath(path), path)
    return list(found.values())
