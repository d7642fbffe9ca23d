"""A live request as matching sees it."""

import gzip

import pytest

from recproxy.http import Head
from recproxy.proxy.route import Route, Target, live_request, own_service, target_of


def head(target=b"/a?b=1", host=b"shop.example", headers=()):
    return Head(b"POST", target, headers, host, http10=False, expects=False, keep_alive=True)


@pytest.mark.parametrize(
    ("route", "target", "wanted"),
    [
        (Route("https", "shop.example:443"), b"/a?b=1", "https://shop.example/a?b=1"),
        (Route("http"), b"http://other.example/a", "http://other.example/a"),
        (Route("http", any_host=("*.shop.example", "x.example")), b"/a", "http://shop.example/a"),
        (Route("http"), b"*", "http://shop.example/*"),
    ],
)
def test_its_url_is_absolute(route, target, wanted):
    assert live_request(route, head(target), b"").url == wanted


def test_all_of_it_is_literal_and_its_body_is_the_payload():
    coded = (b"Content-Encoding", b"gzip")

    request = live_request(Route("http"), head(headers=(coded,)), gzip.compress(b"hello"))

    assert (request.method, request.body, request.encoding, request.wild) == ("POST", b"hello", "gzip", None)


def test_a_body_that_is_not_what_it_says_is_left_as_it_is():
    request = live_request(Route("http"), head(headers=((b"Content-Encoding", b"gzip"),)), b"hello")

    assert (request.body, request.encoding) == (b"hello", None)


@pytest.mark.parametrize(
    ("hosts", "address", "wanted"),
    [
        (["127.0.0.1"], "http://127.0.0.1:8080", "http://127.0.0.1:8080/a?b=1"),
        (["localhost", "shop.example"], "http://127.0.0.1:8080", "http://localhost:8080/a?b=1"),
        (["*.shop.example", "shop.example"], "shop.example:8443", "https://shop.example:8443/a?b=1"),
        (["shop.example"], "http://shop.example", "http://shop.example/a?b=1"),
        (["shop.example"], "http://[::1]:8080", None),  # a stand-in, for tests and staging
        (["*.shop.example"], "http://shop.example:8080", None),
        (["shop.example"], "", None),
    ],
)
def test_a_base_url_leads_to_the_scheme_and_port_of_the_services_own_address(hosts, address, wanted):
    service = own_service(hosts, address)
    route = Route("http", any_host=tuple(hosts), service=service)
    request = live_request(route, head(b"/a?b=1", b"127.0.0.1:5000"), b"")

    assert (service and f"{service.scheme}://{service.authority}/a?b=1") == wanted
    if service is not None:
        assert (request.url, target_of(route, head(b"/a", b"127.0.0.1:5000"))) == (wanted, service)


@pytest.mark.parametrize(
    ("route", "target", "host", "wanted"),
    [
        (Route("https", "shop.example"), b"/a", b"shop.example", Target("https", "shop.example", 443)),
        (Route("https", "shop.example"), b"/a", b"", Target("https", "shop.example", 443)),
        (Route("https", "shop.example:8443"), b"/a", b"shop.example:8443", Target("https", "shop.example", 8443)),
        (Route("http"), b"http://shop.example:8080/a", b"x", Target("http", "shop.example", 8080)),
        (Route("http"), b"https://shop.example?a=1", b"x", Target("https", "shop.example", 443)),
        (Route("http"), b"/a?u=http://x/", b"shop.example", Target("http", "shop.example", 80)),
        (Route("http"), b"/a", b"[::1]:81", Target("http", "::1", 81)),
        (
            Route("http", any_host=("*.shop.example", "shop.example")),
            b"/a",
            b"127.0.0.1:5000",
            Target("https", "shop.example", 443),
        ),
    ],
)
def test_where_a_request_goes(route, target, host, wanted):
    assert target_of(route, head(target, host)) == wanted
