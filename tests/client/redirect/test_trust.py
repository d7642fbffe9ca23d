"""What ssl trusts while the redirect is installed in this process."""

from __future__ import annotations

import ssl

import certifi
import pytest
import trustme

from recproxy.client.redirect.trust import read_ca


def trusts(context, ca):
    wanted = ssl.PEM_cert_to_DER_cert(ca.cert_pem.bytes().decode())
    return wanted in context.get_ca_certs(binary_form=True)


def pinned(cafile):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile)
    return context


def by_paths():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context


@pytest.mark.parametrize(
    "make",
    [
        ssl.create_default_context,
        lambda: ssl.create_default_context(cafile=certifi.where()),
        lambda: pinned(certifi.where()),
        by_paths,
    ],
)
def test_a_context_trusts_the_run_ca_whatever_it_loads(installed, ca, make):
    assert trusts(make(), ca)


def test_a_pinned_context_keeps_what_it_pinned_and_gets_one_more(installed, ca, tmp_path):
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")

    context = pinned(tmp_path / "other.pem")

    assert trusts(context, other)
    assert len(context.get_ca_certs()) == 2


@pytest.mark.parametrize("verify", [ssl.CERT_REQUIRED, ssl.CERT_NONE])
def test_a_context_that_was_made_before_trusts_it_when_it_is_used(gateway, ca, verify, request):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = verify
    before = trusts(context, ca)

    request.getfixturevalue("installed")
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())

    assert (before, trusts(context, ca)) == (False, verify == ssl.CERT_REQUIRED)


def test_a_context_gets_the_run_ca_once_however_often_it_loads_and_is_used(ca, monkeypatch, request):
    loaded = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context, *args, **kwargs):
        loaded.append("cadata" in kwargs)
        return load(context, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    request.getfixturevalue("installed")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    context.load_verify_locations(certifi.where())
    context.load_verify_locations(certifi.where())
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())

    assert loaded == [False, True, False]
    assert trusts(context, ca)


@pytest.mark.parametrize("text", ["{ca}", "{other}\n{ca}"])
def test_a_context_that_has_loaded_the_run_ca_by_itself_is_not_given_it_again(ca, tmp_path, monkeypatch, request, text):
    loaded = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context, *args, **kwargs):
        loaded.append("cadata" in kwargs)
        return load(context, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    request.getfixturevalue("installed")
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(text.format(ca=ca.cert_pem.bytes().decode(), other=trustme.CA().cert_pem.bytes().decode()))

    context = pinned(bundle)
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())

    assert loaded == [False]
    assert trusts(context, ca)


class TrustOfTheSystem(ssl.SSLContext):
    """As truststore has it: it takes the place of ssl's own, and says nothing of what it trusts."""

    def cert_store_stats(self):
        raise NotImplementedError

    def get_ca_certs(self, binary_form=False):
        raise NotImplementedError


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_class_in_the_place_of_the_context_that_does_not_tell_its_trust_is_given_the_run_ca(
    gateway, ca, monkeypatch, request, first
):
    own = ssl.SSLContext
    if not first:
        request.getfixturevalue("installed")
    monkeypatch.setattr(ssl, "SSLContext", TrustOfTheSystem)
    if first:
        request.getfixturevalue("installed")
    contexts = [own(ssl.PROTOCOL_TLS_CLIENT), TrustOfTheSystem(ssl.PROTOCOL_TLS_CLIENT)]

    for context in contexts:
        context.load_verify_locations(certifi.where())

    monkeypatch.undo()
    wanted = ssl.PEM_cert_to_DER_cert(ca.cert_pem.bytes().decode())
    assert wanted in own.get_ca_certs(contexts[1], binary_form=True)
    assert first or wanted in contexts[0].get_ca_certs(binary_form=True)


def test_a_ca_with_more_than_one_certificate_is_loaded_whole(gateway, installed, ca, tmp_path):
    other = trustme.CA()
    both = tmp_path / "both.pem"
    both.write_bytes(ca.cert_pem.bytes() + other.cert_pem.bytes())
    installed.install(gateway.routes(), str(both))

    ca.cert_pem.write_to_path(tmp_path / "one.pem")
    context = pinned(tmp_path / "one.pem")

    assert trusts(context, ca) and trusts(context, other)


def test_a_context_of_one_run_trusts_the_ca_of_the_next(gateway, installed, ca, tmp_path):
    context = ssl.create_default_context(cafile=certifi.where())
    other = trustme.CA()
    other.cert_pem.write_to_path(tmp_path / "other.pem")

    installed.install(gateway.routes(), str(tmp_path / "other.pem"))
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())

    assert trusts(context, ca) and trusts(context, other)


def test_a_server_s_context_is_left_alone(installed, ca):
    assert not trusts(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certifi.where()), ca)


def test_a_bundle_that_does_not_exist_is_the_same_error(installed, tmp_path):
    with pytest.raises(FileNotFoundError):
        pinned(tmp_path / "absent.pem")


def test_without_a_ca_nothing_is_added(gateway, installed, ca):
    installed.install(gateway.routes(), None)

    assert not trusts(ssl.create_default_context(), ca)


def test_no_ca_is_an_empty_text():
    assert read_ca(None) == read_ca("") == ""
