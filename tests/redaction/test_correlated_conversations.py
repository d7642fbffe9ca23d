"""Programs that make ids, their requests recorded and replayed with other ids: no answer is a wrong one."""

import pytest
from conversations_made import in_another_order, interactions, program
from test_correlation import KINDS, NOW, recorded, replayed

from recproxy.redaction.fresh_shapes import written_tokens

KIND_NAMES = {name: make for name, make in KINDS.items() if "braces" not in name}


def wrong_and_missed(seed, order):
    """The answers of a replay that no service would give, up to the first miss; and whether there was one."""
    before, now, made, written = program(seed, KIND_NAMES, NOW)
    known = frozenset(token for value in written for token in written_tokens(value.encode()))
    clean = recorded(*interactions(before), is_constant=known.__contains__)
    live = interactions(in_another_order(now, made[1], order) if order else now)
    wrong = []
    for asked, got in zip(live, replayed(clean, live), strict=True):
        if got is None:
            return wrong, True
        if got != asked.response.body:
            wrong.append((asked.request.method, asked.request.url, got))
    return wrong, False


@pytest.mark.parametrize("order", [0, 1])
def test_no_link_changes_an_answer_and_hardly_one_is_missing(order):
    results = [wrong_and_missed(seed, order) for seed in range(120)]

    assert [wrong for wrong, _ in results if wrong] == []
    assert sum(missed for _, missed in results) <= 6
