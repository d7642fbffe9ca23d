"""The recorder: the one writer of recordings.

A scope owns what it recorded until it ends: well, and its file is replaced in one rename; not well, and what came is
put beside it as NAME.failed.rec. A file that another run is recording is refused by name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from recproxy.control import Recorded
from recproxy.errors import RecordingError
from recproxy.matching import Rules
from recproxy.orchestrator.journal import Entry, Journal, abandoned, make_folder
from recproxy.play.library import foreign_format, read_recording
from recproxy.play.merging import TimedInteraction, merge
from recproxy.recording import Interaction, Recording, dump, of_today
from recproxy.redaction import link, names
from recproxy.report import Written

__all__ = ["Recorder", "ScopeEnded"]


#: Of a file; what stands beside a recording while it is written, or where it failed, is longer than its own.
_LONGEST_NAME = 255


class ScopeEnded(RecordingError):
    """An interaction came after the end of its scope, which counted as failed because of it; the run goes on."""


@dataclass(slots=True)
class _Pending:
    """What one scope has recorded of one profile so far; `key` is its own in the journal."""

    path: Path
    scope: str
    key: str
    rules: Rules
    append: bool
    taken: list[TimedInteraction] = field(default_factory=list)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


class Recorder:
    """Collects the interactions of open scopes and writes their recordings when they end.

    `max_age` is the age in days from which an interaction that was recorded again gets a new date though nothing of it
    changed; 0 means never.
    """

    def __init__(self, recordings: Path, *, max_age: float = 0, today: Callable[[], dt.date] = _today) -> None:
        self._folder = recordings / ".journal"
        self._journal = Journal(recordings)
        self._max_age = max_age
        self._today = today
        self._pending: dict[tuple[str, int], _Pending] = {}
        self._locks: dict[Path, IO[bytes]] = {}
        self._recovered: set[Path] = set()  # told as there, so this run takes nothing out of them
        self.written: list[Written] = []
        #: What could not be recovered, a line each for the user.
        self.unrecovered: list[str] = []

    def recover(self, recordings: Path) -> list[Written]:
        """Put what killed runs left beside the recordings it was meant for; where that cannot be, its journal stays."""
        left: dict[Path, list[Interaction]] = {}
        journals: dict[Path, set[Path]] = {}
        for journal, entries in abandoned(recordings):
            journals[journal] = {entry.recording for entry in entries}
            for entry in entries:
                left.setdefault(entry.recording, []).append(replace(entry.interaction, scope=entry.scope))
        recovered: list[Written] = []
        problems: dict[Path, str] = {}
        for path, interactions in left.items():
            failed = failed_path(path)
            for half in (_temporary(path), _temporary(failed)):
                with contextlib.suppress(OSError):
                    half.unlink()
            try:
                recovered.append(self._put_beside(path, interactions, replaces=None))
            except RecordingError as problem:
                problems[path] = problem.message
            else:
                self._recovered.add(failed)
        for journal, paths in journals.items():
            lost = [problems[path] for path in sorted(paths & problems.keys())]
            if not lost:
                journal.unlink(missing_ok=True)
            self.unrecovered += (
                f"{journal}: what an earlier run recorded cannot be recovered: {why}; mend that, or delete this journal"
                for why in lost
            )
        return recovered

    def begin(self, profile: str, number: int, scope: str, path: Path, rules: Rules, *, append: bool) -> None:
        """A scope begins to record into a file.

        Raises:
            RecordingError: the file that is there does not parse, or is another tool's; or there can be none.
        """
        if len(os.fsencode(_temporary(failed_path(path)).name)) > _LONGEST_NAME:
            raise RecordingError(f"{path}: its name is too long to be recorded: give it a shorter one")
        _check_place(path, permitted=not append)
        if path.exists():
            title = foreign_format(path)
            if title is not None:
                raise RecordingError(
                    f"{path}: is of another format, {title}, which is never written: name a .rec to record"
                )
            try:
                read_recording(str(path))
            except RecordingError as problem:
                raise RecordingError(f"{problem.message}; mend it, or delete the file to record it anew") from None
        self._pending[profile, number] = _Pending(path, scope, f"{profile}/{number}", rules, append)

    def keep(self, profile: str, message: Recorded) -> None:
        """Put an interaction on disk.

        Raises:
            RecordingError: it cannot be written, another run is recording the file, or its scope has ended.
        """
        pending = self._pending.get((profile, message.scope))
        if pending is None:
            raise ScopeEnded("the scope of this request has ended: nothing is recorded any more")
        self._lock(pending.path)
        interaction = replace(message.interaction, recorded=self._today())
        self._journal.add(Entry(pending.path, pending.scope, interaction, pending.key))
        pending.taken.append(TimedInteraction(interaction, message.begun, message.ended))

    def end(self, profile: str, number: int, *, passed: bool) -> None:
        """The scope has ended: its recording is replaced, or what it got is put beside it.

        Raises:
            RecordingError: the file cannot be written; the one before is as it was, and the next run recovers the rest.
        """
        pending = self._pending.pop((profile, number), None)
        if pending is None or not pending.taken:
            return
        if passed:
            self._save(pending)
        else:
            ordered = sorted(pending.taken, key=lambda each: each.begun)
            interactions = [each.interaction for each in ordered]
            self.written.append(self._put_beside(pending.path, interactions, replaces=pending.scope))
        self._journal.ended(pending.key)

    def close(self) -> None:
        """Nothing is open any more: journal and locks go."""
        for (profile, number), _ in tuple(self._pending.items()):
            self.end(profile, number, passed=False)
        self._journal.close()
        for path, lock in self._locks.items():
            self._lock_path(path).unlink(missing_ok=True)
            lock.close()
        self._locks.clear()

    def _save(self, pending: _Pending) -> None:
        path = pending.path
        before = read_recording(str(path)) if path.is_file() else Recording()
        if before.format == 1:
            # A file of 2011 has no place for scopes: what is recorded anew replaces it, and it stays in version control.
            before = Recording(interactions=tuple(map(of_today, before.interactions)) if pending.append else ())
        others = [each for each in before.interactions if pending.append or each.scope != pending.scope]
        taken = _linked(pending.taken, others)
        since = self._today() - dt.timedelta(days=self._max_age) if self._max_age else None
        merged = merge(
            before, frozenset((pending.scope,)), taken, pending.rules, append=pending.append, renewed_before=since
        )
        changed = _replace(path, dump(merged))
        self._take_away(path, pending.scope)
        self.written.append(Written(path, len(taken), changed=changed))

    def _put_beside(self, path: Path, interactions: Sequence[Interaction], *, replaces: str | None) -> Written:
        """Put what came beside the recording, in place of what the scope `replaces` had left there in an earlier run."""
        failed = failed_path(path)
        before = _leftovers(failed)
        if failed not in self._recovered and replaces is not None:
            before = [each for each in before if each.scope != replaces]
        linked = [each for each in link(interactions, names(before)) if each not in before]
        _replace(failed, dump(Recording(interactions=(*before, *linked))))
        return Written(failed, len(interactions), failed=True)

    def _take_away(self, path: Path, scope: str) -> None:
        """A scope went well: what it had left beside its recording is of no use any more."""
        failed = failed_path(path)
        if failed in self._recovered or not failed.is_file():
            return
        before = _leftovers(failed)
        left = tuple(each for each in before if each.scope != scope)
        if not left:
            failed.unlink(missing_ok=True)
        elif len(left) < len(before):
            _replace(failed, dump(Recording(interactions=left)))

    def _lock(self, path: Path) -> None:
        """One run at a time records a file; two scopes of one run may."""
        if path in self._locks:
            return
        where = self._lock_path(path)
        try:
            make_folder(self._folder)
            lock = where.open("ab+")
        except OSError as problem:
            raise RecordingError(f"{self._folder}: cannot be written: {problem.strerror or problem}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise RecordingError(f"{path}: another run is recording it: wait for its end") from None
        if not _is_at(lock, where):  # the run that had it has just ended, and took the file with it
            lock.close()
            self._lock(path)
        else:
            self._locks[path] = lock

    def _lock_path(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.path.realpath(path).encode()).hexdigest()[:16]}.lock"


def _linked(taken: Sequence[TimedInteraction], others: Sequence[Interaction]) -> list[TimedInteraction]:
    """In order, with a name where the service handed out what was sent back to it; those of `others` are not taken."""
    ordered = sorted(taken, key=lambda each: each.begun)
    linked = link([each.interaction for each in ordered], names(others))
    return [TimedInteraction(new, old.begun, old.ended) for new, old in zip(linked, ordered, strict=True)]


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def failed_path(path: Path) -> Path:
    """Where stands what a scope got that did not go well."""
    return path.with_name(f"{path.name.removesuffix('.rec')}.failed.rec")


def _check_place(path: Path, *, permitted: bool) -> None:
    """Refuse a place where no file can be put: below a file or, where it is to be `permitted`, in a folder of others."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise RecordingError(f"{path}: cannot be written: {folder} is no folder: name another place")
    if permitted and not os.access(folder, os.W_OK | os.X_OK):
        raise RecordingError(f"{path}: cannot be written: permission denied in {folder}")


def _leftovers(failed: Path) -> list[Interaction]:
    """What stands beside a recording; nothing where it was edited into something else."""
    try:
        return list(read_recording(str(failed)).interactions) if failed.is_file() else []
    except RecordingError:
        return []


def _temporary(path: Path) -> Path:
    """The next version of a file while it is written: of one name, so that a kill leaves one at most."""
    target = path.resolve()  # of a link it is the file that is replaced
    return target.with_name(f".{target.name}.tmp")


def _replace(path: Path, text: bytes) -> bool:
    """Put a file in its place whole, or leave what is there; whether it changed."""
    temporary = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == text:
            return False
        try:
            with temporary.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o777)
            temporary.replace(path.resolve())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise RecordingError(
            f"{path}: cannot be written: {problem.strerror or problem}; what was there is as it was"
        ) from None
    return True
