"""JUnit XML, as its readers read it."""

from xml.etree import ElementTree as ET

from run_reports import full_report, run_report

from recproxy.report.junit import junit_report
from recproxy.report.run_report import TestReport


def cases(report):
    suite = ET.fromstring(junit_report(report).encode())[0]
    return suite, {f"{case.get('classname')}/{case.get('name')}": case for case in suite.iter("testcase")}


def test_each_test_is_a_case_with_its_miss_in_it():
    suite, found = cases(full_report())

    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "3", "0")
    assert list(found) == [
        "test_m/test_ok",
        "test_m/test_bad[a.b]",
        "recproxy/test_other",
        "recproxy/refused hosts",
    ]
    assert list(found["test_m/test_ok"]) == []
    (failure,) = found["test_m/test_bad[a.b]"]
    assert failure.get("type") == "miss,failure"
    assert failure.get("message") == ("GET https://a.example/?q=100%25,<b> matched no recording (2 times) (and 1 more)")
    assert failure.text == (
        "GET https://a.example/?q=100%25,<b> matched no recording (2 times)\n"
        "no recorded interaction fits\n  a ``` fence & \\uffff\n\n"
        "a request was not answered\nshop: GET /: no"
    )
    assert found["recproxy/test_other"][0].get("type") == "test"


def test_what_broke_a_run_off_is_an_error():
    suite, found = cases(run_report(error="a proxy died", tests=(TestReport(name="a::b.c", passed=None),)))

    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "1")
    assert list(found) == ["a::b/c", "recproxy/the run"]
    assert found["recproxy/the run"][0].tag == "error"
