from __future__ import annotations

from dataclasses import replace

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.field_values import HIDDEN
from recproxy.matching.rules import Names, Rules, compared_parts
from recproxy.matching.url import host_fits, host_of_bytes, read_authority, read_pairs, split_url

SAME = [
    ("https://a.com", "https://a.com/"),
    ("https://a.com/x", "http://a.com/x"),
    ("https://A.Com/x", "https://a.com/x"),
    ("https://a.com./x", "https://a.com/x"),
    ("https://a.com:443/x", "https://a.com/x"),
    ("http://a.com:80/x", "https://a.com/x"),
    ("https://user:pass@a.com/x", "https://a.com/x"),
    ("https://a.com/x#there", "https://a.com/x"),
    ("https://münchen.de/", "https://xn--mnchen-3ya.de/"),
    ("https://MÜNCHEN.de/", "https://XN--MNCHEN-3YA.de/"),
    ("https://a%2Ecom/x", "https://a.com/x"),
    ("https://[::1]:443/x", "https://[::1]/x"),
    ("https://[2001:DB8:0:0::7]/x", "https://[2001:db8::7]:443/x"),
    ("https://2001:db8::7/x", "https://[2001:0db8::0007]/x"),
    ("https://a.com/%7Euser", "https://a.com/~user"),
    ("https://a.com/%e9", "https://a.com/%E9"),
    ("https://a.com/é", "https://a.com/%C3%A9"),
    ("https://a.com/\udcff", "https://a.com/%FF"),
    ("https://a.com/a b", "https://a.com/a%20b"),
    ("https://a.com/%41%2d", "https://a.com/A-"),
    ("https://a.com/x?", "https://a.com/x"),
    ("https://a.com/x?&", "https://a.com/x"),
    ("https://a.com/x?a", "https://a.com/x?a="),
    ("https://a.com/x?a=1&b=2", "https://a.com/x?b=2&a=1"),
    ("https://a.com/x?a=1&&b=2&", "https://a.com/x?b=2&a=1"),
    ("https://a.com/x?a=1&b=2&a=3", "https://a.com/x?b=2&a=1&a=3"),
    ("https://a.com/x?q=a+b", "https://a.com/x?q=a%20b"),
    ("https://a.com/x?q=a%2fb", "https://a.com/x?q=a/b"),
    ("https://a.com/x?%71=1", "https://a.com/x?q=1"),
    ("https://a.com/x?q=100%", "https://a.com/x?q=100%25"),
    ("https://a.com/x?u=https://b.com/?c", "https://a.com/x?u=https%3A%2F%2Fb.com%2F%3Fc"),
]

DIFFERENT = [
    ("https://a.com/x", "https://a.com/x/", "path"),
    ("https://a.com/x", "https://a.com//x", "path"),
    ("https://a.com/x/../y", "https://a.com/y", "path"),
    ("https://a.com/a/b", "https://a.com/a%2Fb", "path"),
    ("https://a.com/a+b", "https://a.com/a%20b", "path segment 1"),
    ("https://a.com/a%3Ab", "https://a.com/a:b", "path segment 1"),
    ("https://a.com/X", "https://a.com/x", "path segment 1"),
    ("https://a.com/x", "https://b.com/x", "host"),
    ("https://a.com/x", "https://www.a.com/x", "host"),
    ("https://a.com:8443/x", "https://a.com/x", "port"),
    ("https://[2001:db8::7]:8443/x", "https://[2001:db8::7]/x", "port"),
    ("https://[2001:db8::7]/x", "https://[2001:db8::8]/x", "host"),
    ("http://a.com:443/x", "https://a.com/x", "port"),
    ("https://a.com/x?a=1&a=2", "https://a.com/x?a=2&a=1", "query a"),
    ("https://a.com/x?a=1", "https://a.com/x?A=1", "query a"),
    ("https://a.com/x?a=1", "https://a.com/x?a=1&a=1", "query a"),
    ("https://a.com/x?a=%2B", "https://a.com/x?a=+", "query a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_urls_that_say_the_same_match_either_way(one, other, recorded, live, index):
    for left, right in ((one, other), (other, one)):
        interaction = recorded("https://a.com/")
        interaction = replace(interaction, request=replace(interaction.request, url=left))
        request = replace(live("https://a.com/"), url=right)

        assert difference(interaction, request, Rules()) == ()
        assert index(interaction).find(request).tiers == ((0,),)


@pytest.mark.parametrize(("one", "other", "field"), DIFFERENT)
def test_urls_that_say_something_else_do_not_match(one, other, field, recorded, live, index):
    assert difference(recorded(one), live(other), Rules())[0].field == field
    assert index(recorded(one)).find(live(other)).tiers == ()
    assert index(recorded(other)).find(live(one)).tiers == ()


ALIASES = Rules(aliases=(("api.x.com", "api.twitter.com"),), default_query=(("alt", "json"),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.twitter.com/1", "https://API.x.com/1"),
        ("https://api.x.com/1", "https://api.x.com/1"),
        ("https://a.com/1?alt=json", "https://a.com/1"),
        ("https://a.com/1?b=2&a%6Ct=json", "https://a.com/1?b=2"),
    ],
)
def test_names_of_one_service_and_values_that_are_so_anyway_match(one, other, recorded, live, index):
    for left, right in ((one, other), (other, one)):
        assert difference(recorded(left), live(right), ALIASES) == ()
        assert index(recorded(left), rules=ALIASES).find(live(right)).tiers == ((0,),)


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ("https://api.x.com/1", "https://x.com/1", "host"),
        ("https://a.com/1?alt=media", "https://a.com/1", "query alt"),
        ("https://a.com/1?alt=media", "https://a.com/1?alt=json", "query alt"),
    ],
)
def test_other_hosts_and_other_values_do_not_match(one, other, field, recorded, live, index):
    assert difference(recorded(one), live(other), ALIASES)[0].field == field
    assert index(recorded(one), rules=ALIASES).find(live(other)).tiers == ()


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        ("*", b"any.where", True),
        ("*.a.com", b"x.a.com", True),
        ("*.a.com", b"a.com", False),
        ("*.a.com", b"x.y.a.com", False),
        ("*.a.com", b".a.com", False),
        ("A.com", b"a.com", True),
        ("a.com", b"b.com", False),
        ("*.münchen.de", b"x.xn--mnchen-3ya.de", True),
    ],
)
def test_host_patterns_cover_one_label(pattern, host, fits):
    assert host_fits(pattern, host) is fits


def test_a_host_that_has_no_ascii_form_is_left_as_it_is():
    assert host_of_bytes(b"\xff.De") == b"\xff.de"
    assert host_of_bytes(b"x" * 70 + "ü".encode()) == b"x" * 70 + "ü".encode()


def test_a_path_is_a_url_of_any_host():
    parts = split_url("/to?next=https://a.com/")

    assert parts == (b"", None, b"/to", b"next=https://a.com/")
    assert read_authority(parts, None, compared_parts(Rules())).host is None


def test_a_wild_scheme_is_no_scheme():
    assert read_authority(split_url("XXX://a.com/"), "XXX", compared_parts(Rules(match_on=("uri",)))).scheme == b""


def test_pairs_are_sorted_by_name_and_secret_ones_hidden():
    names = Names(ignored=frozenset({b"no"}), secret=frozenset({b"token"}))

    assert read_pairs(b"b=1&TOKEN=x&no=2&a", None, names) == (
        (b"TOKEN", b"a", b"b"),
        (HIDDEN, b"", b"1"),
        (),
        False,
    )
