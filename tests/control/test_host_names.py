from __future__ import annotations

import pytest

from recproxy.client.redirect import addresses
from recproxy.control.host_names import is_loopback, normal_host
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


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("127.0.0.1", True),
        ("127.77.0.9", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:7f00:1", True),
        ("::ffff:0.0.0.0", True),
        ("::1", True),
        ("0:0:0:0:0:0:0:1", True),
        ("::1%lo", True),
        ("::", True),
        ("0.0.0.0", True),
        ("localhost", True),
        ("shop.localhost", True),
        ("", True),
        ("128.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::2", False),
        ("fe80::1%eth0", False),
        ("a:b", False),
        ("127.1", True),
        ("127.1.2.3.4", False),
        ("127.0.0.256", False),
        ("127..0.1", False),
        ("127.example", False),
        ("localhost.example", False),
        ("notlocalhost", False),
    ],
)
def test_loopback_means_one_thing_here_and_in_the_redirect(host, wanted):
    assert is_loopback(host) is wanted
    assert addresses._is_loopback(host) is wanted
