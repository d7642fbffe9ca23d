from __future__ import annotations

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.field_values import HIDDEN
from recproxy.matching.multipart import parse_multipart
from recproxy.matching.rules import Names, Rules


def multipart(*parts: tuple[str, str], boundary="cut", newline="\r\n") -> str:
    lines = []
    for head, content in parts:
        lines += [f"--{boundary}", *head.split("\n"), "", content]
    return newline.join([*lines, f"--{boundary}--", ""])


NAME = ('Content-Disposition: form-data; name="name"', "Ann")
FILE = ('Content-Disposition: form-data; name="avatar"; filename="a.png"\nContent-Type: image/png', "\x00PNG")


def types(boundary):
    return f"multipart/form-data; boundary={boundary}"


@pytest.mark.parametrize(
    ("other", "boundary"),
    [
        (multipart(NAME, FILE), "cut"),
        (multipart(NAME, FILE, boundary="----WebKit7"), "----WebKit7"),
        (multipart(NAME, FILE, newline="\n"), "cut"),
        ("preamble\r\n" + multipart(NAME, FILE) + "epilogue", "cut"),
        (multipart(("content-disposition:form-data;name=name", "Ann"), FILE), "cut"),
        (multipart(NAME, (FILE[0].replace('filename="a.png"', "filename*=utf-8''a%2Epng"), FILE[1])), "cut"),
        (multipart(NAME, (FILE[0].replace("image/png", "Image/PNG") + "\nX-Other: 1", FILE[1])), "cut"),
        (multipart(NAME, (FILE[0].replace("; filename", ";\n filename"), FILE[1])), "cut"),
    ],
)
def test_the_same_parts_match_whatever_the_boundary(other, boundary, recorded, live, index):
    found = index(recorded("POST https://a.com/", multipart(NAME, FILE), "multipart"))

    assert found.find(live("POST https://a.com/", other, types(boundary))).tiers == ((0,),)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ((NAME,), "multipart part avatar"),
        ((NAME, FILE, NAME), "multipart part name"),
        ((("Content-Disposition: form-data; name=nick", "Ann"), FILE), "multipart part"),
        (((NAME[0], "Bob"), FILE), "multipart part name"),
        ((NAME, (FILE[0].replace("a.png", "b.png"), FILE[1])), "multipart part avatar filename"),
        ((NAME, (FILE[0].replace("image/png", "image/gif"), FILE[1])), "multipart part avatar content-type"),
        ((NAME, (FILE[0], FILE[1] + "\r\n")), "multipart part avatar"),
        ((FILE, NAME), "multipart part"),
    ],
)
def test_other_parts_do_not_match(parts, field, recorded, live, index):
    interaction = recorded("POST https://a.com/", multipart(NAME, FILE), "multipart")
    request = live("POST https://a.com/", multipart(*parts), "multipart")

    assert difference(interaction, request, Rules())[0].field == field
    assert index(interaction).find(request).tiers == ()


@pytest.mark.parametrize("place", ["Ann", '"name"', "a.png", "image/png", "\x00PNG"])
def test_a_wild_place_in_a_part_fits(place, recorded, live, index):
    body = multipart(NAME, FILE)
    found = index(recorded("POST https://a.com/", body.replace(place, "XXX"), "multipart"))

    assert found.find(live("POST https://a.com/", body, "multipart")).tiers == ((0,),)
    assert found.find(live("POST https://a.com/", multipart(NAME), "multipart")).tiers == ()


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=XXX"])
def test_a_boundary_that_the_content_type_does_not_tell_is_read_off_the_body(kind, recorded, live, index):
    found = index(recorded("POST https://a.com/", multipart(NAME), kind))

    assert found.find(live("POST https://a.com/", multipart(NAME, boundary="x"), types("x"))).tiers == ((0,),)


def test_an_incomplete_body_is_compared_by_bytes(recorded, live, index):
    body = multipart(NAME)[:-6]

    assert (
        index(recorded("POST https://a.com/", body, "multipart"))
        .find(live("POST https://a.com/", body, "multipart"))
        .tiers
    )


def test_secret_parts_are_hidden_and_ignored_ones_left_out():
    names = Names(ignored=frozenset({b"ts"}), secret=frozenset({b"token"}))
    body = multipart(
        ('Content-Disposition: form-data; name="Token"', "s3cret"), ("Content-Disposition: form-data; name=ts", "5")
    )
    (part,) = parse_multipart(body.encode(), types("cut").encode(), None, names)

    assert (part.name, part.content) == (b"Token", HIDDEN)


def test_a_part_without_headers_or_content_is_a_part():
    parts = parse_multipart(
        b"--b\r\n\r\njust text\r\n--b\r\nContent-Type: a/b\r\n--b--", types("b").encode(), None, Names()
    )

    assert [(part.media_type, part.content) for part in parts] == [(b"", b"just text"), (b"a/b", b"")]
    assert parse_multipart(b"--b\n\nx\n--b--", types("b").encode(), None, Names())[0].content == b"x"


def test_a_quoted_name_may_hold_quotes():
    (part,) = parse_multipart(
        multipart((r'Content-Disposition: form-data; name="a\"b"', "")).encode(), types("cut").encode(), None, Names()
    )

    assert part.name == b'a"b'


def nested(outer, inner, *parts, before=()):
    content = multipart(*parts, boundary=inner)
    return multipart(*before, (f"Content-Type: Multipart/Mixed; boundary={inner}", content), boundary=outer)


BATCH = (("Content-Type: application/http", "GET /x HTTP/1.1"), ("Content-Type: application/http", "GET /y HTTP/1.1"))


def test_parts_in_parts_match_whatever_their_boundaries(recorded, live, index):
    found = index(recorded("POST https://a.com/", nested("o", "i", *BATCH, before=(NAME,)), types("o")))

    other = live("POST https://a.com/", nested("o2", "i2", *BATCH, before=(NAME,)), types("o2"))
    assert found.find(other).tiers == ((0,),)
    other = live("POST https://a.com/", nested("o2", "i2", *BATCH[::-1], before=(NAME,)), types("o2"))
    assert found.find(other).tiers == ()


@pytest.mark.parametrize("place", ["/y", "GET /x HTTP/1.1", "multipart"])
def test_a_wild_place_in_a_part_of_a_part_fits(place, recorded, live, index):
    body = nested("o", "i", *BATCH, FILE)
    wild = (
        body.replace(place, "XXX")
        if place != "multipart"
        else multipart(("Content-Type: multipart/mixed", "XXX"), boundary="o")
    )
    found = index(recorded("POST https://a.com/", wild, types("o")))

    assert found.find(live("POST https://a.com/", nested("p", "j", *BATCH, FILE), types("p"))).tiers == ((0,),)
    assert found.find(live("POST https://a.com/", nested("p", "j", NAME), types("p"))).tiers == (
        ((0,),) if place == "multipart" else ()
    )


def test_parts_nested_without_end_are_compared_as_they_are_spelled(recorded, live, index):
    body, boundary = "x", "b0"
    for level in range(200):
        inner, boundary = boundary, f"b{level + 1}."
        body = multipart((f"Content-Type: multipart/mixed; boundary={inner}", body), boundary=boundary)
    found = index(recorded("POST https://a.com/", body, types(boundary)))

    assert found.find(live("POST https://a.com/", body, types(boundary))).tiers == ((0,),)


def test_parts_are_compared_as_parts_at_any_usual_depth(recorded, live, index):
    bodies = []
    for boundary in ("one", "two"):
        content, kind = "deep", "text/plain"
        for level in range(60):
            edge = f"{boundary}-{level}-"
            content, kind = (
                multipart((f"Content-Type: {kind}", content), boundary=edge),
                f"multipart/mixed; boundary={edge}",
            )
        bodies.append((content, kind))
    found = index(recorded("POST https://a.com/", *bodies[0]))

    assert found.find(live("POST https://a.com/", *bodies[1])).tiers == ((0,),)
    other = bodies[1][0].replace("deep", "deeper")
    assert found.find(live("POST https://a.com/", other, bodies[1][1])).tiers == ()
