"""`recproxy merge`: git's merge driver for recordings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from recproxy.cli.verb import Verb

__all__ = ["merge_recordings"]

_MARK = 7


@click.command(
    name="merge",
    cls=Verb,
    example="git config merge.recproxy.driver 'recproxy merge --marker-size %L %O %A %B'",
    page="rec-format",
)
@click.option("--marker-size", default=_MARK, metavar="N", help="The size of conflict marks. Default: 7.")
@click.argument("base", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("ours", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("theirs", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def merge_recordings(marker_size: int, base: Path, ours: Path, theirs: Path) -> None:
    """Merge the recordings OURS and THEIRS, which both come from BASE, into OURS: a merge driver for git.

    Interactions that only one side changed are taken from it. An interaction that both sides changed is a conflict,
    and stands there twice. Files that are no recordings are merged by lines. Exit codes: 0, or 1 with conflicts.
    """
    from recproxy.errors import RecordingError
    from recproxy.play.recording_merge import merge_texts

    try:
        merged = merge_texts(*(path.read_bytes() for path in (base, ours, theirs)), mark=marker_size)
    except RecordingError:
        sys.exit(_by_lines(marker_size, base, ours, theirs))
    ours.write_bytes(merged.text)
    sys.exit(1 if merged.conflicts else 0)


def _by_lines(marker_size: int, base: Path, ours: Path, theirs: Path) -> int:
    from recproxy.cli.git import call_git

    words = ["merge-file", f"--marker-size={marker_size}", "-L", "ours", "-L", "base", "-L", "theirs"]
    return min(call_git(*words, *map(str, (ours, base, theirs)), folder=Path.cwd()).returncode, 1)
