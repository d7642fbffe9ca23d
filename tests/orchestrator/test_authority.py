"""The run's CA: certificates that the strictest clients take, over real handshakes."""

import base64
import hashlib
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from recproxy.orchestrator.authority import CertificateAuthority

LONG = f"{'a' * 60}.{'b' * 60}.example"


@pytest.fixture(scope="module")
def authority():
    return CertificateAuthority()


def shake_hands(authority, chain, host, tmp_path):
    """The certificate that a client which trusts the CA, strictly, gets for a host."""
    path = tmp_path / "leaf.pem"
    path.write_bytes(authority.key + chain)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=authority.certificate.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname=host), server.wrap_bio(up, down, server_side=True)]
    waiting = list(ends)
    for _ in range(10):
        for end in tuple(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
        if not waiting:
            return ends[0].getpeercert()
    raise AssertionError("the handshake did not end")


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("api.shop.example", "api.shop.example"),
        ("*.shop.example", "any.shop.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        (LONG, LONG),
    ],
)
def test_a_strict_client_takes_a_leaf(authority, tmp_path, name, host):
    assert shake_hands(authority, authority.issue(name), host, tmp_path)["notAfter"]


@pytest.mark.parametrize("host", ["shop.example", "a.b.shop.example", "shop.example.evil"])
def test_a_wildcard_covers_one_label(authority, tmp_path, host):
    with pytest.raises(ssl.SSLCertVerificationError, match="ostname mismatch"):
        shake_hands(authority, authority.issue("*.shop.example"), host, tmp_path)


def test_a_leaf_of_another_run_is_refused(authority, tmp_path):
    other = CertificateAuthority()
    other.certificate = authority.certificate  # whom the client trusts

    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(other, other.issue("a.example"), "a.example", tmp_path)


def test_the_ca_signs_certificates_and_nothing_below_it_may(authority):
    own = x509.load_pem_x509_certificate(authority.certificate)
    leaf = x509.load_pem_x509_certificate(authority.issue("a.example"))

    constraints = [each.extensions.get_extension_for_class(x509.BasicConstraints) for each in (own, leaf)]
    usages = [each.extensions.get_extension_for_class(x509.KeyUsage) for each in (own, leaf)]
    assert [(each.critical, each.value.ca, each.value.path_length) for each in constraints] == [
        (True, True, 0),
        (True, False, None),
    ]
    assert [(each.critical, each.value.key_cert_sign) for each in usages] == [(True, True), (True, False)]


def test_key_identifiers_join_leaf_and_ca(authority):
    own = x509.load_pem_x509_certificate(authority.certificate)
    leaf = x509.load_pem_x509_certificate(authority.issue("a.example"))

    of_issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert of_issuer == own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.key_identifier
    leaf.verify_directly_issued_by(own)


def test_a_long_host_stands_in_the_alternative_name_alone_which_is_then_critical(authority):
    short, long = (x509.load_pem_x509_certificate(authority.issue(host)) for host in ("a.example", LONG))

    names = [each.extensions.get_extension_for_class(x509.SubjectAlternativeName) for each in (short, long)]
    assert [each.value.get_values_for_type(x509.DNSName) for each in names] == [["a.example"], [LONG]]
    assert [(each.critical, len(list(cert.subject))) for each, cert in zip(names, (short, long), strict=True)] == [
        (False, 1),
        (True, 0),
    ]


def test_an_address_is_an_address_and_no_name(authority):
    leaf = x509.load_pem_x509_certificate(authority.issue("127.0.0.1"))

    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]


def test_every_certificate_has_a_number_of_its_own_and_a_short_life(authority):
    leaves = [x509.load_pem_x509_certificate(authority.issue("a.example")) for _ in range(3)]

    assert len({leaf.serial_number for leaf in leaves}) == 3
    assert {(leaf.not_valid_after_utc - leaf.not_valid_before_utc).days for leaf in leaves} == {31}
    assert not any(b"PRIVATE" in part for part in (authority.certificate, authority.issue("a.example")))


def test_the_hash_is_that_of_the_key_of_every_leaf(authority):
    leaf = x509.load_pem_x509_certificate(authority.issue("api.shop.example"))
    public = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    assert base64.b64decode(authority.key_hash) == hashlib.sha256(public).digest()
