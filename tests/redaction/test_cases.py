"""Planted values by table: place, layer, kind and side. None of them is in anything that is written.

The rows are in data/, read by `tables`; a row is a test whose name says which one it is.
"""

import pytest
from tables import by_name, coded, known, linked, sessions, shapes, short
from written import Written

TABLES = {each.__name__: list(each()) for each in (by_name, known, coded, short, shapes, sessions, linked)}
CASES = [case for cases in TABLES.values() for case in cases]


#: pytest writes letters that are not ASCII as numbers; a row's spots have words instead.
SPOTS = str.maketrans({"§": "{token}", "¶": "{password}", "№": "{digits}", "⏎": "~", "‹": "<<", "›": ">>"})


def ascii_name(case):
    return case.id.translate(SPOTS)


def test_there_are_as_many_cases_as_the_tables_promise():
    assert len(CASES) == len({case.id for case in CASES}) >= 2000
    assert all(TABLES.values())


@pytest.mark.parametrize("case", CASES, ids=[ascii_name(case) for case in CASES])
def test_a_planted_value_is_in_nothing_that_is_written(case):
    written = Written(case)
    assert written.problem() == ""
    assert written.again() == written.text  # redacted twice is redacted once
