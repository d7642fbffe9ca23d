"""Recordings of other tools made into ours: read, sorted to profiles and redacted. Prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from recproxy.cli.import_sources import ImportSource
from recproxy.cli.pending_files import PendingFiles
from recproxy.cli.shared_work import in_shares, in_turn, shares_of
from recproxy.config.profile import Profile
from recproxy.config.variables import secret_values
from recproxy.errors import RecordingError, RecproxyError
from recproxy.formats import Loaded, Note
from recproxy.formats.placeholders import filled
from recproxy.http import Owners, authority_host
from recproxy.play.grpc_calls import readable_interaction
from recproxy.play.reading import UnknownFormat, read_loaded
from recproxy.recording import Interaction, Recording, interaction_pieces, of_today, pieces
from recproxy.redaction.block_texts import size_of
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.masked_scope import MaskedOne
from recproxy.redaction.recording_lines import with_clean_lines
from recproxy.redaction.scope import ReadScope, redact_line, redact_text
from recproxy.redaction.scope_parts import PartWork, redact_in_parts

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


def _spread(work: PartWork, interactions: Sequence[Interaction], sizes: Sequence[int]) -> Iterator[MaskedOne]:
    return in_shares(work, shares_of(interactions, sizes))


def _text(recording: Recording) -> Iterator[bytes]:
    """The text of a recording; much of it is made by several processes."""
    interactions = recording.interactions
    shares = shares_of(interactions, [size_of(each) for each in interactions])
    return pieces(recording, in_turn(_joined, shares) if len(shares) > 1 else None)


def _joined(interactions: Sequence[Interaction]) -> Iterator[bytes]:
    """The text of each of some interactions, as it travels between processes."""
    return (b"".join(interaction_pieces([each])) for each in interactions)


def unread_source(source: ImportSource, problem: UnknownFormat) -> SourceSummary:
    """The summary of a file in no format that is read: a problem only where the file was named itself."""
    if source.asked:
        return SourceSummary(source=source.path, problem=problem.message)
    return SourceSummary(source=source.path, passed_over=True, what=problem.what)


class Importer:
    """One import: takes sources one by one; what they give is put on its way to `folder`.

    With one profile all goes to it; with several each interaction goes to the one that owns its host.
    """

    def __init__(
        self,
        folder: Path,
        pending_files: PendingFiles,
        profiles: Sequence[Profile],
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

    def learn(self, sources: Sequence[ImportSource]) -> None:
        """Read sources for what each shows to be secret: `take` masks it in all of them."""
        room = _KEPT
        for source in sources:
            try:
                loaded = read_loaded(str(source.path))
            except RecproxyError:
                continue  # `take` says so
            read = self._sorted_out(loaded, learns=True)
            for scope in read.scopes.values():
                self._earlier.add(scope.learned)
            room -= source.size
            if room >= 0:
                self._read[source.path] = read

    def take(self, source: ImportSource, progress: Progress) -> SourceSummary:
        """Read, sort and redact a source; its files are written when all sources are done. The summary contains no secret."""
        taken = self._take(source, progress)
        notes = tuple(replace(note, text=self._shown(note.text)) for note in taken.notes)
        return replace(taken, notes=notes, problem=self._shown(taken.problem))

    def _shown(self, text: str) -> str:
        for rules in self._rules.values():
            text = redact_text(text, rules)
        return text

    def _take(self, source: ImportSource, progress: Progress) -> SourceSummary:
        read = self._read.pop(source.path, None)
        if read is None:
            try:
                read = self._sorted_out(read_loaded(str(source.path)))
            except UnknownFormat as problem:
                return unread_source(source, problem)
            except RecproxyError as problem:
                return SourceSummary(source=source.path, problem=problem.message)
        recording, notes = read.recording, read.notes
        total = len(recording.interactions)
        counts, targets = Counter[str](), []
        try:
            for done, name in enumerate(read.numbers, 1):
                redacted = self._redacted(read, name, notes, counts)
                progress(source.size * done / len(read.numbers))
                made = replace(recording, interactions=redacted, format=2)
                targets.append(self._write(source, name, with_clean_lines(made, self._rules[name], self._earlier)[0]))
        except RecproxyError as problem:
            return SourceSummary(source=source.path, problem=problem.message)
        touched = {note.where for note in notes if note.where and note.kind != "beware"}
        return SourceSummary(
            source=source.path,
            format=read.format,
            interactions=total,
            exact=max(total - len(touched), 0),
            targets=tuple(targets),
            notes=tuple(notes),
            redacted=dict(sorted(counts.items())),
        )

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
        if name in read.scopes or self._earlier.known:
            whole = read.scopes.get(name) or ReadScope(interactions, rules)
            scope = whole.redacted(earlier=self._earlier, apart=True)
        else:
            scope = redact_in_parts(interactions, rules, _spread, apart=True)
        for refusal in scope.refusals:
            number = read.numbers[name][refusal.position]
            notes.append(Note(kind="lost", where=f"interaction {number}", text=refusal.message))
        counts.update(scope.counts)
        return tuple(each for each in scope.interactions if each is not None)

    def _write(self, source: ImportSource, profile: str, recording: Recording) -> ImportedRecording:
        """Put a recording on its way, unless it is there already."""
        folder = self._folder if self._only is not None else self._folder / profile
        path = folder / source.name.with_name(f"{source.name.name}.rec")
        shown = redact_line(source.name.name, self._rules[profile], self._earlier)
        if shown != source.name.name:
            raise RecordingError(f"{shown}: the name of the recording would hold a secret: rename the file")
        try:
            state = self._pending_files.put(path, _text(recording))
        except ValueError as problem:
            raise RecordingError(f"{source.path}: cannot be written as text: {problem}") from None
        return ImportedRecording(path=path, profile=profile, interactions=len(recording.interactions), state=state)
