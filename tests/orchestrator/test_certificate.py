"""Certificates as bytes: the same that `cryptography` makes of the same values, but for the signature, which is random."""

import datetime as dt
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from recproxy.orchestrator.certificate import certificate, pem, private_key, public_key

BEGIN, END = dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2049, 12, 31, 23, 59, 59, 5, tzinfo=dt.UTC)
LATE = dt.datetime(2050, 1, 1, tzinfo=dt.UTC)
USAGES = dict.fromkeys(
    ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
    False,
)


@pytest.fixture(scope="module")
def keys():
    return ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])


def usage(*, ca):
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **USAGES)


def general_name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def by_library(subject, key, issuer, signer, begin, end, serial, hosts):
    builder = (
        x509.CertificateBuilder(name(issuer), name(subject), key, serial, begin, end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None if hosts else 0), critical=True)
        .add_extension(usage(ca=not hosts), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([general_name(each) for each in hosts])
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = (
            builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(names, critical=not subject)
            .add_extension(issued_by, critical=False)
        )
    return builder.sign(signer, hashes.SHA256())


@pytest.mark.parametrize(
    ("subject", "begin", "end", "hosts"),
    [
        ("a CA", BEGIN, END, ()),
        ("a CA", BEGIN, LATE, ()),
        ("shop.example", BEGIN, END, ("shop.example",)),
        ("*.shop.example", BEGIN, LATE, ("*.shop.example", "127.0.0.1", "::1", "localhost")),
        ("", BEGIN, END, (f"{'a' * 60}.{'b' * 60}.example",)),
        ("many.example", LATE, LATE, tuple(f"host-{number}.example" for number in range(400))),
    ],
)
def test_it_is_what_the_library_makes_of_the_same(keys, subject, begin, end, hosts):
    own, signer = keys
    key = own.public_key() if hosts else signer.public_key()

    made = x509.load_der_x509_certificate(certificate(subject, key, "an issuer", signer, begin, end, hosts=hosts))

    wanted = by_library(subject, key, "an issuer", signer, begin, end, made.serial_number, hosts)
    assert made.tbs_certificate_bytes == wanted.tbs_certificate_bytes
    assert made.signature_algorithm_oid == wanted.signature_algorithm_oid
    signer.public_key().verify(made.signature, made.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))


def test_a_host_that_is_not_ascii_has_no_certificate(keys):
    with pytest.raises(ValueError, match="ascii"):
        certificate(
            "a",
            keys[0].public_key(),
            "b",
            keys[1],
            BEGIN,
            END,
            hosts=("b\N{LATIN SMALL LETTER U WITH DIAERESIS}.example",),
        )


def test_keys_are_those_that_the_library_writes():
    for number in (*(ec.derive_private_key(each, ec.SECP256R1()) for each in (1, 2, 1 << 200)), None):
        key = number or ec.generate_private_key(ec.SECP256R1())
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert public_key(key.public_key()) == spki
        assert private_key(key) == key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        text = pem("PRIVATE KEY", private_key(key))
        assert text == key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        assert load_pem_private_key(text, None).private_numbers() == key.private_numbers()
