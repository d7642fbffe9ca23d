from __future__ import annotations

import pytest

from recproxy.matching.fields import read_fields
from recproxy.matching.keys import NO_MASK, Mask, Shape, family_of, key_of, literal_shape, mask_of, slots_of
from recproxy.matching.rules import Rules, compared_parts


@pytest.fixture
def fields(live):
    return lambda *args: read_fields(live(*args), compared_parts(Rules()))


def test_the_example_of_the_module_has_these_keys(fields, recorded):
    one = read_fields(recorded("https://a.example/users/7?lang=en&ts=t-XXX").request, compared_parts(Rules()))
    shape = Shape("raw")
    slots = slots_of(one, shape)
    mask = mask_of(slots, (), NO_MASK)
    key = (b"GET", b"", b"users", b"7", b"en", (b"t-", b""), b"")

    assert family_of(one, shape) == (3, (b"lang", b"ts"), (), b"", None)
    assert (mask, key_of(one, shape, slots, mask)) == (Mask(((5, 2, 0),)), key)
    for value, wanted in (("t-99", key), ("99", (*key[:5], (b"99", b""), b""))):
        live = fields(f"https://a.example/users/7?lang=en&ts={value}")
        assert family_of(live, shape) == family_of(one, shape)
        assert key_of(live, shape, slots_of(live, shape), mask) == wanted


def test_requests_that_are_built_alike_are_one_family(fields):
    shape = Shape("form")
    one = fields("POST https://a.com/1/2?a=1", "b=1", "form")
    other = fields("PUT https://b.com/3/4?a=2", "b=2", "form")

    assert family_of(one, shape) == family_of(other, shape)
    assert family_of(one, shape) != family_of(fields("POST https://a.com/1/2?a=1", "b=1&c=2", "form"), shape)
    assert family_of(one, Shape("form", crossing=True, query=True, form=True)) == (-1, None, (), b"", None)


def test_the_key_of_a_literal_request_is_all_its_values(fields):
    one = fields("POST https://a.com/1?b=2&a=1", '{"x": 1}', "json")
    shape = literal_shape(one)

    assert key_of(one, shape, slots_of(one, shape), Mask()) == (b"POST", b"", b"1", b"1", b"2", '{"x":1}')


def test_a_mask_leaves_out_what_stands_between_the_ends(fields):
    one = fields("https://a.com/?a=hello")
    slots = slots_of(one, Shape("raw"))

    assert key_of(one, Shape("raw"), slots, Mask(((3, 1, 2),))) == (b"GET", b"", b"", (b"h", b"lo"), b"")
    assert key_of(one, Shape("raw"), slots, Mask(((3, 3, 3),))) is None


@pytest.mark.parametrize(
    ("paths", "key"),
    [
        (((("a",), -1, -1),), ('{"a":[NaN,"wild"],"b":5}', ())),
        (((("a",), 1, 1),), ('{"a":[NaN,"wild"],"b":5}', ((b"h", b"o"),))),
        (((("a",), 3, 3),), None),
        (((("b",), 0, 0),), None),
        (((("c",), -1, -1),), None),
    ],
)
def test_a_mask_covers_places_in_json_and_takes_the_cover_off_again(paths, key, fields):
    one = fields("POST https://a.com/", '{"a": "hello", "b": 5}', "json")
    found = key_of(one, Shape("json"), [], Mask((), paths))

    assert found == (None if key is None else (key,))
    assert one.body.tree == {"a": "hello", "b": 5}


def test_names_that_a_mask_writes_out_must_be_there(fields):
    one = fields("POST https://a.com/?a=1&b=2", "c=3&d=4", "form")
    shape = Shape("form", query=True, form=True)

    assert slots_of(one, shape, Mask(query=(b"a",), form=(b"d",)))[3:] == [b"1", (b"2",), b"4", (b"3",)]
    assert slots_of(one, shape, Mask(query=(b"z",), form=(b"d",))) is None
    assert slots_of(one, shape, Mask(query=(b"a",), form=(b"z",))) is None
