"""What was worked out for a request is found for an equal one, and for no other."""

import pytest

from recproxy.http import Head
from recproxy.play.candidates import Candidates
from recproxy.proxy.known_requests import KnownRequest, KnownRequests
from recproxy.proxy.route import Route
from recproxy.recording import Request

BASE, TUNNEL = Route("http", None, ("api.shop.example",), 8000), Route("https", "api.shop.example:443")


def head(target=b"/a", headers=((b"Host", b"api.shop.example"),)):
    return Head(b"GET", target, headers, b"api.shop.example", False, False, True, False)


def known(*, stateful=False):
    return KnownRequest(Candidates((), stateful), Request(method="GET", url="http://api.shop.example/a"))


def test_an_equal_request_is_known_on_any_connection_that_came_the_same_way():
    requests, first = KnownRequests(), known()
    requests.keep(BASE, head(), b"x", first)

    equal = Route("http", None, ("api.shop.example",), 8000)
    assert [requests.get(route, head(), b"x") for route in (BASE, TUNNEL, equal, TUNNEL)] == [first, None, first, None]
    assert requests.get(BASE, head(b"/b"), b"x") is requests.get(BASE, head(), b"y") is None
    assert requests.get(BASE, head(headers=()), b"x") is None


def test_each_way_keeps_what_came_by_it():
    requests, first, second = KnownRequests(), known(), known()
    requests.keep(BASE, head(), b"", first)
    requests.keep(TUNNEL, head(), b"", second)

    assert [requests.get(route, head(), b"") for route in (BASE, TUNNEL)] == [first, second]


@pytest.mark.parametrize(("stateful", "body"), [(True, b""), (False, b"x" * 4097)], ids=["stateful", "large"])
def test_what_an_equal_request_may_not_have_and_a_large_body_are_not_kept(stateful, body):
    requests = KnownRequests()
    requests.keep(BASE, head(), body, known(stateful=stateful))

    assert requests.get(BASE, head(), body) is None


def test_not_more_are_kept_than_there_is_room_for():
    requests, one = KnownRequests(), known()
    for number in range(5000):
        requests.keep(BASE if number % 2 else TUNNEL, head(b"/%d" % number), b"", one)

    found = [requests.get(BASE if number % 2 else TUNNEL, head(b"/%d" % number), b"") for number in range(5000)]
    assert found == [one] * 4096 + [None] * 904
