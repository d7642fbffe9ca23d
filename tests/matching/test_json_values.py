from __future__ import annotations

import pytest

from recproxy.matching.json_values import Mark, Number, canonical, cover, parse_json, pointer, readable, scalar_text
from recproxy.matching.rules import Rules, compared_parts


def parse(text, **rules):
    found = parse_json(text.encode(), None, compared_parts(Rules(**rules)).json)
    return None if found is None else found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.0", 1), ("-1.50", -1.5), ("0.10", 0.1), ("1e2", 100), ("-0", 0), ("NaN", Number("NaN")), ("1.5E-3", 0.0015)],
)
def test_a_number_is_the_same_whatever_its_spelling(text, value):
    assert parse(text) == value


def test_a_number_that_no_float_holds_is_kept_exactly():
    assert parse("0.1000000000000000055") == Number("1000000000000000055e-19")
    assert parse("1e9999") == parse("10e9998") == Number("1e9999")


def test_keys_may_stand_in_any_order_and_twice():
    assert canonical(parse('{"b": 1, "a": 2}')) == canonical(parse('{"a":2,"b":1}'))
    assert canonical(parse('{"a": 1, "a": 2}')) != canonical(parse('{"a": 2}'))
    assert canonical(parse('{"a": 1, "a": 2}')) != canonical(parse('[NaN, "pairs", [["a", 1], ["a", 2]]]'))


def test_a_tree_is_readable_with_all_its_marks():
    tree = parse('{"a": 1, "a": {"token": 1}, "n": NaN, "é": [1.5]}', secret_json=("token",))

    assert readable(Number("1e9999")) == '"1e9999"'
    assert readable(tree) == '[{"a": 1}, {"a": {"token": "(secret)"}}, {"n": NaN}, {"é": [1.5]}]'


def test_the_text_of_a_string_is_without_its_quotes():
    assert scalar_text("é") == "é".encode()
    assert scalar_text(5) == b"5"
    assert scalar_text([None]) == b"[null]"


def test_a_path_is_a_pointer():
    assert pointer(("a/b", 0, "~")) == "/a~1b/0/~0"


def test_a_cover_is_put_on_and_taken_off():
    tree = parse('{"a": [1, {"b": 2}]}')
    value, put_back = cover(tree, ("a", 1, "b"), Mark.WILD)

    assert value == 2
    assert tree["a"][1]["b"] is Mark.WILD
    put_back()
    assert tree == {"a": [1, {"b": 2}]}


@pytest.mark.parametrize("path", [("b",), ("b", "c"), ("a", 5), ("a", "x"), ("a", 0, "x"), ("a", 9, "x"), (0,)])
def test_nothing_is_covered_where_nothing_is(path):
    assert cover(parse('{"a": [1, {"b": 2}]}'), path, Mark.WILD) is None


def test_an_object_with_a_key_twice_is_walked_like_any_other():
    deep = '{"a": 1, "a": ' * 101 + "1" + "}" * 101

    assert parse(deep) is None
    assert parse('{"a": 1, "a": ' * 99 + "[" * 9 + "]" * 9 + "}" * 99) is None
    assert parse("[[],[]," * 99 + "1" + "]" * 99) is not None
    assert parse('{"x": {"a": 1, "a": 2, "b": 3}}', ignore_json=("/x/a",)).get("x").pairs == [("b", 3)]


def test_pointers_to_nothing_change_nothing():
    assert parse('{"a": [1]}', ignore_json=("/b", "/a/x", "/a/7", "/a/0/b"), secret_json=("/c",)) == {"a": [1]}


@pytest.mark.parametrize(
    ("pointer", "text", "left"),
    [
        ("/messages/*/id", '{"messages": [{"id": 1, "a": 2}, {"a": 3}, 4]}', {"messages": [{"a": 2}, {"a": 3}, 4]}),
        ("/by/*/at", '{"by": {"x": {"at": 1}, "y": {"at": 2, "a": 3}}}', {"by": {"x": {}, "y": {"a": 3}}}),
        ("/tags/*", '{"tags": ["a", "b"]}', {"tags": []}),
        ("/tags/*", '{"tags": {"a": 1, "*": 2}}', {"tags": {}}),
        ("/*/id", '[{"id": 1}, {"id": 2, "a": 3}]', [{}, {"a": 3}]),
    ],
)
def test_an_ignored_pointer_takes_any_key_or_index(pointer, text, left):
    assert parse(text, ignore_json=(pointer,)) == left


def test_all_values_of_a_repeated_key_are_ignored_by_a_wildcard():
    assert parse('{"x": {"a": 1, "a": 2}}', ignore_json=("/x/*",))["x"].pairs == []


def test_a_wild_word_without_quotes_is_read_as_a_string_of_it():
    plan = compared_parts(Rules()).json

    assert parse_json(b'{"a": XXX, "b": [XXX[id]]}', None, plan, "XXX") == ({"a": "XXX", "b": ["XXX[id]"]},)
    assert parse_json(b'{"a": XXX}', None, plan) is None
    assert parse_json(b'{"a": 1XXX}', None, plan, "XXX") is None
