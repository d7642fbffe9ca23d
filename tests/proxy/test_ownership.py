import pytest

from recproxy.http import Head
from recproxy.proxy.ownership import Begins, Ownership
from recproxy.proxy.route import Route


def ownership(route=None):
    return Ownership(route or Route("http"), lambda host: host == "shop.example")


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"GET http://shop.example/ HTTP/1.1\r\n", Begins.OURS),
        (b"GET http://other.example/ HTTP/1.1\r\n", Begins.FOREIGN),
        (b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n", Begins.FOREIGN),
        (b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n", Begins.FOREIGN),
        (b"GET / HT", Begins.UNKNOWN),
        (b"\x00", Begins.OURS),
    ],
)
def test_whose_a_request_is_by_its_first_bytes(data, wanted):
    assert ownership().begins(data) is wanted


@pytest.mark.parametrize(
    ("target", "host", "wanted"),
    [
        (b"/", b"shop.example", True),
        (b"/", b"shop.example:8080", True),
        (b"/", b"other.example", False),
        (b"/a/http://other.example/", b"shop.example", True),
        (b"http://other.example/", b"shop.example", False),
        (b"/", b"", True),
    ],
)
def test_whose_a_request_is_by_its_head(target, host, wanted):
    head = Head(b"GET", target, (), host, http10=False, expects=False, keep_alive=True)

    assert ownership().has(head) is wanted
    assert ownership(Route("http", any_host=("*",))).has(head)


def test_the_service_of_the_request_before_is_not_looked_up_again_and_another_one_is():
    asked = []
    whose = Ownership(Route("http"), lambda host: asked.append(host) or host == "shop.example")

    for path in (b"a", b"b"):
        assert whose.begins(b"GET http://shop.example/%s HTTP/1.1\r\n" % path) is Begins.OURS
        assert whose.has(Head(b"GET", b"http://shop.example/" + path, (), b"", False, False, True))

    assert asked == ["shop.example"]
    for other in (b"http://shop.example.evil/", b"http://shop.example:8080@other.example/", b"http://other.example/"):
        assert whose.begins(b"GET %s HTTP/1.1\r\n" % other) is Begins.FOREIGN
        assert not whose.has(Head(b"GET", other, (), b"", False, False, True))
    assert whose.begins(b"GET http://shop.example/c HTTP/1.1\r\n") is Begins.OURS


def test_only_a_connection_that_was_opened_for_no_host_roams():
    routes = (Route("http"), Route("https", "shop.example"), Route("http", any_host=("*",)))

    assert [ownership(route).roams for route in routes] == [True, False, False]
