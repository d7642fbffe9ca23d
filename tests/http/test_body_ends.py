"""Where a request may begin behind a body."""

import pytest

from recproxy.http.body_ends import body_framing, possible_ends

CHUNKED = (b"Transfer-Encoding", b"chunked")


@pytest.mark.parametrize(
    ("headers", "framing"),
    [
        (((b"Host", b"x"), (b"content-length", b"5")), (b"content-length", b"5")),
        (((b"Content-Length", b"0"),), None),
        ((CHUNKED,), CHUNKED),
        ((), None),
    ],
)
def test_the_header_that_frames_a_body(headers, framing):
    assert body_framing(headers) == framing


def test_a_length_says_where_the_body_ends():
    assert possible_ends(b"lofrob / HTTP/1.1\r\n\r\n", (b"Content-Length", b"5"), 3) == [2]


def test_chunks_may_end_before_a_request_line_and_before_the_last_line():
    data = b"5\r\na / b\r\n0\r\n\r\nfrob /a HTTP/1.1\r\nHost: x\r\nAcc"

    assert possible_ends(data, CHUNKED, 0) == [data.index(b"frob"), data.index(b"Acc")]


def test_chunks_without_a_line_end_nowhere():
    assert possible_ends(b"hello", CHUNKED, 0) == [0]
