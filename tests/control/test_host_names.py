from __future__ import annotations

import pytest

from recproxy.client.redirect import addresses
from recproxy.control.host_names import normal_host
from recproxy.matching.url import host_of_bytes


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("A.Example.", "a.example"),
        ("a..", "a."),
        ("m\u00fcnchen.DE", "xn--mnchen-3ya.de"),
        ("", ""),
        ("\u2603" * 70, "\u2603" * 70),
        ("::FFFF:127.0.0.1", "::ffff:127.0.0.1"),
    ],
)
def test_a_host_has_one_form_as_text_in_a_url_and_in_the_redirect(host, wanted):
    assert normal_host(host) == wanted
    assert host_of_bytes(host.encode()) == wanted.encode()
    assert addresses.normal_host(host) == wanted
