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
    "words",
    ["base64", "crlf", "json", "json spaced", "json ascii newline", "json newline ascii-upper spaced", "omitted 0"],
)
def test_styles(words):
    assert read_style(tuple(words.split())) == tuple(words.split())


@pytest.mark.parametrize(
    "words",
    [
        "",
        "base32",
        "base64 crlf",
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
