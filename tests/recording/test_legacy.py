from __future__ import annotations

import pathlib

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import dump, load

SAMPLE = (pathlib.Path(__file__).parent / "data" / "test_send.rec").read_bytes()


def refusal(text: bytes) -> str:
    with pytest.raises(RecordingError) as caught:
        load(text, path="a.rec")
    return caught.value.message


def test_the_recording_of_2011_is_read():
    got = load(SAMPLE, path="test_send.rec")
    [interaction] = got.interactions
    request, response = interaction.request, interaction.response

    assert (got.format, got.path) == (1, "test_send.rec")
    assert (request.method, request.url, request.version) == ("POST", "/statuses/update.json", "HTTP/1.1")
    assert request.headers[2] == (b"Content-Length", b"XXX")
    assert request.headers[5] == (b"User-Agent", b"Python-urllib/2.6")
    assert request.body.startswith(b"oauth_consumer_key=XXX&")
    assert request.body.endswith(b"&oauth_signature=XXX")
    assert request.wild == "XXX"
    assert (response.status, response.reason, response.version) == (200, b"OK", "HTTP/1.1")
    assert response.headers == ((b"Content-Type", b"application/json; charset=UTF-8"), (b"Content-Length", b"11"))
    assert response.body == b'{"id": 123}'
    assert (interaction.line, interaction.response_line) == (1, 11)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\r\n", b"\n"),
        lambda text: text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        lambda text: text.removesuffix(b"\n"),
        lambda text: text.removesuffix(b"=======\n"),
        lambda text: text.removesuffix(b"\n=======\n"),
        lambda text: text.replace(b"200 OK", b"HTTP/1.1 200 OK"),
        lambda text: text.replace(b".json HTTP/1.1", b".json"),
        lambda text: text.replace(b"Content-Length: 11", b"Content-Length: XXX"),
        lambda text: text.replace(b"====\n", b"====  \n"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: b"\r\n" + text + b"\n\n",
    ],
)
def test_its_variants_are_the_same_recording(change):
    assert load(change(SAMPLE)) == load(SAMPLE)


def test_a_file_may_hold_several_and_blank_lines_between():
    got = load(SAMPLE + b"\n" + SAMPLE + b"\r\n" + SAMPLE.removesuffix(b"=======\n"))

    assert got.interactions == load(SAMPLE).interactions * 3
    assert [each.line for each in got.interactions] == [1, 18, 35]


def test_an_absolute_url_makes_it_writable_as_format_2():
    got = load(SAMPLE.replace(b"POST ", b"POST https://twitter.com"))
    text = dump(got)

    assert text.startswith(b"#recproxy 2\n\nPOST https://twitter.com/statuses/update.json HTTP/1.1\n")
    assert load(text).interactions == got.interactions


def test_a_path_is_not_writable_as_format_2():
    with pytest.raises(ValueError, match="not an absolute URL"):
        dump(load(SAMPLE))


def test_bodies_are_the_bytes_between():
    text = b"POST / HTTP/1.0\n\n=====\n\\====\r\n\xff\r\n====\n404\n\n\n====\nb\n\n=======\n"
    [interaction] = load(text).interactions

    assert interaction.request.body == b"=====\n\\====\r\n\xff\r"
    assert interaction.request.version == "HTTP/1.0"
    assert interaction.response.body == b"\n====\nb\n"
    assert (interaction.response.status, interaction.response.reason) == (404, b"")


def test_heads_may_end_at_the_separator_or_the_end_of_the_file():
    [first, second] = load(b"GET /a\n====\n204\n=======\nGET /b\nA: b\r\n====\n200 OK\nC: d").interactions

    assert first.response.status == 204
    assert second.request.headers == ((b"A", b"b"),)
    assert second.response.headers == ((b"C", b"d"),)


def test_values_may_hold_any_bytes():
    [interaction] = load(b"GET /\xe9\nA: \xe9\n====\n200 \xe9\n").interactions

    assert interaction.request.url == "/\udce9"
    assert interaction.request.headers == ((b"A", b"\xe9"),)
    assert interaction.response.reason == b"\xe9"


def test_one_line_end_at_the_end_of_the_file_is_not_of_the_body():
    def body(tail):
        return load(b"GET /\n\n====\n200 OK\n\nabc" + tail).interactions[0].response.body

    assert [body(tail) for tail in (b"", b"\n", b"\r\n", b"\n\n", b"\r")] == [
        b"abc",
        b"abc",
        b"abc",
        b"abc\n",
        b"abc\r",
    ]


REFUSED = {
    "words": (b"hello\n", "a.rec:1: expected a request line, found 'hello'"),
    "another target": (b"CONNECT a:443 HTTP/1.1\n", "a.rec:1: expected a request line"),
    "conflict": (b"<<<<<<< HEAD\nGET /\n", "a.rec:1: expected a merged file"),
    "conflict in a head": (b"GET /\n>>>>>>> a\n", "a.rec:2: expected a merged file"),
    "conflict for a response": (b"GET /\n====\n||||||| a\n", "a.rec:3: expected a merged file"),
    "no separator": (b"GET /\n\nabc\n", "a.rec:4: expected '====', found the end of the file"),
    "the wrong separator": (b"GET /\n\nabc\n=======\n", "a.rec:4: expected '====', found '======='"),
    "no response": (b"GET /\n\n====\n", "a.rec:4: expected a status line, found the end of the file"),
    "a bad status": (b"GET /\n\n====\nOK\n", "a.rec:4: expected a status line, found 'OK'"),
    "no blank line": (b"GET /\nabc\n", "a.rec:2: expected a header line or a blank line, found 'abc'"),
    "a CR in a value": (b"GET /\nA: b\rc\n", "a.rec:2: expected a header line or a blank line"),
    "an end lost between": (
        b"GET /\n\n====\n200 OK\n\nabc\nGET /\n\n====\n200 OK\n\nabc\n=======\n",
        "a.rec:9: expected '=======', found '===='",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    text, message = REFUSED[name]
    got = refusal(text)

    assert got.startswith(message)
    assert "; " in got
