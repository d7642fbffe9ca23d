from __future__ import annotations

import pytest

from recproxy.recording import Response, with_length

STALE = ((b"A", b"1"), (b"Content-Length", b"9"), (b"content-LENGTH", b"8"))


def test_each_content_length_becomes_the_length_of_the_body_in_its_place():
    got = with_length(Response(status=200, headers=STALE, body=b"abc"), "GET")

    assert got == Response(
        status=200, headers=((b"A", b"1"), (b"Content-Length", b"3"), (b"content-LENGTH", b"3")), body=b"abc"
    )


@pytest.mark.parametrize(
    ("method", "response"),
    [
        ("HEAD", Response(status=200, headers=STALE)),
        ("GET", Response(status=304, headers=STALE)),
        ("GET", Response(status=200, headers=STALE, omitted=9)),
        ("GET", Response(status=200, headers=STALE, encoding="gzip")),
        ("GET", Response(status=200, headers=((b"Content-Length", b"3"),), body=b"abc")),
        ("GET", Response(status=200, headers=((b"A", b"1"),), body=b"abc")),
    ],
)
def test_it_stays_where_it_says_another_thing_or_is_right(method, response):
    assert with_length(response, method) is response
