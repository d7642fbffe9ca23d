"""A report for GitHub Actions: workflow commands that annotate lines of recordings, and a summary in Markdown. Pure.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from recproxy.recording.counting import counted
from recproxy.report.problems import ReportProblem, Severity, problems
from recproxy.report.run_report import RunReport

__all__ = ["step_summary", "workflow_commands"]

#: GitHub shows ten of each severity for a step, and these say so.
_MOST_ANNOTATIONS = 50
#: A summary may have 1 MiB for a step, with what others write there.
_MOST_BYTES = 900_000
_COLUMNS = ("profile", "mode", "played", "recorded", "missed", "unused")
_SIGNS = {Severity.ERROR: ":x:", Severity.WARNING: ":warning:", Severity.NOTICE: ":information_source:"}


def workflow_commands(report: RunReport, locate: Callable[[str], str | None]) -> Iterator[str]:
    """A workflow command for each problem; `locate` gives the path of a recording in the repository, if it is there."""
    found = [*problems(report)]
    for each in found[:_MOST_ANNOTATIONS]:
        place = locate(each.path) if each.path else None
        where = {"file": place, "line": str(each.line)} if place and each.line else {"file": place} if place else {}
        parts = [
            f"{name}={_property(value or '')}" for name, value in {**where, "title": f"recproxy: {each.kind}"}.items()
        ]
        test = f"test {each.test}\n" if each.test else ""
        text = f"{each.title}\n{test}{each.text}".rstrip()
        yield f"::{each.severity} {','.join(parts)}::{_data(text)}"
    if len(found) > _MOST_ANNOTATIONS:
        more = counted(len(found) - _MOST_ANNOTATIONS, "more problem")
        yield f"::notice title=recproxy::and {more}: see the summary or the log"


def step_summary(report: RunReport) -> str:
    """The summary: the table of the run, and the problems by test."""
    found = [*problems(report)]
    shards = _cell(": " + ", ".join(report.shards)) if report.shards else ""
    lines = [f"## recproxy{shards}", ""]
    lines += [f"| {' | '.join(_COLUMNS)} |", "|---|---|---:|---:|---:|---:|"]
    for profile in filter(lambda each: each.is_listed, report.profiles):
        lines.append(f"| {' | '.join(_cell(str(getattr(profile, _field(column)))) for column in _COLUMNS)} |")
    failing = sum(each.severity is Severity.ERROR for each in found)
    result = f"{counted(failing, 'problem')} to mend" if failing else "Nothing was missed" if not found else "Passed"
    lines += ["", f"{result}. {counted(len(report.tests), 'test')} with a scope.", ""]
    text, shown = "\n".join(lines), 0
    for each in found:
        block = _block(each)
        if len(text.encode()) + len(block.encode()) > _MOST_BYTES:
            break
        text, shown = text + block, shown + 1
    if shown < len(found):
        text += f"\nAnd {counted(len(found) - shown, 'more problem')}: see the log.\n"
    return text


def _field(column: str) -> str:
    return "name" if column == "profile" else column


def _block(problem: ReportProblem) -> str:
    """A problem that opens where it is clicked, its text as it is."""
    test = f"<code>{_html(problem.test)}</code>: " if problem.test else ""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", problem.text)), 3)
    place = f"{problem.path}:{problem.line}\n" if problem.line else f"{problem.path}\n" if problem.path else ""
    head = f"{_SIGNS[problem.severity]} {test}{_html(problem.title)}"
    return f"<details><summary>{head}</summary>\n\n{fence}text\n{place}{problem.text.rstrip()}\n{fence}\n\n</details>\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    return _html(text).replace("|", "&#124;")


def _html(text: str) -> str:
    """Text that is no markup, neither HTML nor Markdown, on one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[\\`*_\[\]~@#!]", lambda found: f"&#{ord(found[0])};", " ".join(text.split()))
