"""Planted values by table: place, layer, kind and side. None of them is in anything that is written.

The rows are in data/, read by `tables`. A test is the rows of a table that stand in one place, since thousands of tests
would take pytest longer than their rows take; what fails is named row by row.
"""

import itertools

import pytest
from tables import by_name, coded, known, linked, services, sessions, shapes, short
from written import Written

TABLES = {each.__name__: list(each()) for each in (by_name, services, known, coded, short, shapes, sessions, linked)}
CASES = [case for cases in TABLES.values() for case in cases]


def place(case):
    return case.id.partition(" | ")[0]


def groups():
    """The rows of each table by their place, fifty at most together, so that workers share them evenly."""
    for table, cases in TABLES.items():
        for where, of_place in itertools.groupby(sorted(cases, key=place), place):
            rows = list(of_place)
            for first in range(0, len(rows), 50):
                yield f"{table}, {where}, from {first}", rows[first : first + 50]


GROUPS = dict(groups())


def test_there_are_as_many_cases_as_the_tables_promise():
    assert len(CASES) == len({case.id for case in CASES}) >= 2000
    assert all(TABLES.values())
    assert sorted(case.id for rows in GROUPS.values() for case in rows) == sorted(case.id for case in CASES)


@pytest.mark.parametrize("group", GROUPS)
def test_a_planted_value_is_in_nothing_that_is_written(group):
    wrong = {}
    for case in GROUPS[group]:
        written = Written(case)
        if problem := written.problem():
            wrong[case.id] = problem
        elif written.again() != written.text:
            wrong[case.id] = "redacted twice is not redacted once"
    assert wrong == {}
