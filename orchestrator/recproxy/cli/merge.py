"""`recproxy merge`: git's merge driver for recordings, and the recordings of shards made into one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from recproxy.cli.verb import Verb

__all__ = ["merge_recordings"]

_MARK = 7  # letters of a conflict mark, as git writes them unless it says otherwise
_VERSIONS = 3  # those of both sides, and the one before


@click.command(
    name="merge",
    cls=Verb,
    example="recproxy merge shard-1/recordings shard-2/recordings",
    page="ci",
)
@click.option("--marker-size", type=int, metavar="N", help="With files: the size of conflict marks. Default: 7.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="With folders: the recordings that all shards began with. Default: those of the project.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
def merge_recordings(marker_size: int | None, into: Path | None, paths: tuple[Path, ...]) -> None:
    """Merge the recordings of shards, each a folder of recordings, into those of the project.

    Each shard has recorded scopes of its own, from the same files. A scope that two have recorded otherwise is a
    conflict: it is named, and nothing is written.

    With three files it is a merge driver for git: BASE OURS THEIRS merges OURS and THEIRS, which both come from BASE, into
    OURS. An interaction that both sides changed is a conflict, and stands there twice. Files that are no recordings are
    merged by lines. Exit codes: 0, or 1 with conflicts.
    """
    for path in paths:
        if not path.exists():
            raise click.BadParameter(f"Path {str(path)!r} does not exist.", param_hint="'PATH...'")
    if all(path.is_dir() for path in paths):
        if marker_size is not None:
            raise click.UsageError("--marker-size is for files: leave it out")
        sys.exit(_merge_folders(paths, into))
    if into is not None or len(paths) != _VERSIONS or any(path.is_dir() for path in paths):
        raise click.UsageError("give folders of recordings, or three files: BASE OURS THEIRS")
    sys.exit(_merge_versions(marker_size or _MARK, *paths))


def _merge_folders(paths: Sequence[Path], into: Path | None) -> int:
    from recproxy.cli.shard_recordings import (
        check_recording_folder,
        check_shard,
        recording_files,
        write_recording_files,
    )
    from recproxy.config.project import find_project
    from recproxy.control.shown_paths import shown_path
    from recproxy.play.shard_merging import merge_shards
    from recproxy.recording.counting import counted
    from recproxy.recording.printable import printable

    project = find_project(Path.cwd())
    folder = into or project.recordings
    if into is not None and not into.is_dir():
        raise click.BadParameter(f"Folder {str(into)!r} does not exist.", param_hint="'--into'")
    before = recording_files(folder)
    check_recording_folder(folder, before, project.recordings)
    shards = [(str(path), recording_files(path)) for path in paths]
    for name, files in shards:
        check_shard(Path(name), files, before, project.recordings)
    merged, conflicts = merge_shards(before, shards)
    for each in conflicts:
        what = f"{each.name}: scope {each.scope!r}" if each.scope is not None else each.name
        print(printable(f"recproxy: {what} was recorded by {' and '.join(each.shards)}, and differs"), file=sys.stderr)
    if conflicts:
        told = counted(len(conflicts), "conflict")
        print(f"recproxy: {told}: nothing was written; record it in one shard only, or choose a file", file=sys.stderr)
        return 1
    write_recording_files(folder, merged)
    print(
        f"recproxy: {counted(len(merged), 'recording')} merged into {printable(shown_path(str(folder)))}",
        file=sys.stderr,
    )
    return 0


def _merge_versions(marker_size: int, base: Path, ours: Path, theirs: Path) -> int:
    from recproxy.errors import RecordingError
    from recproxy.play.recording_merge import merge_texts

    try:
        merged = merge_texts(*(path.read_bytes() for path in (base, ours, theirs)), mark=marker_size)
    except RecordingError:
        return _by_lines(marker_size, base, ours, theirs)
    ours.write_bytes(merged.text)
    return 1 if merged.conflicts else 0


def _by_lines(marker_size: int, base: Path, ours: Path, theirs: Path) -> int:
    from recproxy.play.git_versions import call_git

    words = ["merge-file", f"--marker-size={marker_size}", "-L", "ours", "-L", "base", "-L", "theirs"]
    return min(call_git(*words, *map(str, (ours, base, theirs)), folder=Path.cwd()).returncode, 1)
