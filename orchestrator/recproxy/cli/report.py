"""`recproxy report merge`: the reports of several runs as one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.options import report_format_option
from recproxy.cli.verb import Verb, Verbs, is_quiet, is_verbose

if TYPE_CHECKING:
    from recproxy.report.run_report import RunReport

__all__ = ["reports"]

_MOST_SHOWN = 20  # lines: the report has all of them


@click.group("report", cls=Verbs, example="recproxy report merge shard-*.json", page="ci")
def reports() -> None:
    """Bring the reports of several runs together."""


@reports.command("merge", cls=Verb, example="recproxy report merge shard-*.json -o all.json", page="ci")
@click.option(
    "-o",
    "--out",
    "out",
    multiple=True,
    metavar="FILE",
    help="Write the merged report, as `recproxy run --report` does. Can be repeated.",
)
@report_format_option("-o")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def merge_files(out: tuple[str, ...], report_formats: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Merge JSON reports, print the table of all runs, and exit as one run would.

    An interaction counts as unused if no run played it.
    """
    from recproxy.config.project import find_project
    from recproxy.report import print_report
    from recproxy.report.report_files import load_report, report_targets, write_reports_at_end
    from recproxy.report.report_merge import merge_reports
    from recproxy.report.run_facts import printable_report, tally_of

    targets = report_targets(out, report_formats, folder=Path.cwd(), said="-o")
    merged = printable_report(merge_reports([(str(file), load_report(file)) for file in files]))
    tally = tally_of(merged)
    if not is_quiet() or merged.exit_code:
        print_report(tally, verbose=is_verbose(), quiet=is_quiet())
        _print_unused(merged)
    project = find_project(Path.cwd())
    code = write_reports_at_end(
        merged,
        targets,
        root=project.root,
        elsewhere=project.file_name,
        environment=os.environ,
        stream=sys.stdout,
    )
    sys.exit(code)


def _print_unused(merged: RunReport) -> None:
    """The interactions that no run played, where they fail the runs together."""
    from recproxy.recording.counting import counted
    from recproxy.recording.printable import printable

    lines = [
        f"{profile.name}: {each.request} ({each.path}:{each.line})"
        for profile in merged.profiles
        if profile.unused_fails
        for each in profile.interactions_unused
        if each.passed
    ]
    for line in lines[:_MOST_SHOWN]:
        print(printable(f"recproxy: unused: {line}"), file=sys.stderr)
    if len(lines) > _MOST_SHOWN:
        more = counted(len(lines) - _MOST_SHOWN, "more unused interaction")
        print(f"recproxy: and {more}", file=sys.stderr)
    if merged.error:
        print(printable(f"recproxy: broken off: {merged.error}"), file=sys.stderr)
