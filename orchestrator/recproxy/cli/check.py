"""`recproxy check`: reports problems in recordings, for people and for CI."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb, is_quiet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from recproxy.config.project import Project
    from recproxy.play.found_recordings import FoundRecordings

__all__ = ["check"]


@click.command(cls=Verb, example="recproxy check tests/functional/recordings")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list to stdout.")
@click.option(
    "--orphans", is_flag=True, help="Also report recordings that no test plays: collects the tests with pytest."
)
@click.option(
    "--run",
    "runs",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="With --orphans: the JSON report of a full run, instead of collecting the tests. Once for each shard.",
)
@click.option("--tests", multiple=True, metavar="PATH", help="With --orphans: where the tests are.")
@click.argument("paths", nargs=-1, type=click.Path())
def check(as_json: bool, orphans: bool, runs: tuple[str, ...], tests: tuple[str, ...], paths: tuple[str, ...]) -> None:
    """Check the recordings at PATHS, or all recordings of the project, including those of other tools.

    Reports files that cannot be parsed, recordings that answer each other's requests, interactions that can never
    match, an XXX that matches a whole body, recordings older than max_age, and remaining secrets by name and shape.
    Use `recproxy scan --profile NAME` to look for the values of your variables, too. Exit code 1 if there is a problem.
    """
    from pathlib import Path

    from recproxy.cli.progress import each_file
    from recproxy.cli.runs_played import leftovers_of_runs
    from recproxy.config.project import find_project
    from recproxy.control.shown_paths import shown_path
    from recproxy.errors import ConfigurationError
    from recproxy.play.file_problems import problems_of
    from recproxy.play.found_recordings import recordings_in

    project = find_project(Path.cwd())
    found = recordings_in([Path(path) for path in paths] or [project.recordings_there()])
    for path in found.missing:
        raise ConfigurationError(f"{path}: no such file or folder")
    rows = [
        {"path": shown_path(str(file)), "line": line, "kind": kind, "message": message}
        for file in each_file(found.paths, "checking")
        for line, kind, message in problems_of(file, project.owner(file), project.max_age)
    ]
    if runs and not orphans:
        raise click.UsageError("--run needs --orphans")
    if orphans:
        if runs and tests:
            raise click.UsageError("--tests is for collecting tests, and --run is in its place: give one of them")
        found_orphans = leftovers_of_runs(project, runs) if runs else _by_collecting(project, tests)
        rows += [
            {"path": shown_path(str(file)), "line": line, "kind": "orphan", "message": message}
            for file, line, message in found_orphans
        ]
    if as_json:
        print(json.dumps(rows))
    else:
        _print(rows, found)
    sys.exit(1 if rows else 0)


def _print(rows: Sequence[Mapping[str, object]], found: FoundRecordings) -> None:
    """Print the problems, a line each, and how many there are in how many recordings."""
    from recproxy.recording.counting import counted
    from recproxy.recording.printable import printable

    for row in rows:
        line = f":{row['line']}" if row["line"] else ""  # another tool's file is read without lines
        print(printable(f"{row['path']}{line}: {row['kind']}: {row['message']}"))
    others = f", {counted(found.passed_over, 'file')} of unknown format" if found.passed_over else ""
    if not is_quiet():
        print(
            f"recproxy: {counted(len(found.paths), 'recording')}, {counted(len(rows), 'problem')}{others}",
            file=sys.stderr,
        )


def _by_collecting(project: Project, tests: tuple[str, ...]) -> list[tuple[Path, int, str]]:
    from recproxy.cli.collected_tests import collect_tests, leftovers_of_tests

    found = leftovers_of_tests(project.recordings, collect_tests(project.recordings, tests))
    return [(path, line, f"{message}: recproxy prune removes it") for path, line, message in found]
