"""What the reports of one test say: whether it passed, and how."""

from functools import reduce
from types import SimpleNamespace

import pytest

from recproxy.testing.pytest_results import how_passed, passed_so_far


def report(when, outcome, **more):
    return SimpleNamespace(
        when=when, passed=outcome == "passed", failed=outcome == "failed", skipped=outcome == "skipped", **more
    )


@pytest.mark.parametrize(
    ("reports", "wanted"),
    [
        ([("setup", "passed"), ("call", "passed")], True),
        ([("setup", "skipped")], True),
        ([("setup", "passed"), ("call", "skipped")], True),
        ([("setup", "passed")], False),
        ([("setup", "failed")], None),
        ([("setup", "passed"), ("call", "failed")], None),
        ([("setup", "passed"), ("call", "failed"), ("call", "passed")], None),  # a subtest of unittest has failed
        ([("setup", "passed"), ("call", "passed"), ("call", "failed")], None),
    ],
)
def test_a_test_passes_if_nothing_of_it_fails(reports, wanted):
    assert reduce(passed_so_far, [report(*each) for each in reports], False) is wanted


@pytest.mark.parametrize(
    ("outcome", "more", "wanted"),
    [
        ("passed", {}, ""),
        ("skipped", {}, "skipped"),
        ("skipped", {"wasxfail": "reason"}, "xfailed"),
        ("passed", {"wasxfail": "reason"}, "xpassed"),
        ("failed", {"wasxfail": "reason"}, ""),
    ],
)
def test_how_a_test_passed_is_told(outcome, more, wanted):
    assert how_passed(report("call", outcome, **more)) == wanted
