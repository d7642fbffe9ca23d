"""What `recproxy verify` found, as the report of a run."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from recproxy.config.installed import own_version
from recproxy.play.changed_lines import changed_lines
from recproxy.report.report_files import ReportTarget, write_reports_at_end
from recproxy.report.run_facts import ReportPlaces, printable_report
from recproxy.report.run_report import ProfileReport, ReportFinding, RequestReport, RunReport, TestReport

if TYPE_CHECKING:
    from recproxy.cli.verifying import ProfileVerification, Verified
    from recproxy.config.project import Project

__all__ = ["write_verify_report"]


def write_verify_report(
    results: Sequence[ProfileVerification],
    project: Project,
    targets: Sequence[ReportTarget],
    code: int,
    drifted: Iterable[Verified],
) -> int:
    """Write the reports; the exit code, which is not 0 if a file could not be written."""
    places = ReportPlaces(root=project.root)
    counted = {id(each) for each in drifted}
    rows = [(result.profile, each) for result in results for each in result.found]
    report = RunReport(
        recproxy=own_version(),
        runs=(secrets.token_hex(8),),
        started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        seconds=round(sum(each.seconds for each in results), 3),
        exit_code=code,
        fails=("drift", "failure"),
        profiles=tuple(_profile(each) for each in results),
        tests=tuple(_test(scope, found, counted) for scope, found in _by_scope(each for _, each in rows).items()),
        drift=tuple(_drift(profile, each, places) for profile, each in rows if id(each) in counted),
        failures=tuple(
            _finding(profile, each, f"{_asked(each)}: {each.failure}") for profile, each in rows if each.failure
        ),
        notes=tuple(
            _finding(profile, each, f"left out: {_asked(each)}: {each.left_out}")
            for profile, each in rows
            if each.left_out
        ),
    )
    return write_reports_at_end(
        printable_report(report),
        targets,
        root=project.root,
        elsewhere=project.file_name,
        environment=os.environ,
        stream=sys.stdout,
    )


def _by_scope(every: Iterable[Verified]) -> dict[str, list[Verified]]:
    scopes: dict[str, list[Verified]] = {}
    for each in every:
        scopes.setdefault(each.scope, []).append(each)
    return scopes


def _profile(result: ProfileVerification) -> ProfileReport:
    return ProfileReport(
        name=result.profile,
        mode="verify",
        forwarded=result.asked,
        failed=sum(bool(each.failure) for each in result.found),
        seconds=round(result.seconds, 3),
    )


def _test(scope: str, found: Sequence[Verified], counted: set[int]) -> TestReport:
    failed = sum(bool(each.failure) for each in found)
    return TestReport(
        name=scope,
        passed=not failed and not any(id(each) in counted for each in found),
        forwarded=sum(each.live is not None for each in found),
        failed=failed,
    )


def _drift(profile: str, each: Verified, places: ReportPlaces) -> RequestReport:
    request = each.interaction.request
    return RequestReport(
        profile=profile,
        test=each.scope,
        method=request.method,
        url=request.url,
        text="\n".join([*changed_lines(each.changed)][1:]),
        path=places.name(str(each.path.resolve())),
        line=each.interaction.line,
    )


def _finding(profile: str, each: Verified, text: str) -> ReportFinding:
    return ReportFinding(text=f"{profile}: {text}", profile=profile, test=each.scope)


def _asked(each: Verified) -> str:
    return f"{each.interaction.request.method} {each.interaction.request.url}"
