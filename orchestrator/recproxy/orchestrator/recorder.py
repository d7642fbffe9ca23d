"""The recorder: the one writer of recordings.

A scope owns what it recorded until it ends. It is kept as it came, in memory and in the encrypted journal; at the end
it is redacted with all that the scope taught. If the scope passed, its file is replaced in one rename; if it failed,
the result is put beside it as NAME.failed.rec. A file that another run is recording is refused by name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

from recproxy.control import Recorded, ScopeRedacted
from recproxy.errors import RecordingError, RecproxyError
from recproxy.matching import Rules
from recproxy.orchestrator.journal import Abandoned, Entry, Journal, JournalFolders, abandoned, make_folder
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.play.library import foreign_format, read_recording
from recproxy.play.merging import TimedInteraction, merge
from recproxy.recording import Interaction, Recording, dump, of_today, unpack
from recproxy.redaction import link, names
from recproxy.report import Written
from recproxy.report.counting import counted

__all__ = ["Recorder", "Redaction", "ScopeEnded", "failed_path"]


#: Of a file; what stands beside a recording while it is written, or where it failed, is longer than its own.
_LONGEST_NAME = 255


class ScopeEnded(RecordingError):
    """An interaction came after the end of its scope, which counted as failed because of it; the run goes on."""


@dataclass(slots=True, kw_only=True)
class _Pending:
    """What one scope has recorded of one profile so far: packed and raw, then redacted; `number` is its own here."""

    profile: str
    path: Path
    scope: str
    number: int
    rules: Rules
    append: bool
    raw: list[Recorded] = field(default_factory=list, repr=False)
    days: list[dt.date] = field(default_factory=list)
    taken: list[TimedInteraction] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What redaction made of a scope: lines without secrets, why interactions are refused, how often rules acted."""

    lines: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class Redact(Protocol):
    """Redacts the packed interactions of a scope, and lines about it, away from the loop."""

    async def __call__(
        self, profile: str, interactions: Sequence[bytes], lines: Sequence[str], secrets: Sequence[str] = (), /
    ) -> ScopeRedacted:
        """Redact by the rules of a profile; `secrets` are values of another run.

        Raises:
            RecproxyError: it cannot be done.
        """


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


class Recorder:
    """Collects the interactions of open scopes and writes their recordings when they end.

    `max_age` is the age in days from which an interaction that was recorded again gets a new date though nothing of it
    changed; 0 means never.
    """

    def __init__(
        self,
        folders: JournalFolders,
        keys: JournalKeys,
        redact: Redact,
        *,
        secrets: Sequence[str] = (),
        max_age: float = 0,
        today: Callable[[], dt.date] = _today,
    ) -> None:
        self._folders = folders
        self._keys = keys
        self._redact = redact
        self._journal = Journal(folders, keys, secrets)
        self._max_age = max_age
        self._today = today
        self._numbers = itertools.count(1)
        self._pending: dict[tuple[str, int], _Pending] = {}
        self._ended: dict[tuple[str, int], _Pending] = {}
        self._locks: dict[Path, IO[bytes]] = {}
        self._recovered: set[Path] = set()  # told as there, so this run takes nothing out of them
        self.written: list[Written] = []
        #: What could not be recovered, a line each for the user.
        self.unrecovered: list[str] = []

    async def recover(self) -> list[Written]:
        """Put what killed runs left beside the recordings it was meant for, redacted by the rules of today.

        Where that cannot be, a journal stays; where its key is gone nobody can read it, and it goes.
        """
        left: dict[Path, list[Interaction]] = {}
        problems: dict[Path, list[str]] = {}
        journals: list[tuple[Abandoned, set[Path]]] = []
        for journal in abandoned(self._folders, self._keys):
            lost = problems.setdefault(journal.path, [*journal.lost])
            journals.append((journal, {entry.recording for entry in journal.entries}))
            for entries in _by_scope(journal.entries):
                try:
                    left.setdefault(entries[0].recording, []).extend(await self._redacted(entries, journal.secrets))
                except RecproxyError as problem:
                    lost.append(problem.message)
        recovered: list[Written] = []
        for path, interactions in left.items():
            for half in (_temporary(path), _temporary(failed_path(path))):
                with contextlib.suppress(OSError):
                    half.unlink()
            try:
                if interactions:
                    recovered.append(self._put_beside(path, interactions, replaces=None))
                    self._recovered.add(failed_path(path))
            except RecordingError as problem:
                for journal, paths in journals:
                    if path in paths:
                        problems[journal.path].append(problem.message)
        for journal, _ in journals:
            self._clear(journal, problems[journal.path])
        return recovered

    async def _redacted(self, entries: Sequence[Entry], secrets: Sequence[str]) -> list[Interaction]:
        """What a killed run had of one scope, as it may be written."""
        redacted = await self._redact(entries[0].profile, [entry.packed for entry in entries], (), secrets)
        self.unrecovered += redacted.refusals
        return [
            _dated(packed, entry.scope, dt.date.fromisoformat(entry.recorded))
            for packed, entry in zip(redacted.interactions, entries, strict=True)
            if packed is not None
        ]

    def _clear(self, journal: Abandoned, problems: Sequence[str]) -> None:
        """Remove a journal and its key, unless something of it could not be recovered; say what could not."""
        if journal.old:
            self.unrecovered.append(
                f"{journal.path}: is the journal of a run of version 0.1, which is not encrypted: take from it what you "
                "need, mind the secrets in it, and delete it"
            )
        elif problems:
            self.unrecovered += (
                f"{journal.path}: what an earlier run recorded cannot be recovered: {why}; mend that, or delete this "
                "journal"
                for why in problems
            )
        else:
            journal.path.unlink(missing_ok=True)
            self._keys.remove(journal.key)
        if journal.unread:
            why = "its key is gone" if journal.keyless else "the journal was changed"
            self.unrecovered.append(
                f"{journal.path}: {counted(journal.unread, 'interaction')} of an earlier run cannot be read and "
                f"{'is' if journal.unread == 1 else 'are'} dropped: {why}"
            )

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
        self._pending[profile, number] = _Pending(
            profile=profile, path=path, scope=scope, number=next(self._numbers), rules=rules, append=append
        )

    def keep(self, profile: str, message: Recorded) -> None:
        """Put an interaction in the journal.

        Raises:
            RecordingError: it cannot be written, another run is recording the file, or its scope has ended.
        """
        pending = self._pending.get((profile, message.scope))
        if pending is None:
            raise ScopeEnded("the scope of this request has ended: nothing is recorded any more")
        self._lock(pending.path)
        day = self._today()
        self._journal.add(
            Entry(
                profile=profile,
                recording=pending.path,
                scope=pending.scope,
                number=pending.number,
                recorded=day.isoformat(),
                packed=message.packed,
            )
        )
        pending.raw.append(message)
        pending.days.append(day)

    async def redact(self, profile: str, number: int, lines: Sequence[str]) -> Redaction:
        """The scope has ended, nothing is recorded into it any more: redact what it has, and lines about it.

        Raises:
            RecproxyError: it cannot be done; the journal holds what was recorded.
        """
        pending = self._pending.pop((profile, number), None)
        if pending is None:
            return Redaction(lines=tuple(lines))
        self._ended[profile, number] = pending
        if not pending.raw:
            return Redaction(lines=tuple(lines))
        raw, pending.raw = pending.raw, []
        redacted = await self._redact(profile, [message.packed for message in raw], lines)
        pending.taken = [
            TimedInteraction(_dated(packed, pending.scope, day), message.begun, message.ended)
            for packed, message, day in zip(redacted.interactions, raw, pending.days, strict=True)
            if packed is not None
        ]
        return Redaction(lines=redacted.lines, refusals=redacted.refusals, counts=redacted.counts)

    def end(self, profile: str, number: int, *, passed: bool) -> None:
        """Write what a scope has: its recording is replaced, or what it got is put beside it.

        Raises:
            RecordingError: the file cannot be written; the one before is as it was, and the next run recovers the rest.
        """
        pending = self._ended.pop((profile, number), None)
        if pending is None:
            return
        if not pending.taken:
            self._journal.ended(pending.number)
            return
        if passed:
            self._save(pending)
        else:
            ordered = sorted(pending.taken, key=lambda each: each.begun)
            interactions = [each.interaction for each in ordered]
            self.written.append(self._put_beside(pending.path, interactions, replaces=pending.scope))
        self._journal.ended(pending.number)

    async def close(self) -> None:
        """Nothing is open any more: journal and locks go."""
        for profile, number in tuple(self._pending):
            await self.redact(profile, number, ())
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
            make_folder(self._folders.journal)
            lock = where.open("ab+")
        except OSError as problem:
            raise RecordingError(f"{self._folders.journal}: cannot be written: {problem.strerror or problem}") from None
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
        return self._folders.journal / f"{hashlib.sha256(os.path.realpath(path).encode()).hexdigest()[:16]}.lock"


def _by_scope(entries: Sequence[Entry]) -> list[list[Entry]]:
    scopes: dict[int, list[Entry]] = {}
    for entry in entries:
        scopes.setdefault(entry.number, []).append(entry)
    return list(scopes.values())


def _dated(packed: bytes, scope: str, day: dt.date) -> Interaction:
    return replace(unpack(packed), scope=scope, recorded=day)


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
