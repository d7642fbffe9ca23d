"""Reports as files: which format a name means, and writing all that a run was asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from recproxy.errors import ConfigurationError, RecproxyError
from recproxy.play.file_replacement import replace_file
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.redaction.rules import RedactionRules
from recproxy.report.github import step_summary, workflow_commands
from recproxy.report.gitlab import code_quality
from recproxy.report.junit import junit_report
from recproxy.report.run_facts import ReportPlaces
from recproxy.report.run_report import RunReport, read_report, report_values

__all__ = ["ReportFormat", "ReportTarget", "load_report", "report_targets", "write_reports", "write_reports_at_end"]

#: GitHub names the file of the step's summary, and both say where the repository is.
_SUMMARY = "GITHUB_STEP_SUMMARY"
_REPOSITORIES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
#: The exit code where all went well, but for a report that could not be written.
_NOT_WRITTEN = 2
_GITLAB_NAMES = ("code-quality", "codequality", "code_quality")


class ReportFormat(StrEnum):
    """How a report is written."""

    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTarget:
    """A report that is asked for; for GitHub the `path` is that of the summary, and None its own."""

    format: ReportFormat
    path: Path | None


def report_targets(
    words: Sequence[str], formats: Sequence[str] = (), *, folder: Path, said: str = "--report"
) -> tuple[ReportTarget, ...]:
    """The reports that these words ask for; `formats` are theirs, in the same order, where names do not say them.

    Raises:
        ConfigurationError: a name says no format, or the numbers differ; `said` is what the user wrote.
    """
    if formats and len(formats) != len(words):
        raise ConfigurationError(
            f"--report-format is given {counted(len(formats), 'time')}, and {said} {counted(len(words), 'time')}: give one for each, or none"
        )
    targets = []
    for number, word in enumerate(words):
        found = ReportFormat(formats[number]) if formats else _format_of(word)
        if found is None:
            raise ConfigurationError(
                f"{said} {word}: the name does not say the format: end it in .html, .json or .xml, call it github or "
                "gl-code-quality-report.json, or add --report-format html, json, junit, github or gitlab"
            )
        is_own = found is ReportFormat.GITHUB and word == "github"
        targets.append(ReportTarget(format=found, path=None if is_own else folder / word))
    return tuple(targets)


def _format_of(word: str) -> ReportFormat | None:
    name = Path(word).name.lower()
    if word == "github" or name.endswith(".md"):
        return ReportFormat.GITHUB
    if name.endswith(".json"):
        is_gitlab = any(known in name for known in _GITLAB_NAMES)
        return ReportFormat.GITLAB if is_gitlab else ReportFormat.JSON
    if name.endswith((".html", ".htm")):
        return ReportFormat.HTML
    return ReportFormat.JUNIT if name.endswith(".xml") else None


def write_reports(
    report: RunReport,
    targets: Sequence[ReportTarget],
    *,
    root: Path,
    elsewhere: str,
    environment: Mapping[str, str],
    stream: TextIO,
    rules: Mapping[str, RedactionRules] = MappingProxyType({}),
    packages: Sequence[Path] = (),
) -> list[str]:
    """Write a report wherever it is asked for; a line for each file that cannot be written.

    Args:
        report: with paths from the project's `root`.
        targets: where to.
        root: the folder of the project.
        elsewhere: the file below it to which problems without a recording belong.
        environment: where CI services say where they keep what.
        stream: gets what GitHub reads from a step's output.
        rules: the redaction of each profile, for what a page shows of recordings.
        packages: the folders of packages' own recordings.
    """
    base = Path(next((environment[name] for name in _REPOSITORIES if environment.get(name)), os.curdir)).resolve()

    def locate(path: str) -> str | None:
        found = (root / path).resolve()
        return found.relative_to(base).as_posix() if found.is_file() and found.is_relative_to(base) else None

    problems = []
    for target in targets:
        try:
            if target.format is ReportFormat.GITHUB:
                _write_github(report, target.path, locate, environment, stream)
            elif target.format is ReportFormat.HTML:
                assert target.path is not None
                _replace(target.path, _page(report, ReportPlaces(root=root, packages=packages), rules))
            else:
                assert target.path is not None
                _replace(target.path, _text(report, target.format, locate, locate(elsewhere) or elsewhere))
        except RecproxyError as problem:
            problems.append(f"the report cannot be written: {problem.message}")
        except OSError as problem:
            problems.append(f"the report cannot be written: {problem.filename}: {problem.strerror}")
    return [printable(line) for line in problems]


def write_reports_at_end(
    report: RunReport,
    targets: Sequence[ReportTarget],
    *,
    root: Path,
    elsewhere: str,
    environment: Mapping[str, str],
    stream: TextIO,
    rules: Mapping[str, RedactionRules] = MappingProxyType({}),
    packages: Sequence[Path] = (),
) -> int:
    """Write a report as `write_reports` does, with its problems on stderr; the report's exit code, not 0 if there are any."""
    problems = write_reports(
        report,
        targets,
        root=root,
        elsewhere=elsewhere,
        environment=environment,
        stream=stream,
        rules=rules,
        packages=packages,
    )
    for line in problems:
        print(f"recproxy: {line}", file=sys.stderr)
    return report.exit_code or (_NOT_WRITTEN if problems else 0)


def _page(report: RunReport, places: ReportPlaces, rules: Mapping[str, RedactionRules]) -> str:
    from recproxy.report.page import PageSources, html_page  # noqa: PLC0415 - it brings redaction

    return html_page(report, PageSources(places=places, rules=rules))


def _text(report: RunReport, kind: ReportFormat, locate: Callable[[str], str | None], elsewhere: str) -> str:
    if kind is ReportFormat.JUNIT:
        return junit_report(report)
    if kind is ReportFormat.GITLAB:
        return code_quality(report, locate, elsewhere)
    return json.dumps(report_values(report), indent=1) + "\n"


def _write_github(
    report: RunReport,
    path: Path | None,
    locate: Callable[[str], str | None],
    environment: Mapping[str, str],
    stream: TextIO,
) -> None:
    for line in workflow_commands(report, locate):
        print(line, file=stream)
    stream.flush()
    if path is not None:
        _replace(path, step_summary(report))
    elif environment.get(_SUMMARY):  # what other steps wrote stays
        with Path(environment[_SUMMARY]).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))


def _replace(path: Path, text: str) -> None:
    replace_file(path, text.encode("utf-8"), root=path.parent)


def load_report(path: Path) -> RunReport:
    """The report in a JSON file.

    Raises:
        ConfigurationError: it cannot be read, or is no report.
    """
    try:
        values = json.loads(path.read_bytes())
    except OSError as problem:
        raise ConfigurationError(f"{path}: cannot be read: {problem.strerror}") from None
    except (ValueError, RecursionError):
        raise ConfigurationError(
            f"{path}: is not JSON: give reports that recproxy run --report FILE.json wrote"
        ) from None
    return read_report(values, str(path))
