from __future__ import annotations

import json

import pytest

from recproxy.recording.json_reader import (
    JSON_STRING,
    JSON_TOKEN,
    RECORDED_TOKEN,
    Values,
    check_json,
    recorded_json,
    recorded_tree,
    strings_apart,
    strings_joined,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (' {"a" :[1.50, true]}\n', [" {", "a", " :[1.50, true]}\n"]),
        (r'["a\" b", "\\"]', ["[", "a\0\1 b", ", ", "\0\0", "]"]),
        (r'["\\\"", "\\u0022"]', ["[", "\0\0\0\1", ", ", "\0\0u0022", "]"]),
        ("[1]", ["[1]"]),
    ],
)
def test_strings_are_taken_apart_from_what_stands_between_them_and_joined_again(text, parts):
    assert strings_apart(text) == parts
    assert strings_joined(parts) == text


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


def test_a_wildcard_without_quotes_is_one_token_of_a_recording():
    tokens = RECORDED_TOKEN.finditer(b'[XXX[a.1], "XXX[b]", [XXX]]')

    assert [found[0] for found in tokens] == [b"[", b"XXX[a.1]", b",", b'"XXX[b]"', b",", b"[", b"XXX", b"]", b"]"]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (
            '{"a": XXX, "b": [XXX[id.1], "XXX"], "c": "q\\" XXX"}',
            {"a": "\0XXX", "b": ["\0XXX[id.1]", "XXX"], "c": 'q" XXX'},
        ),
        ('["\\u0000ZZZ", "\\u0000abc", XXX]', ["\0ZZZ", "\0abc", "\0XXX"]),
        ("XXX[a]", "\0XXX[a]"),
        ('{"a": 1}', {"a": 1}),
    ],
)
def test_a_recorded_tree_has_its_wildcards_without_quotes_again(text, tree):
    assert recorded_tree(text, "XXX") == recorded_tree(text.encode(), "XXX") == tree
    assert recorded_json(tree, "XXX") == text


@pytest.mark.parametrize(
    ("text", "wild"), [("[XXX]", None), ("[XXX]", "ZZZ"), ("[XXX XXX]", "XXX"), ("[" * 100_000, "XXX")]
)
def test_what_is_no_recorded_json_is_an_error(text, wild):
    with pytest.raises(ValueError):
        recorded_tree(text, wild)


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b'{"a\\"b": [1,tr', [b"{", b'a\\"b', b":", b"[", b"1", b",", b"tr"]),
        (b'x" "y', [b"x", b" ", b"y"]),
        (b'"cut off', [b"cut off"]),
        (b'"cut\\', [b"cut\\"]),
        (b"[]]}", [b"[", b"]", b"]", b"}"]),
    ],
)
def test_tokens_in_bytes_are_read_past_what_is_no_json(text, found):
    assert [each[each.lastindex] for each in JSON_TOKEN.finditer(text)] == found


def test_a_string_in_bytes_may_break_off():
    assert [each[1] for each in JSON_STRING.finditer(b'"a" b "c\\"')] == [b"a", b'c\\"']
