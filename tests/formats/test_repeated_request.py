"""What is given to a client to send a recorded request again."""

import gzip

from recproxy.formats.repeated_request import given_body, given_headers, without_body
from recproxy.recording import Request

URL = "https://a.example/"


def test_what_clients_make_by_themselves_is_left_out():
    headers = ((b"Host", b"a.example"), (b"X-A", b"1"), (b"content-LENGTH", b"2"), (b"Connection", b"close"))

    assert given_headers(Request(method="GET", url=URL, headers=headers)) == ((b"X-A", b"1"),)


def test_a_body_has_the_encoding_that_the_headers_name():
    assert gzip.decompress(given_body(Request(method="POST", url=URL, body=b"text", encoding="gzip"))) == b"text"
    assert given_body(Request(method="POST", url=URL, encoding="gzip")) == b""


def test_a_body_that_was_not_stored_is_a_comment():
    assert without_body(Request(method="POST", url=URL, omitted=2), "//") == [
        "// without its body of 2 bytes, which was not stored"
    ]
    assert without_body(Request(method="POST", url=URL), "#") == []
