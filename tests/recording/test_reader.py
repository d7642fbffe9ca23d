from __future__ import annotations

import datetime as dt

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import Chunk, Interaction, Recording, Request, Response, dump, load

PLAIN = b"""\
#recproxy 2
# a comment

:scope test_send
POST https://api.twitter.com/2/tweets HTTP/1.1
Authorization: Bearer XXX
Content-Type: application/json

{"text": "hello", "nonce": "XXX"}
====
HTTP/1.1 201 Created
Content-Type: application/json

{"data": {"id": "1", "text": "hello"}}
=======
"""
REQUEST = b"GET https://example.com/ HTTP/1.1\n\n====\n"
RESPONSE = b"HTTP/1.1 200 OK\n\n=======\n"


def one(request=REQUEST, response=RESPONSE, lead=b"") -> Interaction:
    [interaction] = load(b"#recproxy 2\n\n" + lead + request + response).interactions
    return interaction


def refusal(text: bytes) -> str:
    with pytest.raises(RecordingError) as caught:
        load(text, path="a.rec")
    return caught.value.message


def request_with(*lines: bytes) -> bytes:
    return b"\n".join((b"POST https://example.com/ HTTP/1.1", *lines, b"====", b""))


def response_with(*lines: bytes, status=b"HTTP/1.1 200 OK") -> bytes:
    return b"\n".join((status, *lines, b"=======", b""))


def test_the_example_of_the_design_is_read():
    got = load(PLAIN, path="a.rec")

    assert got == Recording(
        comments=("a comment",),
        interactions=(
            Interaction(
                scope="test_send",
                request=Request(
                    method="POST",
                    url="https://api.twitter.com/2/tweets",
                    headers=((b"Authorization", b"Bearer XXX"), (b"Content-Type", b"application/json")),
                    body=b'{"text": "hello", "nonce": "XXX"}',
                ),
                response=Response(
                    status=201,
                    reason=b"Created",
                    headers=((b"Content-Type", b"application/json"),),
                    body=b'{"data": {"id": "1", "text": "hello"}}',
                ),
            ),
        ),
    )
    assert got.path == "a.rec"
    assert (got.interactions[0].line, got.interactions[0].response_line) == (5, 11)


def test_a_byte_order_mark_and_blanks_after_the_first_line_and_separators_change_nothing():
    text = b"\xef\xbb\xbf" + PLAIN.replace(b"#recproxy 2", b"#recproxy 2 ").replace(b"====\n", b"==== \t\n")

    assert load(text) == load(PLAIN)


def test_the_last_line_end_may_be_missing():
    assert load(PLAIN.removesuffix(b"\n")) == load(PLAIN)


def test_a_file_without_interactions_is_an_empty_recording():
    assert load(b"#recproxy 2") == Recording()


def test_comments_of_the_file_of_interactions_and_at_the_end_are_told_apart():
    text = b"#recproxy 2\n# file\n#\n\n# one\n:scope a\n#two\n" + REQUEST + RESPONSE + b"\n# end\n"
    got = load(text)

    assert got.comments == ("file", "")
    assert got.interactions[0].comments == ("one", "two")
    assert got.closing == ("end",)


def test_match_on_ends_the_comments_of_the_file():
    got = load(b"#recproxy 2\n# file\n\n# more\n:match_on method, uri\n# one\n" + REQUEST + RESPONSE)

    assert got.comments == ("file", "more")
    assert got.match_on == ("method", "uri")
    assert got.interactions[0].comments == ("one",)


def test_match_on_without_words_compares_nothing():
    assert load(b"#recproxy 2\n:match_on\n").match_on == ()


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        ((), b""),
        ((b"",), b""),
        ((b"", b""), b""),
        ((b"", b"", b""), b"\n"),
        ((b"", b"", b"", b""), b"\n\n"),
        ((b"", b"a"), b"a"),
        ((b"", b"a", b""), b"a\n"),
        ((b"", b"", b"a"), b"\na"),
        ((b"", b"===", b"a ===="), b"===\na ===="),
        ((b"", b"\\====", b"\\\\=====  ", b"\\"), b"====\n\\=====  \n\\"),
        ((b"", b"\\==== a", b"<<<<<<< HEAD"), b"\\==== a\n<<<<<<< HEAD"),
    ],
)
def test_one_line_end_before_a_separator_belongs_to_it(lines, body):
    assert one(request_with(*lines)).request.body == body
    assert one(response=response_with(*lines)).response.body == body


def test_content_length_of_a_response_is_made_again_in_its_place():
    response = response_with(b"A: 1", b"content-length: 99", b"B: 2", b"", b"hello")

    assert one(response=response).response.headers == ((b"A", b"1"), (b"content-length", b"5"), (b"B", b"2"))


def test_content_length_of_a_request_stays():
    request = request_with(b"Content-Length: XXX", b"", b"hello")

    assert one(request).request.headers == ((b"Content-Length", b"XXX"),)


@pytest.mark.parametrize(
    ("request_line", "status", "line"),
    [
        (b"HEAD https://example.com/ HTTP/1.1\n====\n", b"HTTP/1.1 200 OK", b"A: 1"),
        (REQUEST, b"HTTP/1.1 304 Not Modified", b"A: 1"),
        (REQUEST, b"HTTP/1.1 200 OK", b":encoding gzip"),
        (REQUEST, b"HTTP/1.1 200 OK", b":body omitted 99"),
    ],
)
def test_content_length_stays_where_it_is_not_the_length_of_what_is_stored(request_line, status, line):
    got = one(request_line, response_with(b"Content-Length: 99", line, status=status)).response

    assert got.headers[0] == (b"Content-Length", b"99")


def test_header_order_case_repeats_and_odd_bytes_stay():
    got = one(request_with(b"b: 1", b"A:2", b":header B base64 /w==", b"a: \t3 \t", b"e:"))

    assert got.request.headers == ((b"b", b"1"), (b"A", b"2"), (b"B", b"\xff"), (b"a", b"3"), (b"e", b""))


def test_directives_of_an_interaction_are_read():
    got = one(lead=b":scope tests/a.py::test_b[c d]\n:recorded 2026-01-31\n")

    assert got.scope == "tests/a.py::test_b[c d]"
    assert got.recorded == dt.date(2026, 1, 31)


def test_directives_of_a_response_are_read():
    lines = (
        b":framing close",
        b":delay 0.25",
        b":wild ZZZ",
        b":encoding gzip, br",
        b":chunks 3 4@0.5",
        b":chunks 5@2",
        b":trailer X-Sum: 1",
        b":trailer X-Odd base64 /w==",
    )
    got = one(response=response_with(*lines)).response

    assert got == Response(
        status=200,
        reason=b"OK",
        framing="close",
        delay=0.25,
        wild="ZZZ",
        encoding="gzip, br",
        chunks=(Chunk(size=3), Chunk(size=4, gap=0.5), Chunk(size=5, gap=2.0)),
        trailers=((b"X-Sum", b"1"), (b"X-Odd", b"\xff")),
    )


def test_a_first_line_in_latin_1_stands_for_its_bytes():
    request = "GET https://example.com/é HTTP/1.1\n:line latin-1\n====\n".encode()
    response = "HTTP/1.1 200 Bøh\n:line latin-1\n=======\n".encode()
    got = one(request, response)

    assert got.request.url == "https://example.com/\udce9"
    assert got.response.reason == b"B\xf8h"


def test_a_url_in_utf8_stands_for_its_bytes():
    got = one("GET https://example.com/é HTTP/1.1\n====\n".encode())

    assert got.request.url == "https://example.com/\udcc3\udca9"


@pytest.mark.parametrize(
    ("line", "version", "status", "reason"),
    [
        (b"HTTP/1.1 200", "HTTP/1.1", 200, b""),
        (b"HTTP/1.0 404 Not  Found ", "HTTP/1.0", 404, b"Not  Found "),
        (b"HTTP/2 200 ", "HTTP/2", 200, b""),
    ],
)
def test_status_lines(line, version, status, reason):
    got = one(response=response_with(status=line)).response

    assert (got.version, got.status, got.reason) == (version, status, reason)


def test_bodies_written_in_a_style_are_read():
    assert one(request_with(b":body base64", b"", b"/wAA", b"YQ==")).request.body == b"\xff\x00\x00a"
    assert one(request_with(b":body crlf", b"", b"a", b"\\====", b"")).request.body == b"a\r\n====\r\n"
    assert one(request_with(b":body json", b"", b"{", b'  "a" : [1,XXX]', b"}")).request.body == b'{"a":[1,XXX]}'
    assert one(request_with(b":body json spaced", b"", b'{"a":1}')).request.body == b'{"a": 1}'


def test_omitted_bodies_say_their_size():
    got = one(request_with(b":body omitted 20000000"), response_with(b":body omitted 0", b""))

    assert (got.request.omitted, got.request.body) == (20_000_000, b"")
    assert (got.response.omitted, got.response.body) == (0, b"")


def test_a_uniform_crlf_checkout_is_read_as_it_was_written():
    text = dump(load(PLAIN.replace(b"hello", b"hello\nworld")))

    assert load(text.replace(b"\n", b"\r\n")) == load(text)
    assert load(text.replace(b"\n", b"\r\n").removesuffix(b"\r\n")) == load(text)


H = b"#recproxy 2\n"
REFUSED = {
    "nothing": (b"", "a.rec:1: expected '#recproxy 2', found an empty file"),
    "another version": (b"#recproxy 3\n", "a.rec:1: expected '#recproxy 2', found '#recproxy 3'"),
    "a comment first": (b"# words\n", "a.rec:1: expected '#recproxy 2', found '# words'"),
    "a lone directive": (H + b":scope a\n", "a.rec:3: expected a request line, found the end of the file"),
    "conflict above": (H + b"<<<<<<< HEAD\n", "a.rec:2: expected a merged file, found the conflict marker"),
    "conflict below": (H + REQUEST + RESPONSE + b">>>>>>> b\n", "a.rec:8: expected a merged file"),
    "conflict in a head": (H + request_with(b"||||||| base"), "a.rec:3: expected a merged file"),
    "long conflict marker": (H + request_with(b"<" * 32), "a.rec:3: expected a merged file"),
    "conflict for a response": (H + REQUEST + b"<<<<<<< HEAD\n", "a.rec:5: expected a merged file"),
    "conflict's middle in a body": (
        H + REQUEST + b"HTTP/1.1 200 OK\n\na\n" + b"=" * 32 + b"\nb\n=======\n",
        "a.rec:8: expected '=======' at the end of the response of line 5, found '" + "=" * 32,
    ),
    "no version": (H + b"GET https://example.com/\n", "a.rec:2: expected a request line"),
    "no method": (H + b"https://example.com/ HTTP/1.1\n", "a.rec:2: expected a request line"),
    "two spaces": (H + b"GET  https://example.com/ HTTP/1.1\n", "a.rec:2: expected a request line"),
    "a path": (H + b"GET / HTTP/1.1\n", "a.rec:2: expected an absolute URL, found '/'"),
    "no host": (H + b"GET https:///a HTTP/1.1\n", "a.rec:2: expected an absolute URL"),
    "a control character": (
        H + b"GET https://a/\x01 HTTP/1.1\n",
        "a.rec:2: expected an absolute URL, found 'https://a/\\x01'",
    ),
    "no response": (H + REQUEST, "a.rec:5: expected a status line, found the end of the file"),
    "no status": (H + REQUEST + b"HTTP/1.1 OK\n", "a.rec:5: expected a status line, found 'HTTP/1.1 OK'"),
    "a directive before the status": (
        H + REQUEST + b":delay 0.08\n" + RESPONSE,
        "a.rec:5: expected a status line, found ':delay 0.08'; :delay stands below a status line: write HTTP/1.1 STATUS",
    ),
    "an unknown directive before the status": (
        H + REQUEST + b":dela 1\n" + RESPONSE,
        "a.rec:5: expected a status line, found ':dela 1'; write HTTP/1.1 STATUS",
    ),
    "no version of a status": (H + REQUEST + b"200 OK\n", "a.rec:5: expected a status line, found '200 OK'"),
    "blank before status": (H + REQUEST + b"\n" + RESPONSE, "a.rec:5: expected a status line, found a blank line"),
    "control in reason": (H + REQUEST + b"HTTP/1.1 200 \x07\n", "a.rec:5: expected a status line"),
    "no blank line": (H + request_with(b"a=b"), "a.rec:3: expected a header line or a blank line, found 'a=b'"),
    "a blank of spaces": (H + request_with(b"  "), "a.rec:3: expected a header line or a blank line, found '  '"),
    "a folded header": (H + request_with(b"A: b", b" c: d"), "a.rec:4: expected a header line or a blank line"),
    "space before colon": (H + request_with(b"A : b"), "a.rec:3: expected a header line or a blank line"),
    "comment in a head": (H + request_with(b"#A: b"), "a.rec:3: expected a header line, found '#A: b'"),
    "control in a value": (H + request_with(b"A: \x00"), "a.rec:3: expected a value without control characters"),
    "no ====": (
        H + b"GET https://a/ HTTP/1.1\n\n=======\n",
        "a.rec:4: expected '====' at the end of the request of line 2",
    ),
    "no end": (H + REQUEST + b"HTTP/1.1 200 OK\n\nabc\n", "a.rec:8: expected '=======', found the end of the file"),
    "no blank, no end": (H + REQUEST + b"HTTP/1.1 200 OK", "a.rec:5: expected '=======', found the end of the file"),
    "an end lost between": (
        H + REQUEST + b"HTTP/1.1 200 OK\n\nabc\n" + REQUEST + RESPONSE,
        "a.rec:10: expected '=======' at the end of the response of line 5, found '===='",
    ),
    "unescaped": (
        H + request_with(b"", b"a", b"====="),
        "a.rec:5: expected '====' at the end of the request of line 2",
    ),
    "unknown directive": (
        H + request_with(b":bodie base64"),
        "a.rec:3: expected a directive, found ':bodie base64'; known is :body",
    ),
    "nothing near": (
        H + b":qqqqqqqq\n",
        "a.rec:2: expected a directive, found ':qqqqqqqq'; known is :after, :body, :chunks",
    ),
    "twice": (H + request_with(b":wild AAA", b":wild BBB"), "a.rec:4: expected one :wild, found ':wild BBB'"),
    "scope in a head": (
        H + request_with(b":scope a"),
        "a.rec:3: expected no :scope here, found ':scope a'; it stands above a request line",
    ),
    "body above": (H + b":body base64\n", "a.rec:2: expected no :body here"),
    "delay of a request": (H + request_with(b":delay 1"), "a.rec:3: expected no :delay here"),
    "match_on late": (H + REQUEST + RESPONSE + b":match_on uri\n", "a.rec:8: expected no :match_on here"),
    "match_on twice": (H + b":match_on a\n:match_on b\n", "a.rec:3: expected one :match_on"),
    "bad base64": (H + request_with(b":body base64", b"", b"ab$="), "a.rec:5: expected lines of ':body base64'"),
    "bad JSON": (H + request_with(b":body json", b"", b"{", b'"a" 1}'), "a.rec:6: expected lines of ':body json'"),
    "lines of an omitted body": (
        H + request_with(b":body omitted 1", b"", b"a"),
        "a.rec:5: expected lines of ':body omitted 1'",
    ),
    "not latin-1": (
        H + "GET https://a/€ HTTP/1.1\n:line latin-1\n====\n".encode(),
        "a.rec:2: expected Latin-1, found '€'",
    ),
    "not UTF-8": (H + b"# a\n# \xe9\n", "a.rec:3: expected UTF-8, found byte 0xe9"),
    "mixed line ends": (H + b"# a\r\n", "a.rec:2: expected one kind of line end, found CR, LF and CRLF mixed"),
    "mixed the other way": (b"#recproxy 2\r\n\r\n# a\n", "a.rec:3: expected one kind of line end"),
    "a stray CR": (H + request_with(b"", b"a\rb"), "a.rec:4: expected one kind of line end"),
    "only a CR": (b"#recproxy 2\r", "a.rec:1: expected one kind of line end"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    text, message = REFUSED[name]
    got = refusal(text)

    assert got.startswith(message)
    assert "; " in got
    assert "\n" not in got


def test_a_refused_line_is_cut_short():
    assert len(refusal(b"#recproxy 2\n" + b"\x00" * 1000 + b"a" * 1000)) < 400


def test_a_recording_without_a_path_is_named_so():
    with pytest.raises(RecordingError, match=r"^recording:1: "):
        load(b"")
