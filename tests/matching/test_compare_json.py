from __future__ import annotations

import pytest

from recproxy.matching.bodies import Json
from recproxy.matching.compare_json import json_patterns, wild_places
from recproxy.matching.json_values import parse_json
from recproxy.matching.rules import JsonPlan


def parse(text):
    (tree,) = parse_json(text.encode(), None, JsonPlan())
    return tree


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('"XXX"', [()]),
        ('{"a": "XXX", "b": ["x", "aXXX"], "c": 1}', [("a",), ("b", 1)]),
        ('{"a": {"XXX": 1}, "b": {"c": 1, "c": ["XXX"]}, "d": {"e": 1, "e": 2}}', [("a",), ("b",)]),
        ('{"XXX": "XXX"}', [()]),
    ],
)
def test_wild_places_are_found_by_their_path(text, paths):
    assert [path for path, _ in wild_places(parse(text), "XXX")] == paths


def test_a_tree_without_a_wild_word_has_no_wild_places():
    assert list(wild_places(parse('["XXX"]'), None)) == []


def test_all_patterns_below_a_wild_key_are_found():
    body = Json(parse('[{"XXX": ["a", "b-XXX[id]"], "c": 1}]'), "XXX")

    assert [pattern.names for pattern in json_patterns(body, (0,))] == [(None,), ("id",)]
