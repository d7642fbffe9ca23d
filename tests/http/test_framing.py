import pytest

from recproxy.http import ResponseFraming

LENGTH = ((b"Content-Length", b"2"),)
CHUNKED = ((b"Transfer-Encoding", b"chunked"),)


@pytest.mark.parametrize(
    ("status", "headers", "client", "wanted"),
    [
        (200, LENGTH, {}, b"Content-Length: 2\r\n"),
        (200, (*LENGTH, *LENGTH), {}, b"Content-Length: 2\r\n"),
        (200, (), {}, b"Connection: close\r\n"),
        (200, (), {"size": 3}, b"Content-Length: 3\r\n"),
        (200, LENGTH, {"size": 3}, b"Content-Length: 3\r\n"),
        (200, LENGTH, {"size": 2, "ends_with_connection": True}, b"Connection: close\r\n"),
        (200, CHUNKED, {}, b"Transfer-Encoding: chunked\r\n"),
        (200, (*CHUNKED, *LENGTH), {}, b"Transfer-Encoding: chunked\r\n"),
        (200, CHUNKED, {"http10": True}, b"Connection: close\r\n"),
        (200, LENGTH, {"http10": True}, b"Content-Length: 2\r\nConnection: keep-alive\r\n"),
        (200, LENGTH, {"head_only": True}, b"Content-Length: 2\r\n"),
        (200, (), {"head_only": True}, b""),
        (304, LENGTH, {}, b"Content-Length: 2\r\n"),
        (204, CHUNKED, {}, b""),
        (200, ((b"Upgrade", b"h2c"), *LENGTH, (b"TE", b"x"), (b"a", b"b")), {}, b"Content-Length: 2\r\na: b\r\n"),
    ],
)
def test_a_response_is_framed_for_its_client(status, headers, client, wanted):
    framing = ResponseFraming(status, headers, **({"head_only": False, "http10": False} | client))

    assert framing.head(b"X", keep_alive=True) == b"HTTP/1.1 %d X\r\n%s\r\n" % (status, wanted)


def test_a_client_that_asks_for_the_end_is_told_of_it():
    framing = ResponseFraming(200, LENGTH, head_only=False, http10=False)

    assert framing.head(b"", keep_alive=False) == b"HTTP/1.1 200 \r\nContent-Length: 2\r\nConnection: close\r\n\r\n"


def test_a_body_is_complete_with_its_last_byte_or_its_last_chunk():
    by_length = ResponseFraming(200, LENGTH, head_only=False, http10=False)
    by_chunks = ResponseFraming(200, CHUNKED, head_only=False, http10=False)

    assert [by_length.is_complete(size) for size in (1, 2)] == [False, True]
    assert not by_chunks.is_complete(2)
    assert (by_chunks.piece(b"ok"), by_chunks.end(((b"a", b"b"),))) == (b"2\r\nok\r\n", b"0\r\na: b\r\n\r\n")
    assert (by_length.piece(b"ok"), by_length.end(())) == (b"ok", b"")
