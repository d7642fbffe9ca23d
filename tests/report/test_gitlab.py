"""Code quality, as GitLab reads it."""

import json
from dataclasses import replace

from run_reports import REC, full_report

from recproxy.report.gitlab import code_quality


def rows(report, locate=lambda path: path):
    return json.loads(code_quality(report, locate, "pyproject.toml"))


def test_each_problem_is_a_row_with_a_place_and_a_fingerprint_of_its_own():
    found = rows(full_report())

    assert [
        (row["check_name"], row["severity"], row["location"]["path"], row["location"]["lines"]) for row in found
    ] == [
        ("recproxy-miss", "major", REC, {"begin": 3}),
        ("recproxy-failure", "major", "pyproject.toml", {"begin": 1}),
        ("recproxy-refusal", "major", "pyproject.toml", {"begin": 1}),
        ("recproxy-proof", "minor", REC, {"begin": 3}),
        ("recproxy-unasked", "minor", "pyproject.toml", {"begin": 1}),
        ("recproxy-old", "minor", "pyproject.toml", {"begin": 1}),
        ("recproxy-unused", "info", REC, {"begin": 13}),
    ]
    assert len({row["fingerprint"] for row in found}) == 7
    assert found[0]["description"].startswith(
        "GET https://a.example/?q=100%25,<b> matched no recording (2 times) (test test_m.test_bad[a.b]): no recorded"
    )


def test_a_fingerprint_stays_where_lines_move_and_equal_problems_have_two():
    report = full_report()
    (miss,) = report.misses
    moved = replace(report, misses=(replace(miss, line=99, text="else"), replace(miss, text="again")))

    first, second = rows(moved)[:2]

    assert first["fingerprint"] == rows(report)[0]["fingerprint"]
    assert second["fingerprint"] != first["fingerprint"]


def test_a_recording_outside_of_the_repository_has_the_place_of_the_project():
    assert rows(full_report(), lambda _: None)[0]["location"] == {"path": "pyproject.toml", "lines": {"begin": 1}}
