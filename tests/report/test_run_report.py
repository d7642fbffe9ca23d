"""The JSON form of a report."""

import json

import pytest
from run_reports import full_report

from recproxy.errors import ConfigurationError
from recproxy.report.run_report import read_report, report_values

VALUES = json.loads(json.dumps(report_values(full_report())))


def test_a_report_is_read_as_it_was_written():
    assert read_report(VALUES, "r.json") == full_report()


def test_keys_of_a_newer_recproxy_are_passed_over():
    assert read_report({**VALUES, "later": 1, "seconds": 2}, "r.json").seconds == 2.0


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([], "is not a JSON report: write one with recproxy run --report FILE.json"),
        ({**VALUES, "version": 2}, "has version '2' of the report format; this recproxy reads 1"),
        ({**VALUES, "runs": "r1"}, "runs must be a list"),
        ({**VALUES, "misses": [{"profile": "shop"}]}, "misses[0] has no test"),
        ({**VALUES, "misses": [{**VALUES["misses"][0], "line": "3"}]}, "misses[0].line must be a whole number"),
        ({**VALUES, "tests": [[]]}, "tests[0] must be an object"),
        ({**VALUES, "redactions": {"header": None}}, "redactions.header must be a whole number"),
        ({**VALUES, "blocked": 1}, "blocked must be an object"),
        ({"format": "recproxy-report", "version": 1}, "the report has no recproxy"),
    ],
)
def test_what_is_no_report_is_named(values, wanted):
    with pytest.raises(ConfigurationError) as raised:
        read_report(values, "r.json")

    assert raised.value.message == f"r.json: {wanted}"
