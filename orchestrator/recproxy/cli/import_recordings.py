"""`recproxy import SOURCE...`: recordings of other tools made into ours, with a report."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb, is_quiet
from recproxy.errors import ConfigurationError

if TYPE_CHECKING:
    from recproxy.cli.import_sources import ImportSource
    from recproxy.cli.importing import SourceSummary
    from recproxy.cli.pending_files import PendingFiles
    from recproxy.config.profile import Profile

__all__ = ["import_recordings"]

#: What cassettes of tests leave to do.
_WHAT_NEXT = (
    "recproxy: uninstall the pytest plugin that played these cassettes (pytest-recording or pytest-vcr), or it goes on "
    "playing them; then the vcr marks do nothing and can go: recproxy docs move-from-vcrpy"
)


@click.command(
    name="import",
    cls=Verb,
    example="recproxy import tests/cassettes --profile twitter --to tests/functional/recordings",
    page="formats",
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(path_type=Path))
@click.option("--profile", metavar="P", help="Assign everything to profile P. By default the host decides.")
@click.option(
    "--to",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder for the recordings.",
)
@click.option(
    "--placeholder",
    "placeholders",
    multiple=True,
    metavar="TEXT[=VALUE]",
    help="TEXT in the files stands for VALUE; without VALUE, for anything.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing, and print what would be written.")
@click.option("--force", is_flag=True, help="Overwrite existing recordings that differ.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_recordings(
    sources: tuple[Path, ...],
    profile: str | None,
    folder: Path,
    placeholders: tuple[str, ...],
    dry: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Convert files of other tools to recordings. SOURCE is a file or a folder.

    Prints a report: for each file what is exact, what was synthesized, and what was lost. Exit codes: 1 if something
    was lost; 2 for a usage error, or for a file that cannot be read or would be overwritten. Then nothing is written.
    """
    from recproxy.cli.ending_signals import ended_by_signals
    from recproxy.cli.import_profiles import import_profiles
    from recproxy.cli.import_report import report
    from recproxy.cli.import_sources import sources_in
    from recproxy.cli.pending_files import PendingFiles
    from recproxy.cli.test_cassettes import named_for_tests
    from recproxy.config.project import find_project

    texts = _placeholders(placeholders)
    found = sources_in(sources)
    project = find_project(Path.cwd())
    if folder.resolve() in (project.recordings.resolve(), (project.recordings / (profile or "")).resolve()):
        found = named_for_tests(found, recordings=project.recordings, root=project.root)
    profiles = import_profiles(project, profile, found)
    if profile is None:
        _check_folder(folder, project.recordings, [each.name for each in profiles])
    if profile and folder.resolve() == project.recordings.resolve():  # where each profile has a folder
        folder /= profiles[0].name
    with ended_by_signals():
        pending_files = PendingFiles(folder, force=force, dry=dry)
        try:
            summaries = _converted(found, profiles, pending_files, folder, texts, named=profile is not None)
            if not dry and not any(each.problem for each in summaries):
                pending_files.finish()
        finally:
            pending_files.abandon()
    code = report(summaries, as_json=as_json, dry=dry)
    if any(each.of_test for each in found) and not (dry or as_json or is_quiet()):
        print(_WHAT_NEXT, file=sys.stderr)
    sys.exit(code)


def _converted(
    sources: Sequence[ImportSource],
    profiles: Sequence[Profile],
    pending_files: PendingFiles,
    folder: Path,
    placeholders: Mapping[str, str | None],
    *,
    named: bool,
) -> list[SourceSummary]:
    """Stage the recordings that the sources make; what became of each source."""
    from recproxy.cli.collecting import collecting_seldom
    from recproxy.cli.import_report import take_all
    from recproxy.cli.importing import Importer

    with collecting_seldom():
        importer = Importer(
            folder, pending_files, profiles, sources, named=named, variables=os.environ, placeholders=placeholders
        )
        with contextlib.closing(importer):  # before what is staged is abandoned
            return take_all(importer.take, sources, "importing")


def _check_folder(folder: Path, recordings: Path, profiles: Sequence[str]) -> None:
    """Refuse to put a folder for each profile below the folder of one of them, where no run looks."""
    if folder.name in profiles and folder.resolve().parent == recordings.resolve():
        raise ConfigurationError(
            f"--to {folder} is where the recordings of profile {folder.name!r} are: add --profile {folder.name}, or give "
            f"--to {folder.parent}, below which each profile gets a folder"
        )


def _placeholders(words: tuple[str, ...]) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for word in words:
        text, equals, value = word.partition("=")
        if not text:
            raise ConfigurationError(f"--placeholder {word}: write TEXT or TEXT=VALUE")
        found[text] = value if equals else None
    return found
