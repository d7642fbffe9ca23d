from __future__ import annotations

import json

import pytest

from recproxy.recording.json_reader import Values, check_json, scalars, string_text, text_of, tokens


def found(text: bytes):
    return [(text[each.start : each.end], each.quoted, each.path) for each in scalars(text)]


def test_scalars_have_their_paths_by_key_and_index():
    text = rb'{"a": {"b\u00e9": "x\"y", "n": -1.50}, "l": [true, [null], {"k": "v"}, "w"], "e": {}, "z": []}'

    assert found(text) == [
        (rb"x\"y", True, (b"a", "bé".encode())),
        (b"-1.50", False, (b"a", b"n")),
        (b"true", False, (b"l", b"0")),
        (b"null", False, (b"l", b"1", b"0")),
        (b"v", True, (b"l", b"2", b"k")),
        (b"w", True, (b"l", b"3")),
    ]


def test_a_scalar_has_its_own_key_or_the_nearest_one():
    text = b'{"tokens": [["t"], {"user" : "ann"}]}'
    first, second = scalars(text)

    assert (first.key, first.key_start, first.position) == (b"tokens", -1, 0)
    assert (second.name, text[second.key_start : second.key_start + 4]) == (b"user", b"user")


def test_members_of_one_object_share_their_holder_and_repeated_keys_are_kept():
    first, second, third = scalars(b'[{"name": "X-Key", "name": "v"}, {"name": 1}]')

    assert first.holder is second.holder
    assert third.holder is not first.holder
    assert (first.path, second.path, third.path) == ((b"0", b"name"), (b"0", b"name"), (b"1", b"name"))
    assert third.holder.depth == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"", []),
        (b" ,: \n", []),
        (b'{"a": 1}\n{"b": 2}', [(b"1", False, (b"a",)), (b"2", False, (b"b",))]),
        (
            b'data: {"a": "b"}\n\ndata: [DONE]',
            [
                (b"data", False, ()),
                (b"b", True, (b"a",)),
                (b"data", False, ()),
                (b"DONE", False, (b"0",)),
            ],
        ),
        (b'{"a": "cut of', [(b"cut of", True, (b"a",))]),
        (b'{"a": "cut\\', [(b"cut", True, (b"a",))]),
        (b'["cut', [(b"cut", True, (b"0",))]),
        (b'{"a": ', []),
        (b'{"a": }', []),
        (b']}"a": "b"', [(b"b", True, (b"a",))]),
        (b'{"a": XXX[id]}', [(b"XXX", False, (b"a",)), (b"id", False, (b"0", b"0"))]),
    ],
)
def test_what_is_not_quite_json_is_read_as_far_as_it_goes(text, wanted):
    assert found(text) == wanted


def test_a_part_of_a_text_is_read_with_the_offsets_of_the_whole():
    text = b'xx{"a": "b"}yy'
    (scalar,) = scalars(text, 2, 12)

    assert (scalar.start, scalar.end, scalar.key_start) == (9, 10, 4)


@pytest.mark.parametrize("levels", [16_000, 100_000])
def test_nesting_of_any_depth_is_walked(levels):
    text = b'[{"a":1,"b":' * levels + b"2" + b"}]" * levels
    depths = [each.holder.depth for each in scalars(text)]

    assert depths == [*range(2, 2 * levels + 1, 2), 2 * levels]


def test_a_text_of_blanks_or_of_one_open_string_is_read_once():
    assert found(b"1" + b" " * 1_000_000) == [(b"1", False, ())]
    assert found(b'"' + b"x" * 1_000_000) == [(b"x" * 1_000_000, True, ())]


def test_escapes_of_a_string_are_undone_in_utf_8():
    assert string_text(rb"a\n\/\"\\\u00e9\ud83d\ude00\q") == 'a\n/"\\é😀q'.encode()
    assert string_text(rb"\ud800") == b"\xed\xa0\x80"


def test_the_tokens_of_a_text_are_the_text_without_its_blanks():
    assert tokens(' {"a\\" b" :[1.50, true]}\n') == ["{", '"a\\" b"', ":", "[", "1.50", ",", "true", "]", "}"]


@pytest.mark.parametrize("text", ["1", '{"a": 1, "a": NaN}', "9" * 5000, "[1e999, -0]", '"\\ud800"'])
def test_json_of_any_number_and_repeated_key_passes_the_check(text):
    assert check_json(text) is None


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", '["a\nb"]', "01", "[" * 100_000 + "]" * 100_000, "XXX"])
def test_what_is_no_json_does_not_pass_the_check(text):
    with pytest.raises(json.JSONDecodeError):
        check_json(text)


def test_the_wild_word_may_be_where_a_value_may():
    assert check_json('{"a": XXX, "b": [XXX[id], "XXX"]}', "XXX") is None
    for text in ("{XXX: 1}x", "[XXX XXX]", "[1XXX]"):
        with pytest.raises(json.JSONDecodeError):
            check_json(text, "XXX")


def test_values_are_built_by_the_functions_of_the_caller():
    values = Values(pairs=list, number=str, constant=str)

    assert values.read('{"a": 1, "a": [1.50, NaN]}') == [("a", 1), ("a", ["1.50", "NaN"])]
    assert values.read('{"a": XXX[id]}', "XXX") == [("a", "XXX[id]")]
    assert values.read("[" + "9" * 5000 + ", 1]") == ["9" * 5000, "1"]


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ('"é"'.encode(), None),
        ('"é"'.encode("utf-16-le"), None),
        ('"é"'.encode("utf-8-sig"), None),
        ('"é"'.encode("latin-1"), "latin-1"),
    ],
)
def test_a_body_is_text_in_the_unicode_that_it_shows_or_its_character_set(body, charset):
    assert text_of(body, charset) == '"é"'
