from __future__ import annotations

import pytest

from recproxy.recording.grammar import clean, from_base64, header_line, is_plain, is_utf8


@pytest.mark.parametrize("data", [b"", b"abc\t\n", "é 東 😀 \u00a0".encode()])
def test_clean_text(data):
    assert clean(data)


@pytest.mark.parametrize("data", [b"\x00", b"\r", b"\x1f", b"\x7f", b"\xff", b"\xc3", "\x80".encode(), "\x9f".encode()])
def test_text_that_is_not_clean(data):
    assert not clean(data)


def test_utf8():
    assert is_utf8("é".encode())
    assert not is_utf8(b"\xe9")


@pytest.mark.parametrize("value", [b"", b"a", b"a\tb", "é".encode(), b":", b"# a"])
def test_plain_values_come_back_from_their_line(value):
    assert is_plain(b"A", value)
    assert header_line(b"A: " + value) == (b"A", value)


@pytest.mark.parametrize(
    ("name", "value"),
    [(b"A", b" a"), (b"A", b"a\t"), (b"A", b"a\nb"), (b"A", b"\r"), (b"A", b"\x00"), (b"A", b"\xff"), (b"#A", b"a")],
)
def test_values_that_need_another_form(name, value):
    assert not is_plain(name, value)


@pytest.mark.parametrize("line", [b"", b"a", b":a", b"a b: c", b" a: b", b"\xe9: a", b"A : b"])
def test_what_is_no_header_line(line):
    assert header_line(line) is None


def test_base64():
    assert from_base64(b"") == b""
    assert from_base64(b"YW\nJj") == b"abc"
    with pytest.raises(ValueError, match="padding"):
        from_base64(b"YWJ")
