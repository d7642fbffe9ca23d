"""The problems of a report, one by one."""

from dataclasses import replace

from run_reports import REC, full_report, run_report, shop

from recproxy.report.problems import Severity, problems
from recproxy.report.run_report import ReportFinding


def test_problems_come_with_what_fails_the_run_first():
    found = [(each.kind, str(each.severity), each.path, each.line) for each in problems(full_report())]

    assert found == [
        ("miss", "error", REC, 3),
        ("failure", "error", "", 0),
        ("refusal", "error", "", 0),
        ("proof", "warning", REC, 3),
        ("unasked", "warning", "", 0),
        ("old", "warning", "", 0),
        ("unused", "notice", REC, 13),
    ]


def test_what_a_project_does_not_fail_is_a_warning():
    assert {each.severity for each in problems(replace(full_report(), fails=()))} == {Severity.WARNING, Severity.NOTICE}


def test_unused_interactions_fail_where_the_profile_says_so_and_a_test_passed():
    unused = shop(unused=(1, 2), unused_fails=True)
    failed = replace(unused.interactions_unused[1], passed=False)
    profile = replace(unused, interactions_unused=(unused.interactions_unused[0], failed))
    unasked = ReportFinding(text="never asked", profile="shop")

    found = [*problems(run_report(profiles=(profile,), unasked=(unasked,), fails=("unused",)))]

    assert [(each.kind, each.severity, each.line) for each in found] == [
        ("unasked", Severity.ERROR, 0),
        ("unused", Severity.ERROR, 13),
    ]
    shard = [*problems(run_report(profiles=(profile,), unasked=(unasked,)))]
    assert [each.severity for each in shard] == [Severity.WARNING, Severity.NOTICE]


def test_what_broke_a_run_off_is_a_problem():
    (found,) = problems(run_report(error="a proxy died"))

    assert (found.kind, found.severity, found.text) == ("error", Severity.ERROR, "a proxy died")
