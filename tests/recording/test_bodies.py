from __future__ import annotations

import pytest

from recproxy.recording.bodies import read_style, take_text, write_body


@pytest.mark.parametrize(
    ("body", "style", "text"),
    [
        (b"", (), b""),
        (b"a=b&c=XXX", (), b"a=b&c=XXX"),
        (b"a\tb\n", (), b"a\tb\n"),
        ("\u00e9t\u00e9 \u6771".encode(), (), "\u00e9t\u00e9 \u6771".encode()),
        (b"====", (), b"\\===="),
        (b"a\n====  \n\\\\=====\n=== \nb ====", (), b"a\n\\====  \n\\\\\\=====\n=== \nb ===="),
        (b"a\r\n====\r\n", ("crlf",), b"a\n\\====\n"),
        (b"a\r\nb\n", ("base64",), b"YQ0KYgo="),
        (b"a\rb", ("base64",), b"YQ1i"),
        (b"a\r\n\xff", ("base64",), b"YQ0K/w=="),
        (b"a\r\n\x00", ("base64",), b"YQ0KAA=="),
        (b"\x00", ("base64",), b"AA=="),
        (b"\x1b[0m", ("base64",), b"G1swbQ=="),
        (b"\x7f", ("base64",), b"fw=="),
        ("\x85".encode(), ("base64",), b"woU="),
        (b"\xc3", ("base64",), b"ww=="),
        (bytes(60), ("base64",), b"A" * 76 + b"\n" + b"A" * 4),
        (b"--x\r\n\r\na\r\n--x--", ("crlf",), b"--x\n\na\n--x--"),
        (
            (
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n====\r\n'
                b"--x\r\nA: b\r\nC: d\r\n\r\n\x89\x00\r\n--x\r\n\r\nb\r\nc\r\n--x\r\n\r\n\r\n--x--\r\n"
            ),
            ("parts",),
            (
                b'--x\nContent-Disposition: form-data; name="a"\n\n\\====\n'
                b"--x\nA: b\nC: d\n:body base64\n\niQA=\n--x\n:body crlf\n\nb\nc\n--x\n\n\n--x--\n"
            ),
        ),
        (
            b"--x\r\nB: y\r\n\r\n--y\r\n\r\n\xff\r\n--y\r\n\r\n[" + b'"====",' * 20 + b"1]\r\n--y--\r\n\r\n--x--",
            ("parts",),
            b"--x\nB: y\n:body parts\n\n--y\n:body base64\n\n/w==\n--y\n:body json\n\n[\n"
            + b'  "====",\n' * 20
            + b"  1\n]\n--y--\n\n--x--",
        ),
        (b"--x\r\n:body: b\r\n\r\n\x00\r\n--x--", ("base64",), b"LS14DQo6Ym9keTogYg0KDQoADQotLXgtLQ=="),
        (
            b"--x\r\n\r\n\n--x\n\na\r\n--x\r\n\r\n\x00\r\n--x--",
            ("base64",),
            b"LS14DQoNCgotLXgKCmENCi0teA0KDQoADQotLXgtLQ==",
        ),
        (b"--x\r\n\r\n\x00", ("base64",), b"LS14DQoNCgA="),
        (b"[" + b'"====",' * 20 + b"1]", ("json",), b"[\n" + b'  "====",\n' * 20 + b"  1\n]"),
    ],
)
def test_the_first_form_that_gives_the_exact_bytes_is_written(body, style, text):
    assert write_body(body) == (style, text)
    assert take_text(text, style, "XXX") == body


def test_a_hand_written_body_without_a_style_is_sent_as_it_stands():
    assert take_text(b'{ "a" : 1 }', (), "XXX") == b'{ "a" : 1 }'


def test_base64_may_be_broken_anywhere():
    assert take_text(b" YQ\n==\t\n", ("base64",), "XXX") == b"a"


@pytest.mark.parametrize("text", [b"a", b"YQ", b"YQ==YQ==", b"Y$==", b"=", b"YQ=\xc3\xa9"])
def test_what_is_no_base64_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        take_text(text, ("base64",), "XXX")


def test_an_omitted_body_has_no_lines():
    assert take_text(b"\n", ("omitted", "5"), "XXX") == b""
    with pytest.raises(ValueError, match="has no lines"):
        take_text(b"a", ("omitted", "5"), "XXX")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (b"x", "begin with the line of a boundary", 1),
        (b"--x\na", "end with the line --x--", 2),
        (b"--x\n\na\n--x--\n\n", "end with the line --x--", 6),
        (b"--x\n\na\n--x\nA: b\n--x--", "leave a blank line", 4),
        (b"--x\nA: b\n:body base32\n\na\n--x--", "say base64", 3),
        (b"--x\n:encoding gzip\n\na\n--x--", "a part takes one directive", 2),
        (b"--x\n:body omitted 5\n\na\n--x--", "a part takes one directive", 2),
        (b"--x\n:body crlf\n:body crlf\n\na\n--x--", "a part takes one directive", 3),
        (b"--x\n\na\n--x\nA: b\n:body base64\n\nYWJj\n$\n--x--", "only base64 data", 8),
        (b"--x\n:body parts\n\n--y\n\nb\n--y\n:body json\n\n{\n?\n--y--\n--x--", "expecting property name", 11),
    ],
)
def test_parts_that_cannot_be_read_say_the_line(text, message, line):
    with pytest.raises(ValueError, match=message) as caught:
        take_text(text, ("parts",), "XXX")
    assert caught.value.args[1] == line


def test_a_wildcard_may_stand_in_a_part():
    text = b'--x\n:body json\n\n{\n  "a": XXX\n}\n--x\n:body base64\n\n/w==\n--x--'

    assert take_text(text, ("parts",), "XXX") == b'--x\r\n\r\n{"a":XXX}\r\n--x\r\n\r\n\xff\r\n--x--'


@pytest.mark.parametrize(
    "words",
    [
        "base64",
        "crlf",
        "parts",
        "json",
        "json spaced",
        "json ascii newline",
        "json newline ascii-upper spaced",
        "omitted 0",
    ],
)
def test_styles(words):
    assert read_style(tuple(words.split())) == tuple(words.split())


@pytest.mark.parametrize(
    "words",
    [
        "",
        "base32",
        "base64 crlf",
        "parts base64",
        "json pretty",
        "json ascii ascii",
        "json ascii ascii-upper",
        "omitted",
        "omitted x",
        "omitted 1 2",
        "omitted 1234567890123456789",
        "omitted \u0661",
    ],
)
def test_what_is_no_style_is_refused(words):
    with pytest.raises(ValueError, match=r"say base64|take one of"):
        read_style(tuple(words.split()))
