"""Authorities, host patterns and owners."""

import pytest

from recproxy.control.host_names import normal_host
from recproxy.http.hosts import Owners, authority_host, bracketed, fits, host_text, split_authority


@pytest.mark.parametrize(
    ("authority", "wanted"),
    [
        ("api.twitter.com", ("api.twitter.com", None)),
        ("API.Twitter.com.:443", ("api.twitter.com", 443)),
        ("[::1]:8080", ("::1", 8080)),
        ("[::1]", ("::1", None)),
        ("::1", ("::1", None)),
        ("user:secret@bit.ly:80", ("bit.ly", 80)),
        ("b\u00fccher.example", ("xn--bcher-kva.example", None)),
    ],
)
def test_an_authority_is_a_host_and_a_port(authority, wanted):
    assert split_authority(authority) == wanted


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_a_host_beyond_ascii_is_read_in_utf_8_or_else_in_latin_1(coding):
    assert authority_host(host_text("b\u00fccher.example:80".encode(coding))) == "xn--bcher-kva.example"


@pytest.mark.parametrize("authority", ["a:b", "a:0", "a:65536", "a:-1", "a:1\u0661"])
def test_a_bad_port_is_refused(authority):
    with pytest.raises(ValueError, match="port"):
        split_authority(authority)
    assert authority_host(authority) == ""


def test_a_host_that_idna_refuses_stays_as_it_is():
    assert normal_host("\u2603" * 70) == "\u2603" * 70


@pytest.mark.parametrize(
    ("pattern", "host", "wanted"),
    [
        ("*", "anything", True),
        ("*.twimg.com", "pbs.twimg.com", True),
        ("*.twimg.com", "a.b.twimg.com", False),
        ("*.twimg.com", "twimg.com", False),
        ("*.twimg.com", ".twimg.com", False),
        ("bit.ly", "bit.ly", True),
        ("bit.ly", "api.bit.ly", False),
    ],
)
def test_a_pattern_covers_one_label_as_tls_does(pattern, host, wanted):
    assert fits(pattern, host) is wanted


def test_the_most_specific_pattern_owns():
    owners = Owners({"*": "rest", "*.twitter.com": "some", "api.twitter.com": "api"})

    assert [owners.owner(host) for host in ("api.twitter.com", "x.twitter.com", "bit.ly")] == ["api", "some", "rest"]
    assert owners.pattern("x.twitter.com") == "*.twitter.com"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "db.localhost"])
def test_loopback_is_no_other_host(host):
    assert Owners({"*": "rest"}).owner(host) is None
    assert Owners({"*": "rest", host: "own"}).owner(host) == "own"


def test_a_host_nobody_owns_has_no_owner():
    assert Owners({"bit.ly": "bitly"}).owner("localhost") is None


def test_only_an_ipv6_address_gets_brackets():
    assert [bracketed(host) for host in ("::1", "a.example", "127.0.0.1")] == ["[::1]", "a.example", "127.0.0.1"]
