from __future__ import annotations

import pytest

from recproxy.matching.edit import with_wild

PARTS = (
    b"--cut\nContent-Disposition: form-data; name=a\n\n1\n"
    b'--cut\nContent-Disposition: form-data; name="b"; filename="f"\nX: y\nContent-Type: a/b\n\n2\n--cut--\n'
)


@pytest.mark.parametrize(
    ("url", "field", "wild"),
    [
        ("https://a.com/x/y?q=1", "path segment 2", "https://a.com/x/XXX?q=1"),
        ("/x/y?q=1", "path segment 1", "/XXX/y?q=1"),
        ("https://a.com/x", "path segment 2", None),
        ("https://a.com/x", "path", None),
        ("https://a.com/x?q=1&r=2&q=3#f", "query q", "https://a.com/x?q=XXX&r=2&q=XXX#f"),
        ("https://a.com/x?a%20b=1", "query a b", "https://a.com/x?a%20b=XXX"),
        ("https://a.com/x?q=XXX", "query q", None),
        ("https://a.com/x", "host", None),
        ("https://a.com/x", "method", None),
    ],
)
def test_a_place_in_the_url_is_made_wild(url, field, wild, recorded):
    edited = with_wild(recorded(url).request, field)

    assert (edited.url if edited is not None else None) == wild


@pytest.mark.parametrize(
    ("body", "field", "wild"),
    [
        (b"a=1&b=2", "form b", b"a=1&b=XXX"),
        (b'{"a": {"b/c": [1, 2]}}', "json /a/b~1c/1", b'{"a": {"b/c": [1, "XXX"]}}'),
        (b"[1]", "json", None),
        (b'{"a": 1}', "json /b", None),
        (b'{"a": [1]}', "json /a/1", None),
        (b'{"a": [[1]]}', "json /a/1/0", None),
        (b'{"a": [{"b": 1}]}', "json /a/0/b", b'{"a": [{"b": "XXX"}]}'),
        (b'{"a": 1}', "json /a/b/c", None),
        (b"{a}", "json /a", None),
        (b"text", "body", None),
        (b"text", "body other", None),
        (PARTS, "multipart part a", PARTS.replace(b"\n1\n", b"\nXXX\n")),
        (PARTS, "multipart part b", PARTS.replace(b"\n2\n", b"\nXXX\n")),
        (PARTS, "multipart part b filename", PARTS.replace(b'"f"', b'"XXX"')),
        (PARTS, "multipart part b content-type", PARTS.replace(b"a/b", b"XXX")),
        (PARTS, "multipart part c", None),
        (PARTS, "multipart part", None),
    ],
)
def test_a_place_in_the_body_is_made_wild(body, field, wild, recorded):
    edited = with_wild(recorded("POST https://a.com/", body).request, field)

    assert (edited.body if edited is not None else None) == wild


def test_all_values_of_a_header_are_made_wild_by_the_block_s_own_word(recorded):
    edited = with_wild(recorded("https://a.com/", X_A="1", x_a="2", wild="ZZZ").request, "header X-A")

    assert edited.headers == ((b"X-A", b"ZZZ"), (b"x-a", b"ZZZ"))


def test_a_request_without_a_wild_word_gets_one(recorded):
    edited = with_wild(recorded("https://a.com/?q=1", wild=None).request, "query q")

    assert (edited.url, edited.wild) == ("https://a.com/?q=XXX", "XXX")


@pytest.mark.parametrize(
    ("body", "live", "wild"),
    [
        (b"order 17 of today", b"order 18 of today", b"order XXX of today"),
        (b"the id: ab-12", b"the id: cd-34", b"the id: XXX"),
        (b"text", b"next", None),
        (b"one two three four", b"one two three four five", b"one two three XXX"),
        (b"x" * 65 + b" and others", b"y" * 65 + b" and others", None),
    ],
)
def test_the_part_of_a_text_that_differs_is_made_wild(body, live, wild, recorded):
    request, other = (recorded("POST https://a.com/", text).request for text in (body, live))
    edited = with_wild(request, "body", live=other)

    assert (edited and edited.body) == wild
