"""Named wild places of a recorded response, filled in as the text around them needs it."""

import json

import pytest

from recproxy.play.filling import filled_response, filling_values
from recproxy.recording import Chunk, Response


def filled(body, bound, given=None, kind=b"application/json", **more):
    response = Response(status=200, headers=((b"Content-Type", kind),), body=body, **more)
    return filled_response(response, filling_values(response, bound, given or {}))


def test_a_response_with_named_places_is_filled_and_what_nobody_bound_is_one_fixed_value():
    response = Response(status=200, headers=((b"X-Id", b"XXX[id]"),), body=b"XXX[id] XXX[other] XXX")
    bound = {"id": b"7"}

    values = filling_values(response, bound, {})
    got = filled_response(response, values)

    assert values.keys() == {"id", "other"}
    assert got.headers == ((b"X-Id", b"7"),)
    assert got.body == b"7 " + bound["other"] + b" XXX"
    assert filled_response(response, filling_values(response, {"id": b"7"}, {})) == got


def test_a_digest_is_that_of_the_filled_body():
    headers = ((b"Content-MD5", b"AAAA"), (b"Digest", b"md5=AAAA"))
    response = Response(status=200, headers=headers, body=b"hello XXX[who]")

    got = filled_response(response, filling_values(response, {"who": b"world"}, {}))

    assert got.headers == (
        (b"Content-MD5", b"XrY7u+Ae7tCTyyK7j1rNww=="),
        (b"Digest", b"md5=XrY7u+Ae7tCTyyK7j1rNww=="),
    )


def test_a_response_without_named_places_has_no_values():
    assert filling_values(Response(status=200, body=b"XXX"), {}, {}) == {}
    assert filling_values(Response(status=200, body=b"XXX[id]", wild=None), {}, {}) == {}


def test_a_place_with_the_name_of_a_variable_gets_its_value_and_stays_open():
    bound = {}
    given = {"APP_ID": b"42", "APP_NAME": b"shop"}
    body = (
        b'{"id": XXX[APP_ID.number], "text": "XXX[APP_ID]", "second": "XXX[APP_NAME.2]", "mail": "XXX[APP_NAME.email]"}'
    )
    assert filled(body, bound, given).body == b'{"id": 42, "text": "42", "second": "shop", "mail": "shop"}'
    assert bound == {}


def test_what_a_request_has_bound_goes_before_the_variable():
    assert filled(b'{"id": XXX[APP_ID.number]}', {"APP_ID": b"7"}, {"APP_ID": b"42"}).body == b'{"id": 7}'


def test_a_number_without_quotes_stays_one_where_the_variable_is_none():
    body = json.loads(filled(b'{"id": XXX[APP_ID.number]}', {}, {"APP_ID": b"placeholder"}).body)
    assert isinstance(body["id"], int)


def test_what_nobody_gives_has_the_shape_that_its_name_tells():
    body = filled(b"XXX[TENANT.uuid] XXX[USER.email] XXX[ID.jwt]", {}, kind=b"text/plain").body.split()
    assert body[:2] == [b"00000000-0000-0000-0000-000000000000", b"XXX@example.com"]
    assert body[2].count(b".") == 2


@pytest.mark.parametrize("name", ["access_token", "id.uuid", "id.jwt", "id.email", "id.number"])
def test_two_values_of_one_name_are_two(name):
    base, _, shape = name.partition(".")
    other = f"{base}.2.{shape}" if shape else f"{base}.2"
    first, second = filled(f"XXX[{name}] XXX[{other}]".encode(), {}, kind=b"text/plain").body.split()

    assert first != second
    assert (first.count(b"."), first.count(b"-"), first.count(b"@")) == (
        second.count(b"."),
        second.count(b"-"),
        second.count(b"@"),
    )


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "latin-1"])
def test_a_place_is_filled_in_the_character_set_of_the_body(charset):
    value = "Pässw0rt <9>"
    body = "é XXX[v] y".encode(charset)
    response = filled(body, {"v": value.encode()}, kind=b"text/plain; charset=" + charset.encode())
    assert response.body == f"é {value} y".encode(charset)


@pytest.mark.parametrize(("first", "wanted"), [(3, 3), (6, 6), (20, 14), (21, 15)])
def test_pieces_of_wide_text_keep_their_ends_also_inside_of_a_letter(first, wanted):
    body = "x XXX[v] y".encode("utf-16")
    response = filled(body, {"v": b"abc"}, chunks=(Chunk(size=first, gap=0.5), Chunk(size=len(body) - first)))
    assert response.body == "x abc y".encode("utf-16")
    assert response.chunks == (Chunk(size=wanted, gap=0.5), Chunk(size=len(response.body) - wanted))


def test_a_value_is_escaped_in_a_string_of_json_and_not_outside_of_one():
    value = 'a "quoted" \\ caf\u00e9s\n'.encode()
    response = filled(b'{"a": "x XXX[v]", "b": XXX[n]}', {"v": value, "n": b'{"c": "d"}'})
    assert json.loads(response.body) == {"a": "x " + value.decode(), "b": {"c": "d"}}


def test_a_value_in_xml_and_html_has_no_marks():
    assert (
        filled(b"<a>XXX[v]</a>", {"v": b"x < y & z &amp; &#38;"}, kind=b"text/xml").body
        == b"<a>x &lt; y &amp; z &amp; &#38;</a>"
    )


def test_a_value_in_a_header_stays_on_one_line():
    response = Response(status=200, headers=((b"X-Echo", b"XXX[v]"),))
    got = filled_response(response, filling_values(response, {"v": b"a\r\nSet-Cookie: b"}, {}))
    assert got.headers == ((b"X-Echo", b"a Set-Cookie: b"),)


def test_chunks_have_the_sizes_of_what_is_filled_in():
    got = filled(b'{"a": "XXX[v]"}{}', {"v": b'"'}, chunks=(Chunk(size=15, gap=0.0), Chunk(size=2, gap=0.0)))
    assert (got.body, [chunk.size for chunk in got.chunks]) == (b'{"a": "\\""}{}', [11, 2])


@pytest.mark.parametrize("first", range(1, 30))
def test_chunks_that_end_inside_a_string_add_up_to_the_body(first):
    body = b'{"a":"one on","t":"XXX[pw]"}..'
    chunks = (Chunk(size=first, gap=0.0), Chunk(size=len(body) - first, gap=0.0))
    got = filled(body, {"pw": b'a"b\\c'}, chunks=chunks)
    assert got.body == b'{"a":"one on","t":"a\\"b\\\\c"}..'
    before = first if first <= 19 else max(first, 26)
    assert [chunk.size for chunk in got.chunks] == [before, len(got.body) - before]


def test_what_is_filled_in_is_not_filled_in_again():
    assert filled(b'{"a": "XXX[v]"}', {"v": b'"XXX[v]'}).body == b'{"a": "\\"XXX[v]"}'
