"""Prepared responses: the form a client gets."""

import gzip

import pytest

from recproxy.recording import Chunk, Response
from recproxy.wire.responses import Prepared, accepts, plain_response


def form(response, *, head_only=False, http10=False, keep_alive=True, coded=True):
    return Prepared(response).form(head_only=head_only, http10=http10, keep_alive=keep_alive, coded=coded)


def response(*headers, body=b"hello", **values):
    return Response(**({"status": 200, "reason": b"OK", "headers": headers, "body": body} | values))


def test_the_length_is_made_again_in_its_place():
    data, close = form(response((b"A", b"1"), (b"content-length", b"99"), (b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")))

    assert data == b"HTTP/1.1 200 OK\r\nA: 1\r\ncontent-length: 5\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nhello"
    assert not close


def test_a_missing_length_is_added():
    assert form(response())[0] == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_hop_by_hop_headers_of_the_recorded_connection_go():
    data, _ = form(response((b"Connection", b"close"), (b"Keep-Alive", b"timeout=5"), (b"Content-Length", b"5")))

    assert data == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_a_head_keeps_the_length_of_what_is_not_sent():
    data, _ = form(response((b"Content-Length", b"1234"), body=b""), head_only=True)

    assert data == b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"


@pytest.mark.parametrize("status", [204, 304])
def test_no_body_goes_with_these(status):
    data, _ = form(response((b"ETag", b"x"), (b"Transfer-Encoding", b"chunked"), status=status, reason=b""))

    assert data == b"HTTP/1.1 %d \r\nETag: x\r\n\r\n" % status


def test_chunks_and_trailers_come_back():
    recorded = response(
        (b"Transfer-Encoding", b"chunked"), chunks=(Chunk(size=2), Chunk(size=3)), trailers=((b"X-Sum", b"1"),)
    )

    assert form(recorded)[0].endswith(b"\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n")


def test_http10_gets_no_chunks_but_the_end_of_the_connection():
    data, close = form(response((b"Transfer-Encoding", b"chunked")), http10=True)

    assert data == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"
    assert close


def test_a_body_that_the_connection_ended_ends_it_again():
    assert form(response(framing="close")) == (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", True)


def test_a_client_that_closes_is_told_so():
    assert form(response(), keep_alive=False) == (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        True,
    )


def test_http10_keep_alive_is_confirmed():
    data, close = form(response(), http10=True)

    assert b"Connection: keep-alive" in data
    assert not close


def test_a_coded_body_goes_coded_or_plain():
    recorded = response((b"Content-Encoding", b"gzip"), (b"Content-Length", b"1"), encoding="gzip")

    coded, _ = form(recorded)
    plain, _ = form(recorded, coded=False)

    head, _, body = coded.partition(b"\r\n\r\n")
    assert gzip.decompress(body) == b"hello"
    assert b"Content-Encoding: gzip\r\nContent-Length: %d" % len(body) in head
    assert plain == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        (None, False),
        (b"gzip, deflate", True),
        (b"GZIP;q=0.5", True),
        (b"x-gzip", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"*", True),
        (b"*;q=0", False),
        (b"gzip;q=0, *", False),
        (b"identity", False),
        (b"", False),
    ],
)
def test_which_clients_accept_gzip(accepted, wanted):
    assert accepts("gzip", accepted) is wanted


def test_our_own_responses_are_plain_and_uncached():
    data = plain_response(599, "Not Recorded", "é", close=True)

    assert data.endswith(b"Content-Length: 2\r\nConnection: close\r\n\r\n\xc3\xa9")
    assert b"no-store" in data
    assert plain_response(599, "x", "é", head_only=True).endswith(b"Content-Length: 2\r\n\r\n")
