import pytest

from recproxy.http import Head, RequestReader
from recproxy.http.h2c import h2c_offer

OFFER = (
    (b"Host", b"a"),
    (b"Connection", b"Upgrade, HTTP2-Settings"),
    (b"Upgrade", b"h2c"),
    (b"HTTP2-Settings", b"AAMAAABk"),
)


def head(*headers, http10=False):
    return Head(b"GET", b"/a", headers, b"a", http10=http10, expects=False, keep_alive=False)


def test_an_offer_is_the_request_of_the_first_stream_and_settings():
    request, settings = h2c_offer(head(*OFFER, (b"A", b"b")))

    assert (request.headers, request.keep_alive, settings) == (((b"Host", b"a"), (b"A", b"b")), True, b"AAMAAABk")


@pytest.mark.parametrize(
    "asked",
    [
        head(*OFFER[:3]),
        head(*OFFER, OFFER[3]),
        head(*OFFER[:2], (b"Upgrade", b"h2"), OFFER[3]),
        head(*OFFER, (b"Content-Length", b"3")),
        head(*OFFER, (b"Transfer-Encoding", b"chunked")),
        head(*OFFER, http10=True),
    ],
    ids=["no settings", "settings twice", "another protocol", "a body", "a chunked body", "HTTP/1.0"],
)
def test_what_is_no_offer_is_answered_over_http_1(asked):
    assert h2c_offer(asked) is None


@pytest.mark.parametrize(("takes", "told"), [(True, []), (False, [b"/a"])])
def test_a_reader_asks_before_it_tells(takes, told):
    class Sink:
        heads = []

        def head_received(self, head):
            self.heads.append(head.target)

        def request_ended(self, trailers):
            pass

    Sink.heads = []
    reader = RequestReader(Sink())
    reader.offered = lambda head: takes
    reader.feed(b"GET /a HTTP/1.1\r\n" + b"".join(b"%s: %s\r\n" % line for line in OFFER) + b"\r\nrest")

    assert Sink.heads == told
    assert reader.rest == (b"rest" if takes else b"")
