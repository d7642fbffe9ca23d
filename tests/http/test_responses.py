"""Prepared responses: the form a client gets."""

import gzip

import pytest

from recproxy.http.responses import NOT_RECORDED, Prepared, error_response
from recproxy.recording import Chunk, Response


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


def test_the_response_to_head_agrees_with_a_decoded_body():
    recorded = response((b"Content-Encoding", b"gzip"), (b"Content-Length", b"30"), (b"ETag", b"1"))

    assert form(recorded, head_only=True, coded=False)[0] == b"HTTP/1.1 200 OK\r\nETag: 1\r\n\r\n"
    assert b"Content-Encoding: gzip\r\nContent-Length: 30\r\n" in form(recorded, head_only=True)[0]


def test_an_answer_of_our_own_is_plain_uncached_and_says_whose_it_is():
    head = (
        b"Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: 13\r\n"
        b"Connection: close\r\n\r\n"
    )

    assert error_response(502, "é") == b"HTTP/1.1 502 Bad Gateway\r\n" + head + b"recproxy: \xc3\xa9\n"
    assert error_response(NOT_RECORDED, "recproxy: é\n", reason="No") == (
        b"HTTP/1.1 599 No\r\n" + head + b"recproxy: \xc3\xa9\n"
    )
    assert error_response(400, "é", head_only=True) == b"HTTP/1.1 400 Bad Request\r\n" + head
    assert error_response(NOT_RECORDED, "é", close=False).endswith(b": 13\r\n\r\nrecproxy: \xc3\xa9\n")


STREAM = ((b"Content-Type", b"text/event-stream"), (b"Transfer-Encoding", b"chunked"))


def paced(response, *, head_only=False, http10=False, keep_alive=True, coded=True):
    """The pieces behind the head, joined with it they are the form; and whether the connection ends."""
    made = Prepared(response)
    ways = {"head_only": head_only, "http10": http10, "keep_alive": keep_alive, "coded": coded}
    ((delay, head), *pieces), close = made.paced(**ways)
    assert (head + b"".join(data for _, data in pieces), close) == made.form(**ways)
    assert head.endswith(b"\r\n\r\n")
    return [(delay, b""), *pieces], close


def test_a_paced_response_comes_in_its_pieces_with_its_gaps():
    recorded = response(
        *STREAM, delay=0.5, chunks=(Chunk(size=2, gap=0.25), Chunk(size=3, gap=1.0)), trailers=((b"X-Sum", b"1"),)
    )

    assert paced(recorded) == (
        [(0.5, b""), (0.25, b"2\r\nhe\r\n"), (1.0, b"3\r\nllo\r\n"), (0.0, b"0\r\nX-Sum: 1\r\n\r\n")],
        False,
    )


def test_a_paced_response_without_chunks_of_its_own_is_cut_all_the_same():
    pieces = (Chunk(size=2, gap=0.25), Chunk(size=3, gap=1.0))

    closing = paced(response(framing="close", chunks=pieces))
    old = paced(response(*STREAM, chunks=pieces), http10=True)
    measured = paced(response((b"Content-Length", b"5"), chunks=pieces), keep_alive=False)

    assert closing == old == measured == ([(0.0, b""), (0.25, b"he"), (1.0, b"llo")], True)


@pytest.mark.parametrize("sizes", [(), (2, 2)])
def test_pieces_that_do_not_fit_the_body_come_as_one_after_all_of_the_time(sizes):
    recorded = response((b"Content-Length", b"5"), delay=0.5, chunks=tuple(Chunk(size=size, gap=1.0) for size in sizes))

    assert paced(recorded) == ([(0.5, b""), (1.0 * len(sizes), b"hello")], False)


def test_a_coded_body_comes_as_one_piece():
    recorded = response((b"Content-Encoding", b"gzip"), *STREAM, encoding="gzip", chunks=(Chunk(size=5, gap=1.0),))

    (_, (gap, data)), _ = paced(recorded)

    assert gap == 1.0
    assert data.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("ways", [{"head_only": True}, {}])
def test_a_paced_response_without_a_body_is_its_head(ways):
    status = 200 if ways else 204

    assert paced(response(*STREAM, body=b"", status=status, delay=0.5), **ways)[0] == [(0.5, b"")]


@pytest.mark.parametrize(("ways", "kept"), [({}, True), ({"http10": True}, False), ({"head_only": True}, True)])
def test_trailers_are_announced_where_they_follow(ways, kept):
    data, _ = form(response((b"Trailer", b"X-Sum"), (b"Transfer-Encoding", b"chunked")), **ways)

    assert (b"Trailer: X-Sum\r\n" in data) is kept


def test_half_a_surrogate_pair_is_escaped_in_an_error():
    shown = error_response(599, "got \x1b[2J", reason="No \u202ea")
    assert (b"599 No \\u202ea\r\n" in shown, shown.endswith(b"got \\x1b[2J\n")) == (True, True)
    assert error_response(599, "got \ud800").endswith(b"recproxy: got \\ud800\n")
