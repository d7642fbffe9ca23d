"""Bodies as text and back, by the character set of a content type."""

import pytest

from recproxy.formats import texts


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("text/html; charset=latin-1", "charset", "latin-1"),
        ('text/html; Charset = "utf-8" ; x=1', "charset", "utf-8"),
        ("multipart/form-data; boundary=a-b", "boundary", "a-b"),
        ("text/html", "charset", ""),
        ("", "charset", ""),
    ],
)
def test_a_parameter_is_found_in_whatever_form(kind, name, wanted):
    assert texts.parameter(kind, name) == wanted


@pytest.mark.parametrize(
    ("kind", "wanted"), [("text/html", True), ("text/html; charset=UTF-8", True), ("text/html; charset=koi8-r", False)]
)
def test_nothing_said_is_utf_8(kind, wanted):
    assert texts.says_utf8(kind) is wanted


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("é", "", b"\xc3\xa9"),
        ("é", "text/plain; charset=latin-1", b"\xe9"),
        ("€", "text/plain; charset=latin-1", None),
        ("é", "text/plain; charset=no-such", None),
        ("é", "text/plain; charset=zlib", None),
        ("\ud800", "text/plain", None),
    ],
)
def test_text_is_coded_as_its_type_says(text, kind, wanted):
    assert texts.text_bytes(text, kind) == wanted


@pytest.mark.parametrize(
    ("body", "kind", "wanted"),
    [
        (b"\xc3\xa9", "", "é"),
        (b"\xe9", "text/plain; charset=latin-1", "é"),
        (b"\xff", "", None),
        (b"x", "text/plain; charset=zlib", None),
        (b"\xff\xfea\0", "text/plain; charset=utf-16-le", "\ufeffa"),
        (b"a\0", "text/plain; charset=utf-16", None),  # would be written with a byte order mark
    ],
)
def test_bytes_are_text_only_where_the_same_bytes_come_again(body, kind, wanted):
    assert texts.bytes_text(body, kind) == wanted
