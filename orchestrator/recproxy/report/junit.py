"""A report as JUnit XML: each test, and in it what was missed. Pure.

CI services read what Jenkins does: https://llg.cubic.org/docs/junit/. A test case has one `failure` at most, since most
readers show the first only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from recproxy.lazy.patterns import lazy_pattern
from recproxy.report.problems import ReportProblem, Severity, problems
from recproxy.report.run_report import RunReport, TestReport

__all__ = ["junit_report"]

#: What no XML document may hold, and what printable text still may: https://www.w3.org/TR/xml/#charsets.
_INVALID = lazy_pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The name of a parametrized test ends with its values, in which dots are no module's.
_NAME = lazy_pattern(r"(?:(.*?)(?:\.|::))?([^.:\[]*(?:\[.*\])?)", re.DOTALL)
_OF_RUN = "recproxy"
_TITLES = {
    "error": "the run",
    "failure": "requests that were not answered",
    "refusal": "refused hosts",
    "unasked": "profiles that were never asked",
    "old": "age of recordings",
    "unused": "unused interactions",
    "drift": "answers of the services",
    "miss": "requests outside of tests",
}


def junit_report(report: RunReport) -> str:
    """The XML document."""
    failing = [each for each in problems(report) if each.severity is Severity.ERROR]
    by_test: dict[str, list[ReportProblem]] = {test.name: [] for test in report.tests}
    of_run: dict[str, list[ReportProblem]] = {}
    for problem in failing:
        (by_test if problem.test in by_test else of_run).setdefault(
            problem.test if problem.test in by_test else problem.kind, []
        ).append(problem)
    cases = [_case(test, by_test[test.name]) for test in report.tests]
    cases += [_of_run(kind, found) for kind, found in of_run.items()]
    failures = sum("<failure" in case for case in cases)
    errors = sum("<error" in case for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" time="{report.seconds:.3f}"'
    stamp = f" timestamp={_attribute(report.started)}" if report.started else ""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="recproxy" {counts}>',
        f'<testsuite name="recproxy" {counts}{stamp}>',
        *_properties(report),
        *cases,
        "</testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _properties(report: RunReport) -> list[str]:
    rows = [
        (f"{profile.name}.{name}", str(getattr(profile, name)))
        for profile in report.profiles
        if profile.is_listed
        for name in ("mode", "played", "recorded", "missed", "unused")
    ]
    rows.append(("recproxy", report.recproxy))
    return [
        "<properties>",
        *(f"<property name={_attribute(name)} value={_attribute(value)}/>" for name, value in rows),
        "</properties>",
    ]


def _case(test: TestReport, found: Sequence[ReportProblem]) -> str:
    match = _NAME.fullmatch(test.name)
    module, name = (match[1], match[2]) if match and match[2] else (None, test.name)
    head = f"<testcase classname={_attribute(module or _OF_RUN)} name={_attribute(name)}"
    head += f' time="{test.seconds:.3f}"'
    if found:
        return f"{head}>{_failure(found)}</testcase>"
    if test.passed is False:
        message = "the test failed, and recproxy knows no reason: see the output of the test command"
        return f'{head}><failure type="test" message={_attribute(message)}/></testcase>'
    return f"{head}/>"


def _of_run(kind: str, found: Sequence[ReportProblem]) -> str:
    content = _failure(found, "error" if kind == "error" else "failure")
    return f"<testcase classname={_attribute(_OF_RUN)} name={_attribute(_TITLES[kind])}>{content}</testcase>"


def _failure(found: Sequence[ReportProblem], element: str = "failure") -> str:
    """All problems of a test in one element; the message is the first one's."""
    kinds = ",".join(dict.fromkeys(each.kind for each in found))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    texts = "\n\n".join(f"{each.title}\n{each.text.rstrip()}" for each in found)
    return f"<{element} type={_attribute(kinds)} message={_attribute(found[0].title + more)}>{_text(texts)}</{element}>"


def _valid(text: str) -> str:
    return _INVALID.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _text(text: str) -> str:
    return escape(_valid(text))


def _attribute(text: str) -> str:
    return quoteattr(_valid(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
