"""Messages as they go over the wire, and what a simpler format leaves unsaid."""

import gzip

import pytest

from recproxy.formats import writing
from recproxy.recording import Interaction, Request, Response, decode


def interaction(request=(), response=()):
    asked = {"method": "GET", "url": "http://a.example/", "wild": None} | dict(request)
    answer = {"status": 200, "reason": b"OK", "wild": None} | dict(response)
    return Interaction(request=Request(**asked), response=Response(**answer))


CODED = interaction(
    response={
        "headers": ((b"Content-Encoding", b"gzip"), (b"Content-Length", b"1"), (b"Transfer-Encoding", b"chunked")),
        "body": b"text",
        "encoding": "gzip",
    }
)


def test_a_coded_body_is_coded_with_its_length():
    got = writing.sendable(CODED, coded=True)

    assert gzip.decompress(got.body) == b"text"
    assert got.headers == ((b"Content-Encoding", b"gzip"), (b"Content-Length", b"%d" % len(got.body)))


def test_or_decoded_with_or_without_the_name_of_its_coding():
    assert writing.sendable(CODED, coded=False).headers == ((b"Content-Length", b"4"),)
    assert writing.sendable(CODED, coded=False, renamed=False).headers == (
        (b"Content-Encoding", b"gzip"),
        (b"Content-Length", b"4"),
    )


def test_a_requests_body_is_as_it_was_sent():
    asked = Request(method="POST", url="http://a.example/", body=b"text", encoding="gzip")

    assert decode(writing.plain_request(asked).body, "gzip") == b"text"
    assert writing.plain_request(CODED.request) is CODED.request


@pytest.mark.parametrize(
    ("request_", "response", "match_on", "text"),
    [
        ({"omitted": 5}, {}, (), "a body that was too large to store"),
        ({"url": "http://a.example/XXX", "wild": "XXX"}, {}, (), "XXX in the URL, which stood for anything"),
        ({"body": b"XXX", "wild": "XXX"}, {}, ("body",), "XXX in the body, which stood for anything"),
        ({}, {"body": b"XXX[a]", "wild": "XXX"}, (), "XXX[...] in the response, which repeated a value of the request"),
        ({}, {"trailers": ((b"X", b"1"),)}, (), "header lines behind the body"),
        ({}, {"fault": "reset after 5"}, (), "the fault 'reset after 5'"),
        ({}, {"headers": ((b"X", b"\xff"),)}, (), "bytes in a header that are not UTF-8"),
        ({"url": "https://a.example/\udcff"}, {}, (), "bytes in the URL that are not UTF-8"),
    ],
)
def test_what_is_left_unsaid_is_noted(request_, response, match_on, text):
    got = list(writing.unsaid(interaction(request_, response), "here", match_on))

    assert [(note.kind, note.where, note.text) for note in got] == [("lost", "here", text)]


def test_nothing_is_noted_of_what_is_not_compared():
    wild = interaction({"body": b"XXX", "wild": "XXX"}, {"body": b"XXX", "wild": "XXX"})

    assert list(writing.unsaid(wild, "here", ("method", "uri"))) == []
