"""One certificate as bytes: X.509 version 3 (RFC 5280) in DER (X.690), for keys on the curve P-256.

`cryptography` would make it as well, but its module for X.509 takes 20 ms of CPU to be imported, a tenth of a run's
start, for the one form that a run needs. It still makes the keys and signs.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import os
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["certificate", "pem", "private_key", "public_key"]

#: Tags of X.690, section 8, and of the choices in RFC 5280.
_BOOLEAN, _INTEGER, _BITS, _OCTETS, _UTF8, _UTC_TIME, _TIME = 0x01, 0x02, 0x03, 0x04, 0x0C, 0x17, 0x18
_SEQUENCE, _SET = 0x30, 0x31
_VERSION, _EXTENSIONS, _PUBLIC = 0xA0, 0xA3, 0xA1
_DNS_NAME, _IP_ADDRESS, _KEY_ID = 0x82, 0x87, 0x80
#: From this year on, times have four digits for it (RFC 5280, section 4.1.2.5).
_LONG_YEARS = 2050

#: Object identifiers, encoded.
_COMMON_NAME = bytes.fromhex("0603550403")
_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
_P256 = bytes.fromhex("06082a8648ce3d030107")
_ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
_SUBJECT_KEY_ID, _KEY_USAGE, _ALTERNATIVE_NAME = (bytes.fromhex(f"0603551d{each}") for each in ("0e", "0f", "11"))
_CONSTRAINTS, _AUTHORITY_KEY_ID, _EXTENDED_USAGE = (bytes.fromhex(f"0603551d{each}") for each in ("13", "23", "25"))
_SERVER_AUTH = bytes.fromhex("06082b06010505070301")
#: Bits of keyUsage: digitalSignature, and keyCertSign with cRLSign.
_SIGNS, _SIGNS_CERTIFICATES = b"\x07\x80", b"\x01\x06"


def certificate(
    subject: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    begin: dt.datetime,
    end: dt.datetime,
    *,
    hosts: Sequence[str] = (),
) -> bytes:
    """A certificate in DER, of a server with these `hosts`, addresses or names, or else of a CA below which is none.

    A `subject` that is empty is none, and the hosts are then critical, as RFC 5280 wants it (section 4.2.1.6).
    """
    extensions = [_extension(_SUBJECT_KEY_ID, _value(_OCTETS, _key_id(key)))]
    if hosts:
        names = _sequence(map(_general_name, hosts))
        extensions += [
            _extension(_CONSTRAINTS, _sequence(()), critical=True),
            _extension(_KEY_USAGE, _value(_BITS, _SIGNS), critical=True),
            _extension(_EXTENDED_USAGE, _sequence((_SERVER_AUTH,))),
            _extension(_ALTERNATIVE_NAME, names, critical=not subject),
            _extension(_AUTHORITY_KEY_ID, _sequence((_value(_KEY_ID, _key_id(signer.public_key())),))),
        ]
    else:
        extensions += [
            _extension(_CONSTRAINTS, _sequence((_value(_BOOLEAN, b"\xff"), _integer(0))), critical=True),
            _extension(_KEY_USAGE, _value(_BITS, _SIGNS_CERTIFICATES), critical=True),
        ]
    content = _sequence(
        (
            _value(_VERSION, _integer(2)),
            _integer(int.from_bytes(os.urandom(20)) >> 1),
            _sequence((_ECDSA_SHA256,)),
            _name(issuer),
            _sequence((_time(begin), _time(end))),
            _name(subject),
            public_key(key),
            _value(_EXTENSIONS, _sequence(extensions)),
        )
    )
    signature = signer.sign(content, ec.ECDSA(hashes.SHA256()))
    return _sequence((content, _sequence((_ECDSA_SHA256,)), _bits(signature)))


def public_key(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key in DER: SubjectPublicKeyInfo (RFC 5480)."""
    return _sequence((_sequence((_EC_PUBLIC_KEY, _P256)), _bits(_point(key))))


def private_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key in DER: PKCS 8 (RFC 5208), with the key as RFC 5915 has it."""
    secret = key.private_numbers().private_value.to_bytes(32)
    inner = _sequence((_integer(1), _value(_OCTETS, secret), _value(_PUBLIC, _bits(_point(key.public_key())))))
    return _sequence((_integer(0), _sequence((_EC_PUBLIC_KEY, _P256)), _value(_OCTETS, inner)))


def pem(label: str, data: bytes) -> bytes:
    """Bytes as text in base64 between two lines with a label (RFC 7468)."""
    text = base64.b64encode(data).decode()
    lines = (text[start : start + 64] for start in range(0, len(text), 64))
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode()


def _value(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def _sequence(values: Iterable[bytes]) -> bytes:
    return _value(_SEQUENCE, b"".join(values))


def _integer(number: int) -> bytes:
    """A number that is not negative: its first bit is its sign."""
    return _value(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def _bits(content: bytes) -> bytes:
    """A string of bits, all of whose last byte are used."""
    return _value(_BITS, b"\0" + content)


def _name(common_name: str) -> bytes:
    named = _value(_SET, _sequence((_COMMON_NAME, _value(_UTF8, common_name.encode())))) if common_name else b""
    return _value(_SEQUENCE, named)


def _time(moment: dt.datetime) -> bytes:
    if moment.year >= _LONG_YEARS:
        return _value(_TIME, f"{moment:%Y%m%d%H%M%SZ}".encode())
    return _value(_UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode())


def _general_name(host: str) -> bytes:
    try:
        return _value(_IP_ADDRESS, ipaddress.ip_address(host).packed)
    except ValueError:
        return _value(_DNS_NAME, host.encode("ascii"))


def _extension(identifier: bytes, value: bytes, *, critical: bool = False) -> bytes:
    return _sequence((identifier, _value(_BOOLEAN, b"\xff") if critical else b"", _value(_OCTETS, value)))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A point of the curve, not compressed (SEC 1, section 2.3.3)."""
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)


def _key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """RFC 5280, section 4.2.1.2, method 1: a name for a key, no protection."""
    return hashlib.sha1(_point(key), usedforsecurity=False).digest()
