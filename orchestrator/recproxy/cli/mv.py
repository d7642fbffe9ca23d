"""`recproxy mv OLD NEW`: the recording of a test, or of a module, under the name of another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb, is_quiet

if TYPE_CHECKING:
    from pathlib import Path

    from recproxy.errors import RecordingError

__all__ = ["mv"]


@click.command(cls=Verb, example="recproxy mv test_orders/test_old test_orders/test_new", page="record")
@click.option("--profile", metavar="P", help="Move the recordings of profile P only. By default those of all profiles.")
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing, and print what would be moved.")
@click.argument("old")
@click.argument("new")
def mv(profile: str | None, dry: bool, old: str, new: str) -> None:
    """Give the recording of test OLD to test NEW, with the scopes in it.

    OLD and NEW are paths below the recordings of a profile, without .rec: MODULE/TEST, or MODULE for all its tests.
    You can also give the id of a test (tests/test_m.py::test_old), the file of its module, its scope (test_m.test_old)
    or the path of a recording.
    """
    from pathlib import Path

    from recproxy.cli.recording_words import RecordingWords
    from recproxy.config.project import find_project
    from recproxy.control.shown_paths import shown_path
    from recproxy.recording.printable import printable

    project = find_project(Path.cwd())
    top = project.recordings
    below = (path for path in top.glob("*") if path.is_dir() and not path.name.startswith("."))  # no journal of a run
    once = {path.resolve(): path for path in sorted(below, reverse=True)}  # a folder may have a link beside it
    folders = [top / profile] if profile else sorted(once.values())
    words = RecordingWords(recordings=top, root=project.root, folders=folders)
    old = words.known(old)
    new = words.new(new, old)
    moves = [move for folder in folders for move in _moves(folder, old, new)]
    _check(moves)
    texts = [_renamed(*move) for move in moves]
    if not dry:
        _write(moves, texts)
    for source, target, _ in moves:
        shown = f"{shown_path(str(source))} to {shown_path(str(target))}"
        if dry or not is_quiet():
            print(printable(f"{'would move' if dry else 'moved'} {shown}"), file=sys.stderr)


def _moves(folder: Path, old: str, new: str) -> list[tuple[Path, Path, Path]]:
    """The files to move in the recordings of one profile: from, to, and that folder."""
    from recproxy.play.recording_names import FAILED

    ends = (".rec", FAILED)
    found = [
        (folder / f"{old}{end}", folder / f"{new}{end}", folder) for end in ends if (folder / f"{old}{end}").is_file()
    ]
    top = folder / old
    if top.is_dir():
        found += [
            (path, folder / new / path.relative_to(top), folder)
            for path in sorted(top.rglob("*.rec"))
            if path.is_file()
        ]
    return found


def _check(moves: list[tuple[Path, Path, Path]]) -> None:
    import os

    for _, target, _ in moves:
        if os.path.lexists(target):  # a link that leads nowhere, too
            raise _exists(target)


def _exists(target: Path) -> RecordingError:
    from recproxy.control.shown_paths import shown_path
    from recproxy.errors import RecordingError

    return RecordingError(f"{shown_path(str(target))}: exists: move or remove it first; nothing was moved")


def _renamed(source: Path, target: Path, folder: Path) -> bytes:
    """The text of a file with its own scopes renamed."""
    from recproxy.play.recording_names import FAILED
    from recproxy.play.test_names import scope_of, with_scopes_renamed
    from recproxy.recording import load

    text = source.read_bytes()
    names = [path.relative_to(folder).as_posix().replace(FAILED, ".rec") for path in (source, target)]
    old, new = map(scope_of, names)
    for end in ("", " teardown"):
        lines = [each.line for each in load(text, path=str(source)).interactions if each.scope == f"{old}{end}"]
        text = with_scopes_renamed(text, lines, f"{old}{end}", f"{new}{end}")
    return text


def _write(moves: list[tuple[Path, Path, Path]], texts: list[bytes]) -> None:
    """Write the files in their new places, then remove the old ones; if one cannot be written, all stay as they were."""
    from contextlib import ExitStack

    from recproxy.play.file_replacement import create_file, remove_empty_folders, remove_file

    with ExitStack() as written:
        for (_, target, folder), text in zip(moves, texts, strict=True):
            if not create_file(target, text, root=folder):
                raise _exists(target)
            written.callback(remove_file, target, root=folder)
        written.pop_all()
    for source, _, folder in moves:
        remove_file(source, root=folder)
        remove_empty_folders(source, below=folder)
