"""TLS contexts from certificates that arrive in memory; no key on disk."""

import os
import ssl
import tempfile
from pathlib import Path

import pytest
from descriptors import open_descriptors

from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.proxy import tls
from recproxy.proxy.tls import Contexts

HOSTS = ("api.shop.example", "*.shop.example", "127.0.0.1")


@pytest.fixture(scope="module")
def authority():
    return CertificateAuthority()


@pytest.fixture
def contexts(authority):
    return Contexts({host: authority.issue(host) for host in HOSTS}, authority.key)


def greeted(authority, server, name):
    """The names of the certificate that a client which asks for `name` gets, and the protocol they agree on."""
    client = ssl.create_default_context(cadata=authority.certificate.decode())
    client.set_alpn_protocols(["h2", "http/1.1"])
    client.check_hostname = False
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    names = [value for _, value in ends[0].getpeercert()["subjectAltName"]]
    return names, ends[0].selected_alpn_protocol()


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("api.shop.example", "api.shop.example"),
        ("www.shop.example", "*.shop.example"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_host_gets_the_most_specific_certificate(authority, contexts, host, wanted):
    assert greeted(authority, contexts.get(host), host) == ([wanted], "h2")


def test_a_context_is_made_once_for_a_pattern(contexts):
    assert contexts.get("a.shop.example") is contexts.get("b.shop.example")
    assert contexts.get("api.shop.example") is contexts.get("api.shop.example")
    assert contexts.get("api.shop.example") is not contexts.get("a.shop.example")


def test_a_host_without_a_certificate_has_no_context(contexts):
    assert contexts.get("other.example") is None


def test_a_certificate_for_one_host_is_kept_for_it_alone(authority, contexts):
    context = contexts.get("other.example", authority.issue("other.example"))

    assert greeted(authority, context, "other.example")[0] == ["other.example"]
    assert contexts.get("other.example") is context
    assert contexts.get("another.example") is None


def test_a_client_gets_the_certificate_of_the_name_it_asks_for(authority, contexts):
    """It tunnelled to an address and then asks for a name."""
    context = contexts.get("127.0.0.1")

    assert greeted(authority, context, "www.shop.example")[0] == ["*.shop.example"]
    assert greeted(authority, context, "unknown.example")[0] == ["127.0.0.1"]
    assert greeted(authority, context, None)[0] == ["127.0.0.1"]


@pytest.mark.parametrize("memory", [True, False])
def test_no_key_is_left_in_a_file_or_a_descriptor(authority, tmp_path, monkeypatch, memory):
    if memory and not hasattr(os, "memfd_create"):
        pytest.skip("no memfd here")
    if not memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    paths = []
    real = tls._as_path

    def watched(data):
        made = real(data)
        paths.append(made)
        return made

    monkeypatch.setattr(tls, "_as_path", watched)
    before = open_descriptors()

    contexts = Contexts({"a.example": authority.issue("a.example")}, authority.key)

    assert greeted(authority, contexts.get("a.example"), "a.example")[0] == ["a.example"]
    assert len(paths) == 1
    assert open_descriptors() == before
    assert list(tmp_path.iterdir()) == []


def test_where_a_file_is_needed_only_its_owner_may_read_it(monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)

    with tls._as_path(b"the key") as path:
        assert Path(path).read_bytes() == b"the key"
        assert Path(path).stat().st_mode & 0o777 == 0o600

    assert not Path(path).exists()
