from __future__ import annotations

import pytest

from recproxy.matching.fields import read_fields
from recproxy.matching.rules import Rules, compared_parts
from recproxy.matching.table import MaskTable


@pytest.fixture
def table(recorded):
    """table("url", ...): all of them stored under authority 0."""

    def table(*urls):
        made = MaskTable()
        for position, url in enumerate(urls):
            made.add(position, 0, read_fields(recorded(url).request, compared_parts(Rules())), 0)
        return made

    return table


def found(table, request, authorities=(0,)):
    fields = read_fields(request, compared_parts(Rules()))
    return [(group.tiers[0], group.fields is None) for group in table.find(fields, authorities)]


def test_what_says_the_same_is_one_group(table, live):
    made = table("https://a.com/?a=1", "https://a.com/?a=XXX", "https://a.com/?a=%31", "https://a.com/?a=XXX")

    assert found(made, live("https://a.com/?a=1")) == [((0, 2), True), ((1, 3), True)]


def test_what_the_key_cannot_say_is_left_to_compare(table, live):
    made = table(
        "https://a.com/?a=XXX[n]", "https://a.com/?a=XXX", "https://a.com/?a=XXX[m]", "https://a.com/?a=XXX[n]"
    )

    assert found(made, live("https://a.com/?a=1")) == [((0, 3), False), ((1,), True), ((2,), False)]


def test_only_the_authorities_asked_for_are_found(table, live):
    made = table("https://a.com/1")

    assert found(made, live("https://a.com/1"), [1]) == []
    assert found(made, live("https://a.com/1"), frozenset({0, 7})) == [((0,), True)]
    assert found(made, live("https://a.com/1"), frozenset({7})) == []


def test_each_mask_of_a_family_is_asked_once_however_many_are_stored(table, live):
    made = table(*[f"https://a.com/x?a=v{number}-XXX&b=XXX" for number in range(300)])
    (families,) = made._families.values()
    (masks,) = families.values()

    assert len(masks) == 3  # v1-, v10-, v100-: the lengths of what stands before the wild place
    assert found(made, live("https://a.com/x?a=v123-5&b=1")) == [((123,), True)]
