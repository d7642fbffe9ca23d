"""`recproxy diff`: what changed in a service's answers, between two recordings or versions of one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb
from recproxy.errors import ConfigurationError
from recproxy.play.changed_lines import changed_lines, changed_row

if TYPE_CHECKING:
    from recproxy.recording import Recording

__all__ = ["diff"]

#: What git passes to a diff driver: path, old file, its hash and mode, new file, its hash and mode; more for a rename.
_OF_GIT = 7


@click.command(
    cls=Verb, example="recproxy diff tests/functional/recordings/twitter/default.rec --rev HEAD~1", page="record"
)
@click.option("--rev", metavar="REV", help="Compare each FILE with its version in revision REV of git.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.option("--git-driver", is_flag=True, help="Take the arguments that git passes to a diff driver.")
@click.argument("paths", nargs=-1, required=True, metavar="[REV] FILE [FILE]")
def diff(rev: str | None, as_json: bool, git_driver: bool, paths: tuple[str, ...]) -> None:
    """Show what changed in the answers of a service: fields, types and statuses first, then values.

    Compares two recordings, one with the .failed.rec next to it, or one with a revision of git. REV:FILE is a recording
    as it was in a revision. Headers that are new in each response come last. Exit codes: 0 without differences, 1 with
    differences, 2 if a file cannot be read.
    """
    from recproxy.play.recording_difference import compare_recordings
    from recproxy.recording.printable import printable

    if git_driver:
        _as_git_driver(paths)
        return
    before, after = _versions(rev, paths)
    found = compare_recordings(before, after)
    if as_json:
        print(json.dumps([changed_row(each) for each in found], indent=2))
    else:
        for each in found:
            print("\n".join(map(printable, changed_lines(each))))
    sys.exit(1 if found else 0)


def _versions(rev: str | None, paths: tuple[str, ...]) -> tuple[Recording, Recording]:
    from recproxy.play.git_versions import is_revision, recording_at
    from recproxy.play.reading import is_recorded_folder, read_recording
    from recproxy.play.recording_names import failed_path

    for path in paths:
        if Path(path).is_dir() and not is_recorded_folder(Path(path)):
            raise ConfigurationError(f"{path} is a folder: name a file in it, or compare all of them with git diff")
    if rev is not None:
        if len(paths) != 1:
            raise ConfigurationError("--rev compares one FILE with its earlier version: name one")
        return recording_at(rev, Path(paths[0])), read_recording(paths[0])
    if len(paths) == 1:
        if not Path(paths[0]).exists() and is_revision(paths[0], Path.cwd()):
            raise ConfigurationError(f"{paths[0]} is a revision: name the file, too, as in diff {paths[0]} FILE")
        failed = failed_path(Path(paths[0]))
        if not failed.is_file() and Path(paths[0]).is_file():
            raise ConfigurationError(
                f"{paths[0]}: nothing to compare it with, since no failed run has left {failed.name} next to it: name a "
                "second recording, or, in a git repository, an earlier version with --rev HEAD"
            )
        return read_recording(paths[0]), read_recording(str(failed))
    if len(paths) > 2:
        raise ConfigurationError("diff compares two recordings: name FILE FILE, REV FILE, or REV:FILE REV:FILE")
    return _version(paths[0], paths[1]), _version(paths[1], paths[0])


def _version(word: str, other: str) -> Recording:
    """A file, or what git has by this name; a file goes before a revision of the same name."""
    from recproxy.play.git_versions import recording_named
    from recproxy.play.reading import read_recording

    if Path(word).exists():
        return read_recording(word)
    found = recording_named(word, other)
    if found is None:
        raise ConfigurationError(f"{word}: no such file or folder, and no revision of git")
    return found


def _as_git_driver(words: tuple[str, ...]) -> None:
    """Print the difference as git wants it; a file that is no recording is shown as git shows texts."""
    from recproxy.errors import RecordingError
    from recproxy.play.recording_difference import compare_recordings
    from recproxy.recording import Recording, load
    from recproxy.recording.printable import printable

    if len(words) < _OF_GIT:
        raise ConfigurationError("--git-driver is for git: see recproxy docs record")
    name, old, new = words[0], Path(words[1]), Path(words[4])
    print(printable(f"recproxy diff {name}"))
    try:
        texts = [path.read_bytes() if path.is_file() else b"" for path in (old, new)]  # /dev/null where it is new
        versions = [load(text, path=name) if text else Recording(interactions=()) for text in texts]
    except RecordingError as problem:
        print(printable(f"  {problem.message}"))
        return
    for each in compare_recordings(*versions):
        print("\n".join(map(printable, changed_lines(each))))
