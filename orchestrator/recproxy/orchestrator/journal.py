"""The journal: finished interactions on disk, redacted, before the next begins.

One file per run under recordings/.journal/, locked while its run lives: one that is there and not locked was left by a
run that was killed, and what it holds is recovered. Lines of JSON say which recording and scope an entry belongs to;
the entry itself is `.rec` text. A line says where a scope has ended: what it had is in its recording by then.
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
    """One interaction of a scope, meant for a recording. `key` is the scope's own in its run: names may repeat."""

    recording: Path
    scope: str
    interaction: Interaction
    key: str = ""


class Journal:
    """The journal of this run; made when the first interaction is kept."""

    def __init__(self, recordings: Path) -> None:
        self._folder = recordings / ".journal"
        self._file: int | None = None
        self._size = 0
        self._open_keys: set[str] = set()
        self._path = self._folder / f"{os.getpid()}-{os.urandom(4).hex()}.journal"

    def add(self, entry: Entry) -> None:
        """Put an interaction on disk.

        Raises:
            RecordingError: it cannot be written; the message names the folder. What was there before stays whole.
        """
        text = dump(Recording(interactions=(entry.interaction,)))
        about = {"recording": str(entry.recording), "scope": entry.scope, "key": entry.key, "size": len(text)}
        self._write(json.dumps(about).encode() + b"\n" + text)
        self._open_keys.add(entry.key)

    def ended(self, key: str) -> None:
        """What this scope had is in its recording, or beside it: it is not to be recovered."""
        if key not in self._open_keys:
            return
        self._open_keys.discard(key)
        if self._open_keys:
            self._write(json.dumps({"ended": key}).encode() + b"\n")
        elif self._file is not None:
            os.ftruncate(self._file, 0)
            self._size = 0

    def close(self) -> None:
        """All that was kept is in its recording: the journal goes."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._file = self._open()
            try:
                written = 0
                while written < len(data):
                    written += os.pwrite(self._file, data[written:], self._size + written)
            except OSError:
                os.ftruncate(self._file, self._size)  # a full disk must not leave half an entry before the next
                raise
            self._size += len(data)
        except OSError as problem:
            raise RecordingError(f"{self._folder}: cannot be written: {problem.strerror or problem}") from None

    def _open(self) -> int:
        make_folder(self._folder)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
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
                yield path, _left(file)
        except OSError:  # its run lives, or another took it
            continue


def _left(file: BinaryIO) -> list[Entry]:
    """The entries of scopes that had not ended; a kill may have cut the last one short."""
    entries: list[Entry] = []
    while line := file.readline():
        try:
            about = json.loads(line)
            if "ended" in about:
                entries = [entry for entry in entries if entry.key != about["ended"]]
                continue
            text = file.read(about["size"])
            interaction = load(text).interactions[0]
            entries.append(Entry(Path(about["recording"]), about["scope"], interaction, about.get("key", "")))
        except (ValueError, TypeError, KeyError, IndexError, RecordingError):
            break
    return entries
