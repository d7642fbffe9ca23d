from __future__ import annotations

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.rules import Rules

JSON_SAME = [
    ('{"a": 1, "b": 2}', '{"b":2,"a":1}'),
    ('{"a": 1}', '{"a": 1.0}'),
    ('{"a": 1}', '{"a": 1e0}'),
    ('{"a": 100}', '{"a": 1E+2}'),
    ('{"a": 0.1}', '{"a": 1e-1}'),
    ('{"a": 0.10}', '{"a": 0.1}'),
    ('{"a": 0}', '{"a": -0.0}'),
    ('{"a": 12345678901234567890}', '{"a": 12345678901234567890.0}'),
    ('{"a": 1e400}', '{"a": 10e399}'),
    ('{"a": 1e5000}', '{"a": 10e4999}'),
    ('{"a": "é"}', r'{"a": "\u00e9"}'),
    ('{"a": "/"}', r'{"a": "\/"}'),
    ('{"a": NaN}', '{"a":NaN}'),
    ('{"a": -Infinity}', '{"a":-Infinity}'),
    ('{"a": 1, "a": 2}', '{"a":1.0,"a":2}'),
    ('{"a": 1, "b": 0, "a": 2}', '{"b":0,"a":1,"a":2}'),
    (r'{"a": "\ud800"}', r'{"a": "\uD800"}'),
    ("[]", " [ ] "),
    ("null", " null"),
    ("\ufeff[1]", "[1]"),
    ("1" * 5000, "1" * 5000 + ".0"),
]

JSON_DIFFERENT = [
    ('{"a": 1}', '{"a": 2}', "json /a"),
    ('{"a": 1}', '{"a": "1"}', "json /a"),
    ('{"a": 1}', '{"a": true}', "json /a"),
    ('{"a": null}', "{}", "json /a"),
    ("{}", '{"a": null}', "json /a"),
    ('{"a": 12345678901234567890}', '{"a": 12345678901234567891}', "json /a"),
    ('{"a": 0.1}', '{"a": 0.1000000000000000055}', "json /a"),
    ('{"a": 1e400}', '{"a": 1e401}', "json /a"),
    ('{"a": 1, "a": 2}', '{"a": 2}', "json /a"),
    ('{"a": 1, "a": 2}', '{"a": 2, "a": 1}', "json /a"),
    ('{"a": [1, 2]}', '{"a": [2, 1]}', "json /a/0"),
    ('{"a": [1, 2]}', '{"a": [1]}', "json /a/1"),
    ('{"a": {"x/y": {"~": 1}}}', '{"a": {"x/y": {"~": 2}}}', "json /a/x~1y/~0"),
    ('{"a": {"b": 1}}', '{"a": [1]}', "json /a"),
    ('{"a": "x "}', '{"a": "x"}', "json /a"),
    ('{"a": NaN}', '{"a": [NaN, "number", "NaN"]}', "json /a"),
    ('{"a": NaN}', '{"a": null}', "json /a"),
    ("[]", "{}", "json"),
]


@pytest.mark.parametrize(("one", "other"), JSON_SAME)
def test_json_of_equal_value_matches_either_way(one, other, recorded, live, index):
    for left, right in ((one, other), (other, one)):
        interaction, request = recorded("POST https://a.com/", left, "json"), live("POST https://a.com/", right, "json")

        assert difference(interaction, request, Rules()) == ()
        assert index(interaction).find(request).tiers == ((0,),)


@pytest.mark.parametrize(("one", "other", "field"), JSON_DIFFERENT)
def test_json_of_another_value_does_not_match(one, other, field, recorded, live, index):
    interaction, request = recorded("POST https://a.com/", one, "json"), live("POST https://a.com/", other, "json")

    assert difference(interaction, request, Rules())[0].field == field
    assert index(interaction).find(request).tiers == ()
    assert (
        index(recorded("POST https://a.com/", other, "json")).find(live("POST https://a.com/", one, "json")).tiers == ()
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{'a': 1}",
        b'{"a": ',
        b"\xff{}",
        b"[" * 5000 + b"]" * 5000,
        b"[" * 100_000,
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b"1e" + b"9" * 5000,
    ],
)
def test_a_json_body_that_cannot_be_read_is_compared_by_bytes(body, recorded, live, index):
    interaction = recorded("POST https://a.com/", body, "json")

    assert index(interaction).find(live("POST https://a.com/", body, "json")).tiers == ((0,),)
    assert index(interaction).find(live("POST https://a.com/", body + b" ", "json")).tiers == ()


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("form", "a=1&b=2", "b=2&a=1"),
        ("form", "a=x+y&c", "c=&a=x%20y"),
        ("form", "a=1\r\n", "a=1"),
        ("application/vnd.api+json", '{"a": 1}', '{"a":1}'),
        ("application/x-amz-json-1.1; charset=utf-8", '{"a": 1}', '{"a":1}'),
        ("text/json", '{"a": 1}', '{"a":1}'),
        (None, '{"a": 1}', '{"a":1}'),
        ("XXX", "[1, 2]", "[1,2]"),
        (None, "a=1&b=2", "b=2&a=1"),
    ],
)
def test_the_content_type_or_the_look_chooses_the_comparison(kind, one, other, recorded, live, index):
    interaction = recorded("POST https://a.com/", one, kind)

    assert index(interaction).find(live("POST https://a.com/", other, kind)).tiers == ((0,),)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("text", '{"a": 1}', '{"a":1}'),
        ("application/octet-stream", "a=1&b=2", "b=2&a=1"),
        ("text/xml", "<a/>", "<a />"),
        (None, "a b", "a  b"),
    ],
)
def test_all_else_is_compared_by_bytes(kind, one, other, recorded, live, index):
    interaction = recorded("POST https://a.com/", one, kind)

    assert index(interaction).find(live("POST https://a.com/", other, kind)).tiers == ()
    assert index(interaction).find(live("POST https://a.com/", one, kind)).tiers == ((0,),)


@pytest.mark.parametrize(
    ("left", "right"),
    [("json", "text"), ("text", "json"), ("form", "json"), ("json", "form"), ("form", "multipart"), ("text", None)],
)
@pytest.mark.parametrize("body", ['{"a": 1}', "a=1"])
def test_where_the_kinds_of_body_differ_equal_bytes_match(left, right, body, recorded, live, index):
    found = index(recorded("POST https://a.com/", body, left))

    assert found.find(live("POST https://a.com/", body, right)).tiers == ((0,),)
    assert found.find(live("POST https://a.com/", body + " ", right)).tiers in ((), ((0,),))
    assert found.find(live("POST https://a.com/", body + "x", right)).tiers == ()


def test_a_recording_without_a_content_type_fits_a_form_that_has_one(recorded, live, index):
    found = index(recorded("POST https://a.com/", "status=XXX&n=1"))

    assert found.find(live("POST https://a.com/", "n=1&status=hello", "form")).tiers == ((0,),)


@pytest.mark.parametrize(
    ("left", "one", "right", "other"),
    [
        ("text/plain; charset=latin-1", b"\xe9", "text/plain; charset=UTF-8", b"\xc3\xa9"),
        ('text/plain; charset="iso-8859-1"', b"\xe9", "text/plain", b"\xc3\xa9"),
        ("application/json; charset=latin-1", b'{"a": "\xe9"}', "application/json", b'{"a":"\xc3\xa9"}'),
        ("application/json", '["é"]'.encode("utf-16"), "application/json", '["é"]'.encode()),
        (
            "application/x-www-form-urlencoded; charset=latin-1",
            b"a=%E9",
            "application/x-www-form-urlencoded",
            b"a=%C3%A9",
        ),
        ("text/plain; charset=klingon", b"\xe9", "text/plain", b"\xe9"),
        ("text/plain; charset=hex", b"41", "text/plain", b"41"),
        ("application/json; charset=klingon", b"\xff", "application/json", b"\xff"),
    ],
)
def test_the_same_text_in_another_character_set_matches(left, one, right, other, recorded, live, index):
    assert index(recorded("POST https://a.com/", one, left)).find(live("POST https://a.com/", other, right)).tiers
    assert index(recorded("POST https://a.com/", other, right)).find(live("POST https://a.com/", one, left)).tiers


def test_a_body_is_not_compared_where_match_on_leaves_it_out(recorded, live, index):
    found = index(recorded("POST https://a.com/", "a", "text"), match_on=("method", "uri"))

    assert found.find(live("POST https://a.com/", "b", "json")).tiers == ((0,),)


def test_raw_body_compares_bytes_whatever_the_type(recorded, live, index):
    found = index(recorded("POST https://a.com/", '{"a": 1}', "json"), match_on=("raw_body",))

    assert found.find(live("PUT https://b.com/x", '{"a": 1}', "json")).tiers == ((0,),)
    assert found.find(live("PUT https://b.com/x", '{"a":1}', "json")).tiers == ()


def test_an_empty_body_is_no_body_whatever_its_type(recorded, live, index):
    assert index(recorded("POST https://a.com/", "", "json")).find(live("POST https://a.com/", "", "form")).tiers
    assert not index(recorded("POST https://a.com/")).find(live("POST https://a.com/", "{}", "json")).tiers


def test_the_content_type_is_found_among_other_headers(recorded, live, index):
    found = index(recorded("POST https://a.com/", "[1, 2]", "json", Accept="x", Content_Typo="text/plain"))

    assert found.find(live("POST https://a.com/", "[1,2]", "json")).tiers == ((0,),)
