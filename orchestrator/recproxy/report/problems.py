"""The problems of a report, one by one, as the formats of CI services want them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from recproxy.report.proof_report import TestVerdict, verdict_lines
from recproxy.report.run_report import ReportFinding, RequestReport, RunReport, UnusedInteraction

__all__ = ["ReportProblem", "Severity", "problems"]


class Severity(StrEnum):
    """What a problem does to the run: it fails it, or is reported only."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProblem:
    """One problem: `title` in a few words, `text` as the report on a terminal has it.

    `path` and `line` lead to the recorded interaction, empty and 0 where there is none. `key` is the same in the next run,
    also if the lines of the recording have moved.
    """

    kind: str
    severity: Severity
    title: str
    text: str
    key: tuple[str, ...]
    test: str = ""
    path: str = ""
    line: int = 0


def problems(report: RunReport) -> Iterator[ReportProblem]:
    """The problems of a report, those that fail it first."""
    found = [*_all(report)]
    for severity in Severity:
        yield from (each for each in found if each.severity is severity)


def _all(report: RunReport) -> Iterator[ReportProblem]:
    strict = {each.name for each in report.profiles if each.unused_fails and "unused" in report.fails}
    if report.error:
        text = report.error
        yield ReportProblem(kind="error", severity=Severity.ERROR, title="the run broke off", text=text, key=(text,))
    for name, requests in (("miss", report.misses), ("drift", report.drift)):
        for request in requests:
            yield _request(name, request, _severity(report, name))
    for verdict in report.proof.verdicts if report.proof is not None else ():
        if not verdict.replays:
            yield _unproven(verdict, _severity(report, "proof"))
    kinds: tuple[tuple[str, str, tuple[ReportFinding, ...]], ...] = (
        ("failure", "a request was not answered", report.failures),
        ("refusal", "a host was refused", report.refusals),
        ("unasked", "a profile was never asked", report.unasked),
        ("old", "a recording is old", report.old),
    )
    for kind, title, findings in kinds:
        for each in findings:
            text = f"{each.text} ({each.count} times)" if each.count > 1 else each.text
            key = (each.profile, each.test, each.text)
            fails = kind in report.fails or (kind == "unasked" and each.profile in strict)
            severity = Severity.ERROR if fails else Severity.WARNING
            yield ReportProblem(kind=kind, severity=severity, title=title, text=text, key=key, test=each.test)
    for profile in report.profiles:
        severity = Severity.ERROR if profile.name in strict else Severity.NOTICE
        for interaction in profile.interactions_unused:
            if interaction.passed:
                yield _unused(profile.name, interaction, severity)


def _severity(report: RunReport, kind: str) -> Severity:
    return Severity.ERROR if kind in report.fails else Severity.WARNING


def _request(kind: str, request: RequestReport, severity: Severity) -> ReportProblem:
    times = f" ({request.count} times)" if request.count > 1 else ""
    what = "matched no recording" if kind == "miss" else "is no longer answered as recorded"
    return ReportProblem(
        kind=kind,
        severity=severity,
        title=f"{request.method} {request.url} {what}{times}",
        text=request.text,
        key=(request.profile, request.test, request.method, request.url),
        test=request.test,
        path=request.path,
        line=request.line,
    )


def _unproven(verdict: TestVerdict, severity: Severity) -> ReportProblem:
    path, _, line = verdict.where.rpartition(":")
    return ReportProblem(
        kind="proof",
        severity=severity,
        title=f"does not replay: {verdict.cause}",
        text="\n".join(verdict_lines(verdict)),
        key=(verdict.test, verdict.cause),
        test=verdict.test,
        path=path if line.isdigit() else verdict.where,
        line=int(line) if line.isdigit() else 0,
    )


def _unused(profile: str, interaction: UnusedInteraction, severity: Severity) -> ReportProblem:
    return ReportProblem(
        kind="unused",
        severity=severity,
        title="a recorded interaction was not played",
        text=f"{profile}: {interaction.request} was recorded, but never requested",
        key=(profile, interaction.path, interaction.request),
        path=interaction.path,
        line=interaction.line,
    )
