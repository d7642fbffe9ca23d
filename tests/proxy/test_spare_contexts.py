"""Contexts of TLS with services, made before proxies are forked."""

import ssl

import pytest

from recproxy.proxy.spare_contexts import SpareContexts


@pytest.fixture
def made(monkeypatch):
    """The contexts for which the roots were read."""
    found = []
    original = ssl.create_default_context

    def create():
        found.append(original())
        return found[-1]

    monkeypatch.setattr(ssl, "create_default_context", create)
    return found


def test_the_roots_are_read_before_and_each_context_has_one_user(made):
    contexts = SpareContexts()
    contexts.prepare()
    contexts.prepare()
    assert len(made) == 1

    first, second = contexts.take(), contexts.take()

    assert [first, second] == made
    assert first is not second
    assert first.get_ca_certs() == second.get_ca_certs()
    assert first.verify_mode == ssl.CERT_REQUIRED
    assert first.check_hostname


def test_what_is_forgotten_is_made_anew(made):
    contexts = SpareContexts()
    contexts.prepare()
    contexts.forget()

    assert contexts.take() is made[1]
