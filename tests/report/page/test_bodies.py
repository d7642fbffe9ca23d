"""Bodies as a page shows them."""

import pytest

from recproxy.recording import Request, Response
from recproxy.report.page.bodies import BodyTable


def value(body, content_type=b"", **more):
    table = BodyTable(100_000)
    number = table.add(Response(status=200, headers=((b"Content-Type", content_type),), body=body, **more))
    return table.values[number]


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "text"),
    [
        (b'{"a":[1]}', b"application/json", "json", '{\n  "a": [\n    1\n  ]\n}'),
        (b"<p>&amp;</p>", b"text/html; charset=utf-8", "markup", "<p>&amp;</p>"),
        (b"<a/>", b"application/atom+xml", "markup", "<a/>"),
        (b"a=1&b=%3Cx%3E+y&c", b"application/x-www-form-urlencoded", "form", "a = 1\nb = <x> y\nc = "),
        (b"a\r\nb\r", b"text/plain", "text", "a\nb\\x0d"),
        (b"plain \x1b[2J\xe2\x80\xae", b"text/plain", "text", "plain \\x1b[2J\\u202e"),
        (b"\0\1AB", b"", "binary", "00000000  00 01 41 42                                      ..AB"),
    ],
)
def test_a_body_is_text_of_its_kind(body, content_type, kind, text):
    assert value(body, content_type) == {"kind": kind, "size": len(body), "text": text}


def test_a_small_picture_is_shown_and_svg_is_text():
    picture = b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\0\1" * 2

    assert value(picture, b"image/png")["type"] == "image/png"
    assert value(b"<svg onload=alert(1)>", b"image/svg+xml")["kind"] == "markup"
    assert value(picture + bytes(65_536), b"image/png")["kind"] == "binary"
    assert value(bytes(300))["text"].endswith("\nand 44 more bytes")


def test_a_long_body_is_cut_and_says_how_much_is_not_shown():
    found = value(b"a" * 20_000)

    assert (len(found["text"]), found["cut"], found["size"]) == (16_384, 3_616, 20_000)


def test_equal_bodies_are_one_and_none_is_none():
    table = BodyTable(100_000)
    one = Response(status=200, body=b"x")

    assert [table.add(one), table.add(one), table.add(Response(status=204)), table.add(Request(method="PUT", url="/", omitted=9))] == [
        0, 0, None, 1,
    ]  # fmt: skip
    assert table.values[1] == {"kind": "omitted", "size": 9}


def test_bodies_without_room_are_left_out_and_counted():
    table = BodyTable(50)
    numbers = [
        table.add(Response(status=200, body=bytes([65 + each]) * (each + 1) + bytes(range(33, 90))))
        for each in range(4)
    ]

    assert [table.values[each]["kind"] for each in numbers] == ["left out"] * 4
    assert (table.left_out, table.values[0]["size"]) == (4, 58)
