"""The journal: finished interactions on disk, redacted, before the next begins.

One file per run under recordings/.journal/, locked while its run lives: one that is there and not locked was left by a
run that was killed, and what it holds is recovered. Lines of JSON say which recording and scope an entry belongs to;
the entry itself is `.rec` text.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from recproxy.errors import RecordingError
from recproxy.recording import Interaction, Recording, dump, load

__all__ = ["Entry", "Journal", "abandoned"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One interaction of a scope, meant for a recording."""

    recording: Path
    scope: str
    interaction: Interaction


class Journal:
    """The journal of this run; made when the first interaction is kept."""

    def __init__(self, recordings: Path) -> None:
        self._folder = recordings / ".journal"
        self._file: BinaryIO | None = None
        self._path = self._folder / f"{os.getpid()}-{os.urandom(4).hex()}.journal"

    def add(self, entry: Entry) -> None:
        """Put an interaction on disk.

        Raises:
            RecordingError: it cannot be written; the message names the folder.
        """
        try:
            if self._file is None:
                self._file = self._open()
            text = dump(Recording(interactions=(entry.interaction,)))
            about = {"recording": str(entry.recording), "scope": entry.scope, "size": len(text)}
            self._file.write(json.dumps(about).encode() + b"\n" + text)
            self._file.flush()
        except OSError as problem:
            raise RecordingError(f"{self._folder}: cannot be written: {problem.strerror or problem}") from None

    def close(self) -> None:
        """All that was kept is in its recording: the journal goes."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def _open(self) -> BinaryIO:
        make_folder(self._folder)
        file = self._path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file


def make_folder(folder: Path) -> None:
    """The journal's folder, which no commit should hold."""
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def abandoned(recordings: Path) -> Iterator[tuple[Path, list[Entry]]]:
    """The journals that killed runs left: each path, and what could be read of it. Whoever takes it removes it."""
    for path in sorted((recordings / ".journal").glob("*.journal")):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield path, list(_entries(file))
        except OSError:  # its run lives, or another took it
            continue


def _entries(file: BinaryIO) -> Iterator[Entry]:
    """The whole entries of a journal; a kill may have cut the last one short."""
    while line := file.readline():
        try:
            about = json.loads(line)
            text = file.read(about["size"])
            interaction = load(text).interactions[0]
            yield Entry(Path(about["recording"]), about["scope"], interaction)
        except (ValueError, TypeError, KeyError, IndexError, RecordingError):
            return
