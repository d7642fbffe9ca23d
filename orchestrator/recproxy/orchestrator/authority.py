"""The run's own certificate authority, its key in this process's memory only.

CA and leaves pass VERIFY_X509_STRICT, Python 3.13's default: critical basicConstraints and keyUsage, subject and
authority key identifiers (RFC 5280 section 4.2). One P-256 key serves all leaves; nothing enters a trust store.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from recproxy.orchestrator.certificate import certificate, pem, private_key, public_key

__all__ = ["CertificateAuthority"]

_NAME = "recproxy, for one run only"
_DAY = dt.timedelta(days=1)
_LIFE = dt.timedelta(days=30)
#: Before any recording.
_LONG_AGO = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
#: X.520 bounds a common name; longer hosts stand in the subject alternative name alone, where clients look.
_LONGEST_COMMON_NAME = 64

#: Of leaves with a fault on purpose. RFC 2606 reserves "invalid".
_WRONG_NAME = "wrong-name.recproxy.invalid"
_UNKNOWN = "an authority that nobody trusts, made by recproxy"


class CertificateAuthority:
    """A CA for one run; `certificate` is its own in PEM, `key` the leaves' private key in PEM.

    Where it is `for_past`, programs that run at the time of a recording accept its certificates, too.
    `key_hash` is that of the leaves' public key as browsers write it: SHA-256 in base64 (RFC 7469, section 2.4).
    """

    def __init__(self, *, for_past: bool = False) -> None:
        self._ca_key = ec.generate_private_key(ec.SECP256R1())
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = leaf_key.public_key()
        self._now = dt.datetime.now(dt.UTC)
        self._begin = _LONG_AGO if for_past else self._now - _DAY
        end = self._now + _LIFE
        own = certificate(_NAME, self._ca_key.public_key(), _NAME, self._ca_key, self._begin, end)
        self.certificate = pem("CERTIFICATE", own)
        self.key_hash = base64.b64encode(hashlib.sha256(public_key(self._leaf_key)).digest()).decode()
        self.key = pem("PRIVATE KEY", private_key(leaf_key))

    def issue(self, host: str, fault: str = "", *, also: Sequence[str] = ()) -> bytes:
        """A leaf for a host, an address, or `*.host`, in PEM; with a `fault` it is expired, untrusted or of a wrong name.

        It is for the names in `also`, too.
        """
        host = _WRONG_NAME if fault == "wrong name" else host
        signer = ec.generate_private_key(ec.SECP256R1()) if fault == "untrusted" else self._ca_key
        issuer = _UNKNOWN if fault == "untrusted" else _NAME
        subject = host if len(host) <= _LONGEST_COMMON_NAME else ""
        begin, end = self._begin, self._now + _LIFE
        if fault == "expired":
            begin = min(begin, self._now - 2 * _LIFE)
            end = begin + _LIFE + _DAY
        leaf = certificate(subject, self._leaf_key, issuer, signer, begin, end, hosts=(host, *also))
        return pem("CERTIFICATE", leaf)
