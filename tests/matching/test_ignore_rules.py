"""Rules that leave a part of requests out of the comparison."""

import pytest

from recproxy.matching.differences import Difference
from recproxy.matching.ignore_rules import changed_rules, toml_list, with_ignored
from recproxy.matching.rules import Rules


@pytest.mark.parametrize(
    ("field", "rules"),
    [
        ("query ts", Rules(ignore_query=("ts",))),
        ("form ts", Rules(ignore_form=("ts",))),
        ("multipart part ts filename", Rules(ignore_form=("ts",))),
        ("json /meta/at", Rules(ignore_json=("/meta/at",))),
        ("grpc [1].meta.tags[0]", Rules(ignore_grpc=("meta.tags",))),
        ("json", None),
        ("grpc", None),
        ("json /a/*", None),
        ("multipart part ", None),
        ("body", None),
    ],
)
def test_a_difference_is_left_out_by_a_rule_where_there_is_one(field, rules):
    assert with_ignored(Rules(), Difference(field, "a", "b")) == rules


def test_a_rule_that_is_there_stays():
    rules = Rules(ignore_grpc=("at",))

    assert with_ignored(rules, Difference("grpc at", "1", "2")) is rules


def test_what_has_changed_is_written_as_toml():
    assert changed_rules(Rules(), Rules(ignore_grpc=("a", "b"))) == {"ignore.grpc": ("a", "b")}
    assert toml_list(['a"', "b\\"]) == '["a\\"", "b\\\\"]'
