"""pycurl while the redirect is installed: proxied by variables, and trusting the run's bundle."""

from __future__ import annotations

import certifi
import pytest

from recproxy.client import redirect
from recproxy.client.redirect import curl
from recproxy.client.redirect.patches import Patches


class Handle:
    """Enough of a pycurl.Curl to see what is set on it."""

    def __init__(self):
        self.options = {}

    def setopt(self, option, value):
        self.options[option] = value

    def reset(self):
        self.options.clear()


@pytest.fixture
def patched(monkeypatch):
    """A patched module in pycurl's shape."""
    from types import ModuleType

    module = ModuleType("pycurl")
    module.CAINFO, module.URL, module.Curl = 10065, 10002, Handle
    patches = Patches()
    monkeypatch.setenv("CURL_CA_BUNDLE", "/run/bundle.pem")
    curl.patch_pycurl(module, patches)
    return module


def test_a_handle_verifies_with_the_run_bundle_from_the_start_and_after_a_reset(patched):
    handle = patched.Curl()
    handle.setopt(patched.URL, "https://api.example.test/")
    assert handle.options == {patched.CAINFO: "/run/bundle.pem", patched.URL: "https://api.example.test/"}

    handle.reset()

    assert handle.options == {patched.CAINFO: "/run/bundle.pem"}
    assert isinstance(handle, Handle)


def test_a_bundle_of_the_program_gives_way(patched):
    handle = patched.Curl()

    handle.setopt(patched.CAINFO, certifi.where())

    assert handle.options == {patched.CAINFO: "/run/bundle.pem"}


def test_without_a_bundle_a_handle_is_as_ever(patched, monkeypatch):
    monkeypatch.delenv("CURL_CA_BUNDLE")
    handle = patched.Curl()
    assert handle.options == {}

    handle.setopt(patched.CAINFO, certifi.where())

    assert handle.options == {patched.CAINFO: certifi.where()}


def test_the_real_one_trusts_the_gateway(gateway, ca_file, monkeypatch):
    pycurl = pytest.importorskip("pycurl")
    from io import BytesIO

    monkeypatch.setenv("CURL_CA_BUNDLE", ca_file)
    original = pycurl.Curl
    redirect.install(gateway.routes(), ca_file)
    try:
        body, handle = BytesIO(), pycurl.Curl()
        handle.setopt(pycurl.URL, "https://api.example.test/path")
        handle.setopt(pycurl.CONNECT_TO, [f"::127.0.0.1:{gateway.port}"])
        handle.setopt(pycurl.NOPROXY, "*")
        handle.setopt(pycurl.WRITEDATA, body)
        handle.perform()
        handle.close()
    finally:
        redirect.uninstall()

    assert b'"sni": "api.example.test"' in body.getvalue()
    assert pycurl.Curl is original
