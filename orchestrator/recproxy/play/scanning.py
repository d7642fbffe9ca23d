"""Looking through recordings for what redaction would have taken out, and taking it out.

Reads and writes files; prints nothing. A finding says rule, place and line, and holds nothing of the secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recproxy.errors import RecproxyError
from recproxy.formats import Loaded
from recproxy.play.detectors import detected, may_detect
from recproxy.play.file_replacement import replace_file
from recproxy.play.line_numbers import placed
from recproxy.play.reading import foreign_format, load_any, read_bytes, read_loaded
from recproxy.play.secret_lines import secret_line, value_line
from recproxy.recording import Interaction, Recording, dump
from recproxy.redaction.earlier_values import NOTHING, EarlierValues
from recproxy.redaction.masks import stand_in
from recproxy.redaction.recording_lines import with_clean_lines
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import ReadScope, redact_scope
from recproxy.redaction.secret_values import SecretValue

__all__ = ["FileScan", "Scan", "ScanFinding", "looked_through", "scan_file"]

_ROUNDS = 3  # each round looks at what the one before has masked, which may show one more value


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFinding:
    """A secret in a file: its line (0 where the format has none that is known), the rule that found it, and the place."""

    line: int
    rule: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a file holds; `fixed` says that it no longer does, `problem` why it could not be read or mended.

    `format` is that of the recording; empty where it could not be read.
    """

    path: str
    format: str = ""
    findings: tuple[ScanFinding, ...] = ()
    fixed: bool = False
    problem: str = ""


class FileScan:
    """One file, read for secrets; `learned` are the values that it shows, which a scan looks for in other files, too."""

    def __init__(self, path: Path, rules: RedactionRules) -> None:
        self._path = path
        self._rules = rules
        self._loaded: Loaded | None = None
        self.learned: Mapping[bytes, SecretValue] = {}
        self._problem = ""
        try:
            self._data = b"" if path.is_dir() else read_bytes(path)
            self._loaded = read_loaded(str(path)) if path.is_dir() else load_any(self._data, str(path))
        except RecproxyError as error:
            self._problem = error.message
        else:
            self._scope = ReadScope(self._loaded.recording.interactions, rules)
            self.learned = self._scope.learned

    def done(self, *, root: Path, fix: bool, earlier: EarlierValues = NOTHING) -> Scan:
        """What the file holds, and with `fix` the file without it, unless a link leads it out of `root`; to be called once.

        `earlier` are values that other files show to be secret.
        """
        path, loaded = self._path, self._loaded
        if loaded is None:
            return Scan(path=str(path), problem=self._problem)
        clean, findings, problem = _clean(loaded.recording, self._data, self._scope, self._rules, earlier)
        done = Scan(path=str(path), format=loaded.format, findings=findings, problem=problem)
        if not findings or not fix:
            return done
        title = foreign_format(path) if loaded.format != "rec" else None
        if title is not None:
            return replace(done, problem=f"{path}: is a file of another format, {title}: fix it with its own tool")
        if loaded.recording.format != 2:
            return replace(done, problem=f"{path}: is in the 2011 format: fix it by hand")
        if problem:
            return done
        try:
            replace_file(path, dump(clean), root=root)
        except ValueError:
            return replace(done, problem=f"{path}: cannot be written: the result cannot be written as text")
        except RecproxyError as error:
            return replace(done, problem=error.message)
        return replace(done, fixed=True)


def scan_file(path: Path, rules: RedactionRules, *, root: Path, fix: bool) -> Scan:
    """What one file holds by itself, as `FileScan.done` says it."""
    return FileScan(path, rules).done(root=root, fix=fix)


def looked_through(
    recording: Recording, data: bytes, rules: RedactionRules
) -> tuple[Recording, tuple[ScanFinding, ...], str]:
    """A recording that was read from these bytes without its secrets, what it held, and why it could not be looked through."""
    return _clean(recording, data, ReadScope(recording.interactions, rules), rules, NOTHING)


def _clean(
    recording: Recording, data: bytes, read: ReadScope, rules: RedactionRules, earlier: EarlierValues
) -> tuple[Recording, tuple[ScanFinding, ...], str]:
    """The recording without its secrets, what was found in it, and why it could not be looked through."""
    interactions = recording.interactions
    lines: list[bytes] = []
    found: list[tuple[int, ScanFinding]] = []
    for number in range(_ROUNDS):
        scope = redact_scope(interactions, rules, earlier=earlier) if number else read.redacted(earlier=earlier)
        if (scope.findings or scope.refusals) and not lines:
            lines = data.splitlines()
            recording = placed(recording, lines)
        for each in scope.findings:
            line = secret_line(each, recording.interactions, lines)
            found.append((each.position, ScanFinding(line=line, rule=each.rule, place=each.place)))
        if scope.refusals:
            refusal = scope.refusals[0]
            where = _at(recording.path or "recording", recording.interactions[refusal.position].line)
            return recording, _sorted(found), f"{where}: {refusal.message}"
        interactions = tuple(each for each in scope.interactions if each is not None)
        more = list(_all_detected(interactions))
        if not more:
            break
        if not lines:
            lines = data.splitlines()
            recording = placed(recording, lines)
        for position, rule, value in more:
            line = value_line(position, recording.interactions, lines, value)
            found.append((position, ScanFinding(line=line, rule=rule, place="text")))
        rules = replace(rules, values=(*rules.values, *(value for _, _, value in more)))
    clean, said = with_clean_lines(replace(recording, interactions=interactions), rules, earlier)
    for text in said:
        line = next((at for at, each in enumerate(data.splitlines(), 1) if text.encode() in each), 0)
        found.append((-1, ScanFinding(line=line, rule="text", place="comment or name of a scope")))
    return clean, _sorted(found), ""


def _sorted(found: list[tuple[int, ScanFinding]]) -> tuple[ScanFinding, ...]:
    """Findings by line, each once; what a detector saw is found once more when it is taken out as a value."""
    detected = {(position, each.line) for position, each in found if each.place == "text"}
    named = {(each.line, each.rule) for _, each in found if each.place != "text"}
    kept = dict.fromkeys(
        each
        for position, each in found
        if not (each.rule == "known value" and (position, each.line) in detected and (each.line, each.rule) in named)
    )
    return tuple(sorted(kept, key=lambda each: (each.line, each.rule)))


def _at(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _all_detected(interactions: Sequence[Interaction]) -> Iterator[tuple[int, str, bytes]]:
    """What detect-secrets sees in the texts of interactions that are already redacted, by position."""
    texts = [text for each in interactions for text in _texts(each)]
    if not may_detect(b"\n".join(texts)):  # once for all of them
        return
    for position, each in enumerate(interactions):
        yield from ((position, rule, value) for rule, value in _detected(each))


def _texts(interaction: Interaction) -> list[bytes]:
    blocks = (interaction.request, interaction.response)
    lines = [interaction.request.url.encode("utf-8", "surrogateescape")]
    lines += [value for block in blocks for _, value in (*block.headers, *block.trailers)]
    # Detectors read line by line: short texts are one for them.
    return [b"\n".join(lines), *(block.body for block in blocks)]


def _detected(interaction: Interaction) -> Iterator[tuple[str, bytes]]:
    word = interaction.request.wild or "XXX"
    blocks = (interaction.request, interaction.response)
    for text in _texts(interaction):
        for rule, value in detected(text):
            masks = (stand_in("any.jwt", block.wild or "XXX").decode() for block in blocks)
            # A detector may see a part of a mask only: a JWT without its signature.
            if not any(value in mask for mask in masks) and word not in value and len(value) >= 8:
                yield rule, value.encode()
