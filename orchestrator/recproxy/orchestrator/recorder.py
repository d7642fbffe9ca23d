"""The recorder: the one writer of recordings.

A scope owns what it recorded until it ends. It is kept as it came, in memory and in the encrypted journal; at the end
it is redacted with all that the scope taught, and then written. How files are written, locked and recovered is said in
recording_files, recording_locks and recovery.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from recproxy.control.messages import Kept, Recorded
from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError, RecproxyError
from recproxy.matching.rules import Rules
from recproxy.orchestrator.journal import Entry, Journal
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.kept_replies import ScopeEnded, kept_reply
from recproxy.orchestrator.pending_scope import PendingScope, utc_today
from recproxy.orchestrator.recorded_names import RecordedNames
from recproxy.orchestrator.recording_locks import RecordingLocks
from recproxy.orchestrator.run_secrets import UNTOLD, RunSecrets, TooManySecretsError, too_many_secrets
from recproxy.orchestrator.scope_redaction import Redaction, RedactScopes, unpacked
from recproxy.orchestrator.time_limit import within_time_limit
from recproxy.recording.scope_names import masked_file_name, masked_name
from recproxy.report import Tally, Written, replace_texts, texts_of

if TYPE_CHECKING:  # a replay writes nothing, and does without matching and redaction in this process
    from recproxy.orchestrator.recording_files import RecordingFiles
    from recproxy.orchestrator.second_look import SecondLook
__all__ = ["Recorder"]


class Recorder:
    """Collects the interactions of open scopes and writes their recordings when they end.

    `max_age` is the age in days from which an interaction that was recorded again gets a new date though nothing of it
    changed; 0 means never. `fail` ends the run with an error.
    """

    def __init__(
        self,
        folders: JournalFolders,
        keys: JournalKeys,
        redact: RedactScopes,
        fail: Callable[[RecproxyError], None],
        *,
        secrets: Sequence[str] = (),
        max_age: float = 0,
        today: Callable[[], dt.date] = utc_today,
    ) -> None:
        self._redact = redact
        self._fail = fail
        self._journal = Journal(folders, keys, secrets)
        self._locks = RecordingLocks(folders)
        self._folders = folders
        self._keys = keys
        self._max_age = max_age
        self._today = today
        self._numbers = itertools.count(1)
        self._pending: dict[tuple[str, int], PendingScope] = {}
        self._ended: dict[tuple[str, int], PendingScope] = {}
        self.learned = RunSecrets()  # what scopes of this run have shown
        self._too_many: RecordingError | None = None  # then nothing is written any more
        self._names = RecordedNames()
        self.written: list[Written] = []
        #: By profile, what a second look found that must not stay.
        self.refusals: list[tuple[str, str]] = []
        self.counts: Mapping[str, int] = {}  # how often each rule acted then
        self.unrecovered: list[str] = []  # what could not be recovered, a line each for the user

    @cached_property
    def _files(self) -> RecordingFiles:
        from recproxy.orchestrator.recording_files import RecordingFiles  # noqa: PLC0415 - see above

        return RecordingFiles(self._folders.root_of, max_age=self._max_age, today=self._today)

    async def recover(self) -> list[Written]:
        """Put what killed runs recorded next to the recordings it was meant for; what was written."""
        from recproxy.orchestrator.recovery import Recovery  # noqa: PLC0415 - see above

        recovery = Recovery(
            self._folders,
            self._keys,
            self._redact,
            self._files,
            self._locks,
            learned=self.learned,
            learn=self._learn,
            second_look=self._second_look,
        )
        written = await recovery.recover()
        self.unrecovered += recovery.problems
        return written

    def begin(self, profile: str, number: int, scope: str, path: Path, rules: Rules, *, append: bool) -> None:
        """A scope begins to record into a file.

        Raises:
            RecordingError: the file that is there does not parse, or is another tool's; or there can be none.
        """
        self._files.check(path, append=append)
        self._pending[profile, number] = PendingScope(
            profile=profile, path=path, scope=scope, number=next(self._numbers), rules=rules, append=append
        )

    def take(self, profile: str, message: Recorded) -> Kept:
        """Keep an interaction that a proxy sent, and answer it. If that fails in an open scope, the run ends."""
        return kept_reply(self.keep, profile, message, self._fail)

    def keep(self, profile: str, message: Recorded) -> None:
        """Put an interaction in the journal.

        Raises:
            RecordingError: it cannot be written, here or into its recording later; another run is recording the file;
                or its scope has ended.
        """
        pending = self._pending.get((profile, message.scope))
        if pending is None:
            raise ScopeEnded("the scope of this request has ended: nothing is recorded any more")
        if not pending.raw:  # what is checked and locked for the first interaction stays so to the end of the run
            if pending.append:
                self._files.check_place(pending.path)
            self._locks.lock(pending.path)
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
            RecproxyError: it cannot be done; the journal holds it, unless the run has shown too many secret values.
        """
        pending = self._pending.pop((profile, number), None)
        if pending is None:
            return Redaction(lines=tuple(lines))
        self._ended[profile, number] = pending
        if not pending.raw:
            return Redaction(lines=tuple(lines))
        if self._too_many is not None:
            self._journal.ended(pending.number)
            raise self._too_many
        from recproxy.play.merging import TimedInteraction  # noqa: PLC0415 - see above

        raw, pending.raw = pending.raw, []
        known = len(self.learned)
        redacted = await self._redact(
            profile,
            [message.packed for message in raw],
            (*lines, pending.scope, pending.path.name),
            recording=str(pending.path),
        )
        try:
            pending.known = self._learn(redacted.learned, known)
        except TooManySecretsError as problem:
            self._too_many = too_many_secrets(redacted.lines[-2], problem)
            self._journal.ended(pending.number)
            raise self._too_many from None
        *shown, masked, file_name = redacted.lines
        test, pending.scope = pending.scope, masked_name(pending.scope, masked)
        file_name = masked_file_name(file_name, test, masked)
        why = self._names.refusal(pending.path, test, pending.scope, shown=masked, file_name=file_name)
        if why:
            return Redaction(lines=tuple(shown), refusals=(why,) * len(raw), counts=redacted.counts)
        pending.taken = [
            TimedInteraction(unpacked(packed, pending.scope, day), message.begun, message.ended)
            for packed, message, day in zip(redacted.interactions, raw, pending.days, strict=True)
            if packed is not None
        ]
        return Redaction(lines=tuple(shown), refusals=redacted.refusals, counts=redacted.counts)

    def end(self, profile: str, number: int, *, passed: bool) -> Written | None:
        """Write what a scope has: its recording is replaced, or what it got is put beside it. None: there is nothing.

        Raises:
            RecordingError: the file cannot be written; the one before is as it was, and the next run recovers the rest.
        """
        pending = self._ended.pop((profile, number), None)
        if pending is None:
            return None
        if not pending.taken:
            self._journal.ended(pending.number)
            return None
        if passed:
            written = self._files.save(pending.path, pending.scope, pending.taken, pending.rules, append=pending.append)
        else:
            ordered = sorted(pending.taken, key=lambda each: each.begun)
            interactions = [each.interaction for each in ordered]
            written = self._files.save_failed(pending.path, interactions, replaces=pending.scope)
        self.written.append(written)
        self._second_look.wrote(written.path, profile, pending.scope, pending.known, recording=pending.path)
        self._journal.ended(pending.number)
        return written

    async def finish(self, tally: Tally) -> None:
        """Close, and tell what was written and found; the report holds no value that any scope has shown."""
        await self.close()
        tally.add_second_look(self.refusals, self.counts)
        tally.written += self.written
        if self.learned.hides_all:
            replace_texts(tally, dict.fromkeys(texts_of(tally), UNTOLD))
            tally.notes.append("requests have shown more secrets than can be looked for: no text of this run is told")
        elif self.learned and tally.rows:
            profile = max(tally.rows.values(), key=lambda row: row.recorded).profile  # it has a worker
            texts = texts_of(tally)
            shown = await self._redact(profile, [], texts, again=True)
            replace_texts(tally, dict(zip(texts, shown.lines, strict=True)))

    async def close(self) -> None:
        """End what is open, as failed, look once more through what was written, and remove journal and locks.

        Raises:
            RecordingError: some scopes could not be written; all others were, and the message names every reason.
        """
        problems: list[str] = []
        steps: list[Callable[[], Awaitable[None]]] = [functools.partial(self._give_up, *each) for each in self._pending]
        for step in (*steps, self.look_again, self._left):
            try:
                await step()
            except Exception as problem:  # noqa: BLE001 - the other steps are to be taken all the same
                problems.append(getattr(problem, "message", f"{type(problem).__name__}: {problem}"))
        if problems:
            raise RecordingError("; ".join(dict.fromkeys(problems)))

    async def _give_up(self, profile: str, number: int) -> None:
        await self.redact(profile, number, ())
        self.end(profile, number, passed=False)

    async def _left(self) -> None:
        self.leave()

    async def look_again(self) -> None:
        """Look through what was written, for what later scopes have shown to be secret.

        Raises:
            RecordingError: a file cannot be searched.
        """
        if self.learned:
            found = await self._second_look.look(self._files)
            self.refusals += found.refusals
            self.counts = found.counts

    async def look_within_time_limit(self, settled: Callable[[], Awaitable[None]]) -> str:
        """The same where the run failed, once the scopes that end have `settled`; some seconds at most. Gives what failed."""
        problem = await within_time_limit(settled, self.look_again)
        return problem if self.learned else ""  # else there was nothing to search for

    @cached_property
    def _second_look(self) -> SecondLook:
        from recproxy.orchestrator.second_look import SecondLook  # noqa: PLC0415 - see above

        journal = Journal(self._folders, self._keys)
        return SecondLook(self._redact, self.learned, self._locks, journal)

    def _learn(self, values: Sequence[LearnedValue], known: int) -> int:
        count = self.learned.add(values, known)
        self._second_look.shown(values)
        return count

    def leave(self) -> None:
        """Remove the locks, and the journal if all that it held is in its recordings: also where the run failed."""
        if self._too_many is not None:
            self._second_look.give_up()
            for pending in self._pending.values():
                self._journal.ended(pending.number)
        with contextlib.ExitStack() as closing:  # each is closed whatever fails in another; the last one first
            closing.callback(self._locks.close)
            if "_second_look" in vars(self):
                closing.callback(self._second_look.close)
            closing.callback(self._journal.close)
