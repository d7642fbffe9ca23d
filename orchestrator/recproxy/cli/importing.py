"""Recordings of other tools made into ours: read, sorted to profiles and redacted. Prints nothing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from recproxy.cli.import_parts import spread, text_pieces
from recproxy.cli.import_sources import ImportSource
from recproxy.cli.pending_files import PendingFiles, StagedFile
from recproxy.cli.shared_work import SharedWork, in_shares, shares_of
from recproxy.config.profile import Profile
from recproxy.config.variables import secret_values
from recproxy.errors import RecordingError, RecproxyError
from recproxy.formats import Loaded, Note
from recproxy.formats.placeholders import filled
from recproxy.http import Owners, authority_host
from recproxy.play.grpc_calls import readable_interaction
from recproxy.play.reading import UnknownFormat, read_loaded
from recproxy.recording import Interaction, Recording, of_today, pieces
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.recording_lines import with_clean_lines
from recproxy.redaction.scope import ReadScope, redact_line, redact_text
from recproxy.redaction.scope_parts import redact_in_parts
from recproxy.redaction.secret_values import SecretValue

__all__ = ["ImportedRecording", "Importer", "Progress", "SourceSummary", "unread_source"]

#: Bytes of sources that are not read a second time.
_KEPT = 400_000_000

#: Says how many bytes of a source are done.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecording:
    """A recording that was made: its path, its interactions, and `state`: new, changed or unchanged."""

    path: Path
    profile: str
    interactions: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSummary:
    """What became of one source: of `interactions`, `exact` came over to the letter; `notes` say what of the others.

    `redacted` is how often each rule of redaction acted. `passed_over` is a file of a folder that is no recording, with
    what it is in `what`, if that is known; `problem` says why the source was refused.
    """

    source: Path
    format: str = ""
    interactions: int = 0
    exact: int = 0
    targets: tuple[ImportedRecording, ...] = ()
    notes: tuple[Note, ...] = ()
    redacted: Mapping[str, int] = field(default_factory=dict)
    passed_over: bool = False
    what: str = ""
    problem: str = ""

    @property
    def lost(self) -> int:
        """How many things could not be taken."""
        return sum(note.kind == "lost" for note in self.notes)


@dataclass(slots=True, kw_only=True)
class _ReadSource:
    """A source before it is redacted: by profile the numbers of interactions in it, and what they show."""

    recording: Recording
    format: str
    notes: list[Note]
    numbers: Mapping[str, Sequence[int]]
    interactions: Mapping[str, Sequence[Interaction]]
    #: Where several sources teach each other.
    scopes: Mapping[str, ReadScope]


def unread_source(source: ImportSource, problem: UnknownFormat) -> SourceSummary:
    """The summary of a file in no format that is read: a problem only where the file was named itself."""
    if source.asked:
        return SourceSummary(source=source.path, problem=problem.message)
    return SourceSummary(source=source.path, passed_over=True, what=problem.what)


@dataclass(slots=True, kw_only=True)
class _MadeSource:
    """A source that is redacted and staged: what is told of it, but for what only the importer that takes it knows."""

    summary: SourceSummary
    #: By profile, with the number of interactions.
    files: list[tuple[str, int, StagedFile]] = field(default_factory=list)


class Importer:
    """One import of some sources: what they give is put on its way to `folder`. Many are read in several processes.

    With one profile all goes to it; with several each interaction goes to the one that owns its host.
    """

    def __init__(
        self,
        folder: Path,
        pending_files: PendingFiles,
        profiles: Sequence[Profile],
        sources: Sequence[ImportSource],
        *,
        named: bool,
        variables: Mapping[str, str],
        placeholders: Mapping[str, str | None] | None = None,
    ) -> None:
        self._folder = folder
        self._profiles = {profile.name: profile for profile in profiles}
        self._only = profiles[0].name if named else None
        self._owners = Owners({host: profile.name for profile in profiles for host in profile.hosts})
        secrets = secret_values(profiles, variables)
        self._rules = {profile.name: profile.redaction(secrets, variables) for profile in profiles}
        self._placeholders = placeholders or {}
        self._pending_files = pending_files
        self._earlier = EarlierValues()
        self._read: dict[Path, _ReadSource] = {}
        self._sources = sources
        self._shares = shares_of(sources, [source.size for source in sources])
        self._made = in_shares(self._making, self._shares)
        self._progress: Progress = lambda _: None

    def close(self) -> None:
        """End what other processes do."""
        self._made.close()

    def take(self, source: ImportSource, progress: Progress) -> SourceSummary:
        """Read, sort and redact the next source; its files are written when all are done. The summary contains no secret."""
        self._progress = progress
        taken = self._taken(next(self._made), source)
        notes = tuple(replace(note, text=self._shown(note.text)) for note in taken.notes)
        return replace(taken, notes=notes, problem=self._shown(taken.problem))

    def _making(self, share: Sequence[ImportSource]) -> SharedWork[list[Mapping[bytes, SecretValue]], _MadeSource]:
        """Read a share of the sources, then, by what all of them show to be secret, mask and stage it."""
        learned = self._learned(share) if len(self._sources) > 1 else []
        for values in itertools.chain.from_iterable((yield learned)):
            self._earlier.add(values)
        return map(self._make, share)

    def _learned(self, share: Sequence[ImportSource]) -> list[Mapping[bytes, SecretValue]]:
        """Read sources for what each shows to be secret."""
        learned: list[Mapping[bytes, SecretValue]] = []
        room = _KEPT // len(self._shares)
        for source in share:
            try:
                loaded = read_loaded(str(source.path))
            except RecproxyError:
                continue  # said when it is made
            read = self._sorted_out(loaded, learns=True)
            learned += (scope.learned for scope in read.scopes.values())
            room -= source.size
            if room >= 0:
                self._read[source.path] = read
        return learned

    def _shown(self, text: str) -> str:
        for rules in self._rules.values():
            text = redact_text(text, rules)
        return text

    def _taken(self, made: _MadeSource, source: ImportSource) -> SourceSummary:
        """What became of a source whose files are on their way now."""
        targets = []
        try:
            for profile, interactions, file in made.files:
                state = self._pending_files.take(file)
                targets.append(
                    ImportedRecording(path=file.target, profile=profile, interactions=interactions, state=state)
                )
        except RecproxyError as problem:
            return SourceSummary(source=source.path, problem=problem.message)
        return replace(made.summary, targets=tuple(targets) if not made.summary.problem else ())

    def _make(self, source: ImportSource) -> _MadeSource:
        read = self._read.pop(source.path, None)
        if read is None:
            try:
                read = self._sorted_out(read_loaded(str(source.path)))
            except UnknownFormat as problem:
                return _MadeSource(summary=unread_source(source, problem))
            except RecproxyError as problem:
                return _MadeSource(summary=SourceSummary(source=source.path, problem=problem.message))
        recording, notes = read.recording, read.notes
        total = len(recording.interactions)
        counts, files = Counter[str](), list[tuple[str, int, StagedFile]]()
        try:
            for done, name in enumerate(read.numbers, 1):
                redacted = self._redacted(read, name, notes, counts)
                self._progress(source.size * done / len(read.numbers))
                made = replace(recording, interactions=redacted, format=2)
                clean = with_clean_lines(made, self._rules[name], self._earlier)[0]
                files.append((name, len(redacted), self._staged(source, name, clean)))
        except RecproxyError as problem:
            return _MadeSource(summary=SourceSummary(source=source.path, problem=problem.message), files=files)
        touched = {note.where for note in notes if note.where and note.kind != "beware"}
        summary = SourceSummary(
            source=source.path,
            format=read.format,
            interactions=total,
            exact=max(total - len(touched), 0),
            notes=tuple(notes),
            redacted=dict(sorted(counts.items())),
        )
        return _MadeSource(summary=summary, files=files)

    def _sorted_out(self, loaded: Loaded, *, learns: bool = False) -> _ReadSource:
        """A source by profile, and with `learns` read for secrets."""
        recording = filled(loaded.recording, self._placeholders)
        notes = list(loaded.notes)
        found = self._sorted(recording, notes)
        interactions = {name: [self._readable(name, one) for _, one in each] for name, each in found.items()}
        return _ReadSource(
            recording=recording,
            format=loaded.format,
            notes=notes,
            numbers={name: [number for number, _ in each] for name, each in found.items()},
            interactions=interactions,
            scopes={name: ReadScope(each, self._rules[name]) for name, each in interactions.items()} if learns else {},
        )

    def _readable(self, name: str, interaction: Interaction) -> Interaction:
        """An interaction as it is recorded: messages of gRPC can be read."""
        return readable_interaction(interaction, self._profiles[name].grpc.place)

    def _sorted(self, recording: Recording, notes: list[Note]) -> dict[str, list[tuple[int, Interaction]]]:
        """The interactions by profile, each with its number in the file."""
        found: dict[str, list[tuple[int, Interaction]]] = {} if self._only is None else {self._only: []}
        for number, read in enumerate(recording.interactions, 1):
            each = of_today(read)
            host = authority_host(each.request.url.partition("://")[2].partition("/")[0].partition("?")[0])
            owner = self._owners.owner(host) if each is read else self._only
            if owner is None:
                notes.append(self._unowned(host if each is read else "", f"interaction {number}"))
            if (profile := self._only or owner) is not None:
                found.setdefault(profile, []).append((number, each))
        return found

    def _unowned(self, host: str, where: str) -> Note:
        if self._only is None and not host:
            text = "a path without a host belongs to no profile: name one with --profile"
            return Note(kind="lost", where=where, text=text)
        if self._only is None:
            return Note(kind="lost", where=where, text=f"host {host} belongs to no profile: name one with --profile")
        text = f"host {host} does not belong to profile {self._only}: add it to the profile"
        return Note(kind="beware", where=where, text=text)

    def _redacted(
        self,
        read: _ReadSource,
        name: str,
        notes: list[Note],
        counts: Counter[str],
    ) -> tuple[Interaction, ...]:
        interactions, rules = read.interactions[name], self._rules[name]
        if name in read.scopes or self._earlier.known or len(self._shares) > 1:
            whole = read.scopes.get(name) or ReadScope(interactions, rules)
            scope = whole.redacted(earlier=self._earlier, apart=True)
        else:
            scope = redact_in_parts(interactions, rules, spread, apart=True)
        for refusal in scope.refusals:
            number = read.numbers[name][refusal.position]
            notes.append(Note(kind="lost", where=f"interaction {number}", text=refusal.message))
        counts.update(scope.counts)
        return tuple(each for each in scope.interactions if each is not None)

    def _staged(self, source: ImportSource, profile: str, recording: Recording) -> StagedFile:
        """Stage a recording."""
        folder = self._folder if self._only is not None else self._folder / profile
        path = folder / source.name.with_name(f"{source.name.name}.rec")
        shown = redact_line(source.name.name, self._rules[profile], self._earlier)
        if shown != source.name.name:
            raise RecordingError(f"{shown}: the name of the recording would hold a secret: rename the file")
        try:
            return self._pending_files.staged(
                path, pieces(recording) if len(self._shares) > 1 else text_pieces(recording)
            )
        except ValueError as problem:
            raise RecordingError(f"{source.path}: cannot be written as text: {problem}") from None
