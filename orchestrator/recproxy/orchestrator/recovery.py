"""Recovery: what killed runs recorded is put next to the recordings it was meant for.

It is redacted by the rules of today and by what was secret then. Where that cannot be done, the journal stays. Where
its key is not found it stays for some days, too: a run with other variables may find it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError, RecproxyError
from recproxy.orchestrator.journal import Entry
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.left_journals import Abandoned, abandoned
from recproxy.orchestrator.recording_files import RecordingFiles
from recproxy.orchestrator.recording_locks import RecordingLocks
from recproxy.orchestrator.run_secrets import RunSecrets, TooManySecretsError
from recproxy.orchestrator.scope_redaction import RedactScopes, unpacked
from recproxy.orchestrator.second_look import SecondLook
from recproxy.play.recording_names import failed_path
from recproxy.recording import Interaction
from recproxy.recording.counting import counted
from recproxy.recording.scope_names import masked_file_name, masked_name
from recproxy.report import Written

__all__ = ["Recovery"]

#: So long a journal without its key stays: the key may be where the variables of the killed run led.
_KEYLESS_DAYS = 7


class Recovery:
    """Recovers the journals of killed runs, once, before this run records."""

    def __init__(
        self,
        folders: JournalFolders,
        keys: JournalKeys,
        redact: RedactScopes,
        files: RecordingFiles,
        locks: RecordingLocks,
        *,
        learned: RunSecrets,
        learn: Callable[[Sequence[LearnedValue], int], int],
        second_look: SecondLook,
    ) -> None:
        self._learned = learned
        self._learn = learn
        self._second_look = second_look
        self._folders = folders
        self._locks = locks
        self._keys = keys
        self._redact = redact
        self._files = files
        #: What could not be recovered, a line each for the user.
        self.problems: list[str] = []

    async def recover(self) -> list[Written]:
        """Recover all journals; what was written."""
        with abandoned(self._folders, self._keys) as journals:
            recovered = await self._recovered(journals)
        self._keys.sweep()
        return recovered

    async def _recovered(self, journals: Sequence[Abandoned]) -> list[Written]:
        left: dict[Path, list[Interaction]] = {}
        known: dict[Path, list[tuple[str, str, int]]] = {}
        problems: dict[Path, list[str]] = {}
        for journal in journals:
            lost = problems.setdefault(journal.path, [*journal.lost])
            if journal.shown:
                self._written(journal)
            for entries in _by_scope(journal.entries):
                first = entries[0]
                try:
                    scope, interactions, count = await self._redacted(entries, journal.secrets)
                    left.setdefault(first.recording, []).extend(interactions)
                    known.setdefault(first.recording, []).append((first.profile, scope, count))
                except TooManySecretsError as problem:  # no later run could write it either
                    self.problems.append(
                        f"{first.recording}: what an earlier run recorded is dropped: it shows {problem.message}, too "
                        "many to look for in each recording: record its tests in several runs"
                    )
                except RecproxyError as problem:
                    lost.append(problem.message)
        recovered: list[Written] = []
        for path, interactions in left.items():
            try:
                with self._locks.locked(path):  # another run may be writing the same .failed.rec
                    written = self._files.save_recovered(path, interactions)
            except RecordingError as problem:
                for journal in journals:
                    if any(entry.recording == path for entry in journal.entries):
                        problems[journal.path].append(problem.message)
            else:
                if written is not None:
                    recovered.append(written)
                    for each in known[path]:
                        self._second_look.wrote(written.path, *each, recording=path)
        for journal in journals:
            self._clear(journal, problems[journal.path])
        return recovered

    async def _redacted(self, entries: Sequence[Entry], secrets: Sequence[str]) -> tuple[str, list[Interaction], int]:
        """What a killed run had of one scope, as it may be written: its name, interactions, and with how many values masked."""
        known, first = len(self._learned), entries[0]
        lines = (first.scope, first.recording.name)
        redacted = await self._redact(
            first.profile, [entry.packed for entry in entries], lines, secrets, recording=str(first.recording)
        )
        self.problems += redacted.refusals
        masked, file_name = redacted.lines
        scope = masked_name(first.scope, masked)
        file_name = masked_file_name(file_name, first.scope, masked)
        if file_name != first.recording.name:
            self.problems.append(f"{file_name}: not recovered: its name would hold a secret: rename the test {masked}")
            return scope, [], self._learn(redacted.learned, known)
        interactions = [
            unpacked(packed, scope, dt.date.fromisoformat(entry.recorded))
            for packed, entry in zip(redacted.interactions, entries, strict=True)
            if packed is not None
        ]
        return scope, interactions, self._learn(redacted.learned, known)

    def _written(self, journal: Abandoned) -> None:
        """Have this run search what a killed one had written, at its end, for all that was shown there and here."""
        try:
            self._learn(journal.shown, len(self._learned))
        except TooManySecretsError as problem:
            self.problems.append(
                f"{journal.path}: an earlier run has shown {problem.message}, too many to look for in each recording: "
                "delete what it has recorded, and record the tests in several runs"
            )
            return
        for each in journal.written:
            path = failed_path(each.recording) if each.failed else each.recording
            self._second_look.wrote(path, each.profile, each.scope, 0, recording=each.recording)

    def _clear(self, journal: Abandoned, problems: Sequence[str]) -> None:
        """Remove a journal and its key, unless something of it could not be recovered; say what could not."""
        may_be_found = journal.keyless and time.time() - journal.modified <= _KEYLESS_DAYS * 24 * 3600
        if journal.old:
            self.problems.append(
                f"{journal.path}: is the journal of a run of version 0.1, which is not encrypted: take from it what you "
                "need, mind the secrets in it, and delete it"
            )
        elif may_be_found and journal.unsearched:
            self.problems.append(
                f"{journal.path}: {counted(journal.unsearched, 'scope')} that an earlier run recorded cannot be searched "
                "for secrets that its later tests have shown, because its key is in none of the places where keys are "
                "kept: set TMPDIR or XDG_RUNTIME_DIR as that run had them, or delete this journal"
            )
            return
        elif may_be_found and journal.unread:
            self.problems.append(
                f"{journal.path}: {counted(journal.unread, 'interaction')} of an earlier run cannot be read, because "
                "its key is in none of the places where keys are kept: set TMPDIR or XDG_RUNTIME_DIR as that run had "
                "them, or delete this journal"
            )
            return
        elif problems:
            self.problems += (
                f"{journal.path}: what an earlier run recorded cannot be recovered: {why}; mend that, or delete this "
                "journal"
                for why in problems
            )
        else:
            self._folders.remove(journal.path)
            self._keys.remove(journal.key)
        if journal.unread:
            why = f"its key was not found for {_KEYLESS_DAYS} days" if journal.keyless else "the journal was changed"
            self.problems.append(
                f"{journal.path}: {counted(journal.unread, 'interaction')} of an earlier run cannot be read and "
                f"{'is' if journal.unread == 1 else 'are'} dropped: {why}"
            )


def _by_scope(entries: Sequence[Entry]) -> list[list[Entry]]:
    scopes: dict[int, list[Entry]] = {}
    for entry in entries:
        scopes.setdefault(entry.number, []).append(entry)
    return list(scopes.values())
