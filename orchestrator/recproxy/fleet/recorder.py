"""The recorder: the one writer of recordings.

A scope owns what it recorded until it ends: well, and its file is replaced in one rename; not well, and what came is
put beside it as NAME.failed.rec. A file that another run is recording is refused by name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from recproxy.control import Recorded
from recproxy.errors import RecordingError
from recproxy.fleet.journal import Entry, Journal, abandoned, make_folder
from recproxy.library import read_recording
from recproxy.matching import Rules
from recproxy.merging import Taken, merge
from recproxy.recording import Recording, dump
from recproxy.redaction import link
from recproxy.report import Written

__all__ = ["Recorder", "ScopeEnded"]


class ScopeEnded(RecordingError):
    """An interaction came after the end of its scope, which counted as failed because of it; the run goes on."""


@dataclass(slots=True)
class _Pending:
    """What one scope has recorded of one profile so far."""

    path: Path
    scope: str
    rules: Rules
    append: bool
    taken: list[Taken] = field(default_factory=list)


class Recorder:
    """Collects the interactions of open scopes and writes their recordings when they end."""

    def __init__(self, recordings: Path) -> None:
        self._folder = recordings / ".journal"
        self._journal = Journal(recordings)
        self._pending: dict[tuple[str, int], _Pending] = {}
        self._locks: dict[Path, IO[bytes]] = {}
        self._recovered: set[Path] = set()  # told as there, so this run does not remove them
        self.written: list[Written] = []

    def recover(self, recordings: Path) -> list[Written]:
        """Put what killed runs left beside the recordings it was meant for."""
        recovered: list[Written] = []
        for journal, entries in abandoned(recordings):
            by_path: dict[Path, list[Entry]] = {}
            for entry in entries:
                by_path.setdefault(entry.recording, []).append(entry)
            for path, group in by_path.items():
                recording = Recording(interactions=tuple(entry.interaction for entry in group))
                recovered.append(_write_failed(path, recording))
                self._recovered.add(_failed_path(path))
            journal.unlink(missing_ok=True)
        return recovered

    def begin(self, profile: str, number: int, scope: str, path: Path, rules: Rules, *, append: bool) -> None:
        """A scope begins to record into a file.

        Raises:
            RecordingError: the file that is there does not parse.
        """
        if path.is_file():
            read_recording(str(path))
        self._pending[profile, number] = _Pending(path, scope, rules, append)

    def keep(self, profile: str, message: Recorded) -> None:
        """Put an interaction on disk.

        Raises:
            RecordingError: it cannot be written, another run is recording the file, or its scope has ended.
        """
        pending = self._pending.get((profile, message.scope))
        if pending is None:
            raise ScopeEnded("the scope of this request has ended: nothing is recorded any more")
        self._lock(pending.path)
        self._journal.add(Entry(pending.path, pending.scope, message.interaction))
        pending.taken.append(Taken(message.interaction, message.begun, message.ended))

    def end(self, profile: str, number: int, *, passed: bool) -> None:
        """The scope has ended: its recording is replaced, or what it got is put beside it.

        Raises:
            RecordingError: the file cannot be written; the one before is as it was.
        """
        pending = self._pending.pop((profile, number), None)
        if pending is None or not pending.taken:
            return
        taken = _linked(pending.taken)
        if passed:
            self._save(pending, taken)
        else:
            interactions = tuple(each.interaction for each in taken)
            self.written.append(_write_failed(pending.path, Recording(interactions=interactions)))

    def close(self) -> None:
        """Nothing is open any more: journal and locks go."""
        for (profile, number), _ in tuple(self._pending.items()):
            self.end(profile, number, passed=False)
        self._journal.close()
        for path, lock in self._locks.items():
            self._lock_path(path).unlink(missing_ok=True)
            lock.close()
        self._locks.clear()

    def _save(self, pending: _Pending, taken: Sequence[Taken]) -> None:
        path = pending.path
        before = read_recording(str(path)) if path.is_file() else Recording()
        if before.format == 1:
            before = Recording()  # a file of 2011 has no place for scopes; it stays in version control
        merged = merge(before, frozenset((pending.scope,)), taken, pending.rules, append=pending.append)
        changed = _replace(path, dump(merged))
        if _failed_path(path) not in self._recovered:
            _failed_path(path).unlink(missing_ok=True)
        self.written.append(Written(path, len(taken), changed=changed))

    def _lock(self, path: Path) -> None:
        """One run at a time records a file; two scopes of one run may."""
        if path in self._locks:
            return
        try:
            make_folder(self._folder)
            lock = self._lock_path(path).open("ab+")
        except OSError as problem:
            raise RecordingError(f"{self._folder}: cannot be written: {problem.strerror or problem}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise RecordingError(f"{path}: another run is recording it: wait for its end") from None
        self._locks[path] = lock

    def _lock_path(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.lock"


def _linked(taken: Sequence[Taken]) -> list[Taken]:
    """In order, and with a name where the service handed out what was sent back to it."""
    ordered = sorted(taken, key=lambda each: each.begun)
    linked = link([each.interaction for each in ordered])
    return [Taken(new, old.begun, old.ended) for new, old in zip(linked, ordered, strict=True)]


def _failed_path(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.rec')}.failed.rec")


def _write_failed(path: Path, recording: Recording) -> Written:
    failed = _failed_path(path)
    _replace(failed, dump(recording))
    return Written(failed, len(recording.interactions), failed=True)


def _replace(path: Path, text: bytes) -> bool:
    """Put a file in its place whole, or leave what is there; whether it changed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == text:
            return False
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise RecordingError(
            f"{path}: cannot be written: {problem.strerror or problem}; what was there is as it was"
        ) from None
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
