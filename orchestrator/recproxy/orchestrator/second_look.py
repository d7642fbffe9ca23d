"""A second look, at the end of a run, at the recordings that it has written.

A scope was masked with what was known when it ended. What other scopes have shown since is looked for now, in the
scopes that ended before. It is masked; an interaction in which it cannot be masked is taken out, and the run says so.
Reads and writes recordings of this run alone; knows no process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError, RecproxyError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.journal import Journal, WrittenScope
from recproxy.orchestrator.recording_files import RecordingFiles
from recproxy.orchestrator.recording_locks import RecordingLocks
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.orchestrator.scope_redaction import RedactScopes
from recproxy.play.reading import read_recording
from recproxy.play.recording_names import failed_path
from recproxy.recording import Interaction, Recording, pack, unpack
from recproxy.recording.scope_names import masked_file_name, masked_name
from recproxy.redaction.linking import link, names

__all__ = ["SecondLook", "SecondLookResult"]


@dataclass(slots=True, kw_only=True)
class SecondLookResult:
    """What a second look found: how often each rule acted, and by profile what must not stay."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[tuple[str, str]] = field(default_factory=list)


class SecondLook:
    """Remembers what a run wrote and with how many values each scope was masked; `secrets` are the values by now."""

    def __init__(self, redact: RedactScopes, secrets: RunSecrets, locks: RecordingLocks, journal: Journal) -> None:
        self._redact = redact
        #: For the next run, if this one is killed; nothing is in it before anything was shown.
        self._journal = journal
        self._unsaid: list[WrittenScope] = []
        self._secrets = secrets
        self._locks = locks
        #: By file, for each profile and scope in it.
        self._written: dict[Path, dict[tuple[str, str], int]] = {}
        #: By file, the recording whose lock is that of its writers.
        self._recordings: dict[Path, Path] = {}

    def wrote(self, path: Path, profile: str, scope: str, known: int, *, recording: Path) -> None:
        """A scope was written that was masked with the first `known` values: to the `recording`, or next to it."""
        scopes = self._written.setdefault(path, {})
        scopes[profile, scope] = min(known, scopes.get((profile, scope), known))
        self._recordings[path] = recording
        self._unsaid.append(
            WrittenScope(profile=profile, recording=recording, scope=scope, failed=path == failed_path(recording))
        )
        if self._secrets:
            self._say()

    def shown(self, values: Sequence[LearnedValue]) -> None:
        """Scopes have shown these values. Raises RecordingError where that cannot be kept for the next run."""
        if values:
            self._journal.show(values)
            self._say()

    def _say(self) -> None:
        while self._unsaid:
            self._journal.written(self._unsaid.pop())

    async def look(self, files: RecordingFiles) -> SecondLookResult:
        """Look through the scopes that were masked with fewer values than there are.

        Raises:
            RecordingError: files cannot be read or written, or nobody can redact; all others were searched.
        """
        found = SecondLookResult()
        problems: list[str] = []
        for path in tuple(self._written):
            try:
                await self._file(path, files, found)
            except RecproxyError as problem:
                problems.append(
                    f"{path}: cannot be searched for secrets that later tests have shown: {problem.message}; delete it "
                    "and record it anew"
                )
        self._journal.searched()
        if problems:
            raise RecordingError("; ".join(problems))
        return found

    def give_up(self) -> None:
        """Nothing of this run is to be searched any more: the user was told to delete it."""
        self._journal.searched()

    def close(self) -> None:
        """Leave to the next run what was not searched."""
        self._journal.close()

    async def _file(self, path: Path, files: RecordingFiles, found: SecondLookResult) -> None:
        """Look through one file, anew if it was written meanwhile: a scope that ended beside this look stays in it."""
        scopes = self._written[path]
        while path.is_file():  # a later scope that passed may have removed it
            known = len(self._secrets)
            due = [about for about, masked in scopes.items() if masked < known]
            if not due:
                return
            with self._locks.locked(self._recordings[path]):  # another run may be writing the same .failed.rec
                before, seen = path.read_bytes(), SecondLookResult()
                recording = read_recording(str(path))
                for profile, scope in due:
                    recording = await self._scope(path, recording, profile, scope, seen)
                if path.is_file() and path.read_bytes() == before:
                    files.rewrite(path, recording)
                    scopes.update(dict.fromkeys(due, known))
                    found.counts.update(seen.counts)
                    found.refusals += seen.refusals

    async def _scope(
        self, path: Path, recording: Recording, profile: str, scope: str, found: SecondLookResult
    ) -> Recording:
        """A recording in which one scope is masked with all values."""
        own = [each for each in recording.interactions if each.scope == scope]
        redacted = await self._redact(profile, [pack(each) for each in own], (scope, path.name), again=True)
        masked, file_name = redacted.lines
        name = masked_name(scope, masked)
        found.refusals += ((profile, refusal) for refusal in redacted.refusals)
        file_name = masked_file_name(file_name, scope, masked)
        if file_name != path.name:
            why = (
                f"the name of {path.with_name(file_name)} holds a secret: rename the test {masked}, and delete the file"
            )
            found.refusals.append((profile, why))
        found.counts.update(redacted.counts)
        clean: list[Interaction | None] = [*own]
        if redacted.interactions:
            clean = [unpack(each) if each is not None else None for each in redacted.interactions]
        others = [each for each in recording.interactions if each.scope != scope]
        linked = iter(link([replace(each, scope=name) for each in clean if each is not None], names(others)))
        # In their places: one that was taken out leaves none.
        places = iter(clean)
        kept = (
            each if each.scope != scope else next(linked) if next(places) is not None else None
            for each in recording.interactions
        )
        return replace(recording, interactions=tuple(each for each in kept if each is not None))
