"""What passed, put together as an interaction."""

import gzip
import hashlib
import zlib

import pytest

from recproxy.http import Head
from recproxy.proxy.capture import Captured, cut_short, end_to_end, may_be_left, request_of, response_of
from recproxy.recording import Chunk, Request, Response


def head(*headers, method=b"POST"):
    return Head(method, b"/a", headers, b"a.example", http10=False, expects=False, keep_alive=True)


def captured(*pieces, headers=(), most=100, **values):
    made = Captured(200, b"OK", headers, 0.12345, most)
    for number, piece in enumerate(pieces):
        made.add(piece, number / 8)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def test_a_request_is_recorded_as_it_was_sent_all_of_it_literal():
    got = request_of(head((b"Host", b"a.example"), (b"X-A", b"XXX")), "https://a.example/a", b"XXX", ((b"T", b"1"),))

    assert got == Request(
        method="POST",
        url="https://a.example/a",
        headers=((b"Host", b"a.example"), (b"X-A", b"XXX")),
        body=b"XXX",
        trailers=((b"T", b"1"),),
        wild=None,
    )


@pytest.mark.parametrize(
    "name",
    ["Connection", "keep-alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Upgrade", "Expect"],
)
def test_what_is_about_one_connection_is_not_recorded(name):
    line = (name.encode(), b"x")

    assert request_of(head(line, (b"A", b"b")), "https://a.example/a", b"", ()).headers == ((b"A", b"b"),)


@pytest.mark.parametrize("coding", [b"gzip", b"GZIP", b" gzip "])
def test_coded_bodies_are_recorded_readable(coding):
    line = (b"Content-Encoding", coding)
    body = gzip.compress(b"readable")

    request = request_of(head(line), "https://a.example/a", body, ())
    response = response_of(captured(body[:5], body[5:], headers=(line,)))

    assert (request.body, request.encoding, request.headers) == (b"readable", "gzip", (line,))
    assert (response.body, response.encoding, response.headers) == (b"readable", "gzip", (line,))


STORED = gzip.compress(b"readable", mtime=5)


@pytest.mark.parametrize(
    "line",
    [
        (b"ETag", b'"%s"' % hashlib.md5(STORED).hexdigest().encode()),
        (b"Content-MD5", b"x"),
        (b"Content-Digest", b"sha-256=:x:"),
        (b"Repr-Digest", b"sha-256=:x:"),
        (b"x-amz-checksum-crc32", b"x"),
        (b"x-goog-hash", b"crc32c=x"),
    ],
)
def test_coded_bytes_that_a_checksum_covers_are_kept(line):
    response = response_of(captured(STORED, headers=((b"Content-Encoding", b"gzip"), line)))

    assert (response.body, response.encoding) == (STORED, None)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(b"read", mtime=0) + gzip.compress(b"able", mtime=0)),
        (b"x-gzip", gzip.compress(b"read", mtime=0) + gzip.compress(b"able", mtime=0)),
        (b"deflate", zlib.compress(b"readable", wbits=-15)),
    ],
)
def test_coded_bytes_that_clients_read_differently_are_kept(coding, body):
    """httpx reads one member of gzip, requests all; Java's Inflater refuses what node takes."""
    response = response_of(captured(body, headers=((b"Content-Encoding", coding),)))

    assert (response.body, response.encoding) == (body, None)


@pytest.mark.parametrize(("coding", "encode"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
@pytest.mark.parametrize("payload", [b"", b"readable"])
def test_coded_bytes_of_the_usual_form_are_stored_readable(coding, encode, payload):
    response = response_of(captured(encode(payload), headers=((b"Content-Encoding", coding),)))

    assert (response.body, response.encoding) == (payload, coding.decode())


def test_an_etag_that_is_no_checksum_covers_nothing():
    response = response_of(captured(STORED, headers=((b"Content-Encoding", b"gzip"), (b"ETag", b'"v1"'))))

    assert (response.body, response.encoding) == (b"readable", "gzip")


@pytest.mark.parametrize(
    ("coding", "body"), [(b"gzip", b"not gzip"), (b"unknown", b"x"), (b"identity", b"x"), (b"gzip", b"")]
)
def test_what_cannot_be_decoded_is_recorded_as_it_came(coding, body):
    response = response_of(captured(body, headers=((b"Content-Encoding", coding),)))

    assert (response.body, response.encoding) == (body, None)


def test_a_response_has_no_pace_and_its_end_is_told():
    got = response_of(captured(b"he", b"llo", closed=True, trailers=((b"T", b"1"),)))

    assert got == Response(
        status=200, reason=b"OK", body=b"hello", framing="close", trailers=((b"T", b"1"),), wild=None
    )


def test_a_stream_keeps_its_pieces_and_their_pace():
    got = response_of(captured(b"a", b"bc", headers=((b"Content-Type", b"text/event-stream"),)))

    assert (got.delay, got.chunks) == (0.123, (Chunk(size=1, gap=0.0), Chunk(size=2, gap=0.125)))


def test_a_body_that_is_too_large_is_counted_and_not_kept():
    got = response_of(captured(b"12345", b"6", b"7", most=5))

    assert (got.body, got.omitted, got.chunks) == (b"", 7, ())
    assert response_of(captured(b"12345", most=5)).omitted is None


def test_the_pieces_of_a_stream_are_its_chunks_however_they_were_read():
    captured = Captured(200, b"OK", ((b"Content-Type", b"text/event-stream"),), 0.1, 100)
    captured.add(b"da", 0.5, begins=False)  # the first always begins
    captured.add(b"ta", 0.2, begins=False)
    captured.add(b"more", 1.0)

    assert [(chunk.size, chunk.gap) for chunk in response_of(captured).chunks] == [(4, 0.5), (4, 1.0)]


def test_what_connection_names_stays_on_the_connection_but_for_what_frames_the_message():
    headers = (
        (b"Connection", b"close, X-One, Content-Length"),
        (b"X-One", b"1"),
        (b"Content-Length", b"0"),
        (b"A", b"b"),
    )

    assert end_to_end(headers) == ((b"Content-Length", b"0"), (b"A", b"b"))


JSON = ((b"Content-Type", b"application/json"),)


@pytest.mark.parametrize(
    ("pieces", "headers", "values", "wanted"),
    [
        ((b'{"a":1}\r\n', b"\r\n", b"[2]\n3\n"), JSON, {}, True),
        ((b'{"a":1}\r\n', b'{"a"'), JSON, {}, False),
        ((b'{"a":\n', b"1}\n"), JSON, {}, False),
        ((b"1\n",), JSON, {"announced": 3}, False),
        ((), JSON, {}, False),
        ((b"1\n",), ((b"Content-Type", b"text/plain"),), {}, False),
        ((b"1\n",), (), {}, False),
        ((b"x",), ((b"Content-Type", b"text/event-stream"),), {}, True),
        ((b"x",), ((b"Content-Type", b"text/plain"),), {"declared": True}, True),
    ],
)
def test_a_stream_that_says_it_is_json_is_known_by_its_lines(pieces, headers, values, wanted):
    assert may_be_left(captured(*pieces, headers=headers, **values)) is wanted


def test_a_line_that_nests_too_deep_to_be_read_is_taken_for_no_stream():
    assert not may_be_left(captured(b"[" * 100_000 + b"\n", headers=JSON, most=1_000_000))


def test_a_stream_that_was_left_keeps_its_pace():
    got = response_of(captured(b"1\n", b"2\n", headers=JSON, was_left=True))

    assert [chunk.size for chunk in got.chunks] == [2, 2]


@pytest.mark.parametrize(("path", "word"), [("/a", "XXX"), ("/XXX", "ZZZ"), ("/%58XX", "ZZZ")])
def test_a_request_that_was_cut_short_has_a_body_that_any_fits(path, word):
    request = Request(method="POST", url=f"https://a.example{path}", body=b"half", encoding="gzip", wild=None)

    short = cut_short(request)

    assert (short.body, short.encoding, short.wild) == (word.encode(), None, word)


def test_a_response_in_very_many_pieces_is_kept_in_few(monkeypatch):
    monkeypatch.setattr("recproxy.proxy.capture._MOST_PIECES", 3)
    got = captured(b"a", b"b", b"c", b"d", b"e", headers=((b"Content-Type", b"text/event-stream"),))

    response = response_of(got)

    assert (len(got.body), response.body) == (3, b"abcde")
    assert [each.size for each in response.chunks] == [1, 1, 3]
