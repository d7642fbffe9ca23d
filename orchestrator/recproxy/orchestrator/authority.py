"""The run's own certificate authority, its key in this process's memory only.

CA and leaves pass VERIFY_X509_STRICT, Python 3.13's default: critical basicConstraints and keyUsage, subject and
authority key identifiers (RFC 5280 section 4.2). One P-256 key serves all leaves; nothing enters a trust store.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["CertificateAuthority"]

_DAY = dt.timedelta(days=1)
_LIFE = dt.timedelta(days=30)
#: Before any recording.
_LONG_AGO = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
#: X.520 bounds a common name; longer hosts stand in the subject alternative name alone, where clients look.
_LONGEST_COMMON_NAME = 64

#: Of leaves with a fault on purpose. RFC 2606 reserves "invalid".
_WRONG_NAME = "wrong-name.recproxy.invalid"
_UNKNOWN = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority that nobody trusts, made by recproxy")])


class CertificateAuthority:
    """A CA for one run; `certificate` is its own in PEM, `key` the leaves' private key in PEM.

    Where it is `for_past`, programs that run at the time of a recording accept its certificates, too.
    `key_hash` is that of the leaves' public key as browsers write it: SHA-256 in base64 (RFC 7469, section 2.4).
    """

    def __init__(self, *, for_past: bool = False) -> None:
        self._ca_key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "recproxy, for one run only")])
        self._now = dt.datetime.now(dt.UTC)
        self._begin = _LONG_AGO if for_past else self._now - _DAY
        public = self._ca_key.public_key()
        certificate = (
            self._builder(self._name, public)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._ca_key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(Encoding.PEM)
        leaf = self._leaf_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_hash = base64.b64encode(hashlib.sha256(leaf).digest()).decode()
        self.key = self._leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def issue(self, host: str, fault: str = "", *, also: Sequence[str] = ()) -> bytes:
        """A leaf for a host, an address, or `*.host`, in PEM; with a `fault` it is expired, untrusted or of a wrong name.

        It is for the names in `also`, too.
        """
        host = _WRONG_NAME if fault == "wrong name" else host
        signer = ec.generate_private_key(ec.SECP256R1()) if fault == "untrusted" else self._ca_key
        common = [x509.NameAttribute(NameOID.COMMON_NAME, host)] if len(host) <= _LONGEST_COMMON_NAME else []
        leaf = (
            self._builder(x509.Name(common), self._leaf_key.public_key(), fault)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(list(map(_general_name, (host, *also)))), critical=not common)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        return leaf.public_bytes(Encoding.PEM)

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, fault: str = ""
    ) -> x509.CertificateBuilder:
        begin = min(self._begin, self._now - 2 * _LIFE) if fault == "expired" else self._begin
        end = begin + _LIFE + _DAY if fault == "expired" else self._now + _LIFE
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name if fault != "untrusted" else _UNKNOWN)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
