"""`recproxy prune`: recordings that no test plays are removed, after they were shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb, is_quiet

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["prune"]


@click.command(cls=Verb, example="recproxy prune --tests tests/functional", page="record")
@click.option(
    "--run",
    "runs",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Remove what a full run left unused, by its JSON report, instead of collecting tests. Once for each shard.",
)
@click.option("--tests", multiple=True, metavar="PATH", help="Where the tests are. By default pytest finds them.")
@click.option("--yes", is_flag=True, help="Remove without asking.")
def prune(runs: tuple[str, ...], tests: tuple[str, ...], yes: bool) -> None:
    """Remove the recordings that no test plays, and the interactions of tests that are gone.

    Collects the tests with pytest, shows what it would remove, and asks. It runs no test. The recordings of
    commands (default.rec) stay. With --run, it removes the interactions that a full run left unused, too.
    """
    from pathlib import Path

    from recproxy.cli.collected_tests import collect_tests, leftovers_of_tests
    from recproxy.cli.runs_played import leftovers_of_runs
    from recproxy.config.project import find_project
    from recproxy.control.shown_paths import shown_path
    from recproxy.recording.counting import counted
    from recproxy.recording.printable import printable

    project = find_project(Path.cwd())
    if runs and tests:
        raise click.UsageError("--tests is for collecting tests, and --run is in its place: give one of them")
    if runs:
        found = leftovers_of_runs(project, runs)
        _refuse_newer([path for path, line, _ in found if not line], runs)
    else:
        found = leftovers_of_tests(project.recordings, collect_tests(project.recordings, tests))
    for path, line, message in found:
        print(printable(f"{shown_path(str(path))}{f':{line}' if line else ''}: {message}"))
    if not found:
        if not is_quiet():
            print("recproxy: nothing to remove", file=sys.stderr)
        return
    if not yes:
        if not sys.stdin.isatty():
            print("recproxy: nothing was removed: pass --yes to remove this", file=sys.stderr)
            return
        click.confirm("Remove this?", abort=True, err=True)
    files = {path for path, line, _ in found if not line}
    for path in files:
        _remove(path, project.recordings)
    gone: dict[Path, set[int]] = {}
    for path, line, _ in found:
        if line:
            gone.setdefault(path, set()).add(line)
    for path, lines in gone.items():
        _remove_interactions(path, lines, project.recordings)
    count = sum(map(len, gone.values()))
    if not is_quiet():
        print(f"recproxy: removed {counted(len(files), 'file')} and {counted(count, 'interaction')}", file=sys.stderr)


def _refuse_newer(recordings: list[Path], reports: tuple[str, ...]) -> None:
    """Raise ConfigurationError where a recording has been written after a run that says that no test plays it."""
    from pathlib import Path

    from recproxy.control.shown_paths import shown_path
    from recproxy.errors import ConfigurationError

    oldest = min(reports, key=lambda each: Path(each).stat().st_mtime)
    for path in recordings:
        if path.stat().st_mtime > Path(oldest).stat().st_mtime:
            raise ConfigurationError(
                f"{shown_path(str(path))}: is newer than {oldest}, so its test may be, too: run the tests again, with "
                f"--report {oldest}"
            )


def _remove(path: Path, recordings: Path) -> None:
    from recproxy.play.file_replacement import remove_empty_folders, remove_file

    remove_file(path, root=recordings)
    profile, *_ = path.relative_to(recordings).parts
    remove_empty_folders(path, below=recordings / profile)


def _remove_interactions(path: Path, lines: set[int], recordings: Path) -> None:
    from dataclasses import replace

    from recproxy.play.file_replacement import replace_file
    from recproxy.play.reading import read_recording
    from recproxy.recording import pieces

    recording = read_recording(str(path))
    kept = tuple(each for each in recording.interactions if each.line not in lines)
    if not kept:
        _remove(path, recordings)
    else:
        replace_file(path, b"".join(pieces(replace(recording, interactions=kept))), root=recordings)
