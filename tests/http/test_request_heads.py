"""Heads that the parser refuses although HTTP allows them."""

import pytest

from recproxy.http.request_heads import can_be_plain, head_size, plain_head


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"FOO / HTTP/1.1\r\n\r\n", (b"POST / HTTP/1.1\r\n\r\n", b"FOO")),
        (b"\r\nfoo / HTTP/1.1\r\n\r\n", (b"POST / HTTP/1.1\r\n\r\n", b"foo")),
        (b"GET /\xc3\xa4 HTTP/1.1\r\n\r\n", (b"POST /%C3%A4 HTTP/1.1\r\n\r\n", b"GET")),
        (
            b"GET http://me@b\xc3\xbccher.example:81/\xc3\xa4 HTTP/1.1\r\n\r\n",
            (b"POST http://me@xn--bcher-kva.example:81/%C3%A4 HTTP/1.1\r\n\r\n", b"GET"),
        ),
        (
            b"GET http://b\xc3\xbccher.example:x/ HTTP/1.1\r\n\r\n",
            (b"POST http://b%C3%BCcher.example:x/ HTTP/1.1\r\n\r\n", b"GET"),
        ),
        (b"GET /?u=http://\xfc/ HTTP/1.1\r\n\r\n", (b"POST /?u=http://%FC/ HTTP/1.1\r\n\r\n", b"GET")),
        (
            b"PUT / HTTP/1.1\r\nContent-Length: 2\r\nA: b\r\ncontent-length : 2\r\n\r\n",
            (b"POST / HTTP/1.1\r\nContent-Length: 2\r\nA: b\r\n\r\n", b"PUT"),
        ),
        (
            b"PUT / HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\n",
            (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", b"PUT"),
        ),
        (
            b"PUT / HTTP/1.1\r\nContent-Length: 2, 3\r\n\r\n",
            (b"POST / HTTP/1.1\r\nContent-Length: 2, 3\r\n\r\n", b"PUT"),
        ),
        (b"CONNECT a:1 HTTP/1.1\r\n\r\n", (b"CONNECT a:1 HTTP/1.1\r\n\r\n", b"")),
    ],
)
def test_a_head_is_written_as_the_parser_takes_it(head, wanted):
    assert plain_head(head) == wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"FROBNI", True),
        (b"FOO / HT", True),
        (b"FOO / HTTP/1.1\r\nA:", True),
        (b"FOO\r\n", False),
        (b"FOO / HTTP/3\r\n", False),
        (b"FOO / HTTP/1.1\n", False),
        (b"\x16\x03", False),
        (b"", False),
    ],
)
def test_what_cannot_become_a_request_is_not_waited_for(data, wanted):
    assert can_be_plain(data) is wanted


def test_the_end_of_a_head_is_its_empty_line():
    assert head_size(b"\r\n\r\nGET / HTTP/1.1\r\n\r\nbody") == len(b"\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    assert head_size(b"GET / HTTP/1.1\r\n") == -1


@pytest.mark.parametrize(("end", "empty"), [("\n", "\n"), ("\n", "\r\n"), ("\r\n", "\n")])
def test_the_lines_of_a_head_may_end_with_a_bare_line_feed(end, empty):
    head = f"\n\nFOO / HTTP/1.1{end}A: b{end}{empty}".encode()
    assert {head_size(head + b"body\n\n", searched) for searched in (0, *range(3, len(head)))} == {len(head)}


@pytest.mark.parametrize("searched", range(18))
def test_the_end_of_a_head_is_looked_for_in_what_is_new(searched):
    assert head_size(b"FOO / HTTP/1.1\r\n\r\n\r\n\r\n", searched) == 18
