from __future__ import annotations

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.hidden_json import hidden_parts
from recproxy.matching.rules import Rules


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": "XXX[x]", "b": "1"}', '{"a": "q", "c": "2"}'),
        ('{"a": "XXX[x]", "b": "1"}', '{"c": "2"}'),
        ('{"a": "XXX[x]"}', '"text"'),
        ('["XXX[x]", "1"]', '["q"]'),
        ('{"a": {"k": "XXX[x]", "k": "1"}}', '{"a": {"k": "q", "k": "2"}}'),
    ],
)
def test_a_secret_value_with_named_parts_fits_any_other_members(one, other, recorded, live, index):
    rules = Rules(secret_json=("e",))
    wanted = recorded("POST https://a.com/", f'{{"e": {one}, "z": 1}}', "json")
    got = live("POST https://a.com/", f'{{"z": 1, "e": {other}}}', "json")

    assert index(wanted, rules=rules).find(got).tiers == ((0,),)
    assert difference(wanted, got, rules) == ()


def test_a_value_that_nests_too_deep_to_be_read_has_no_named_parts():
    assert hidden_parts('{"a": "XXX[x]"}', "XXX").fits(b"[" * 100_000) == {}


def test_a_named_part_of_a_secret_value_is_still_one_value(recorded, live, index):
    rules = Rules(secret_json=("e",))
    wanted = recorded("POST https://a.com/", '{"e": {"a": "XXX[x]", "b": ["XXX[y]"]}}', "json")
    got = live("POST https://a.com/", '{"e": {"a": "q", "b": [7, 8]}}', "json")
    found = index(wanted, rules=rules)

    assert found.captures(0, got) == {"x": b"q", "y": b"7"}
    assert found.find(got, bound={"x": b"q"}).tiers == ((0,),)
    assert found.find(got, bound={"x": b"p"}).tiers == ()
