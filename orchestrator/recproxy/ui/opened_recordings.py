"""Recordings as they are shown: read, checked, and with what is secret masked, a part at a time. Kept while unchanged.

One file may hold 100,000 interactions or a body of 50 MB. So interactions are masked in parts, when they are asked for,
and bodies that are too large to be looked through are not shown at all.
"""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.formats import Loaded
from recproxy.play.block_starts import block_start
from recproxy.play.file_problems import is_checked_at_once, problems_of_recording
from recproxy.play.line_numbers import placed
from recproxy.play.reading import foreign_format, load_any, read_bytes, read_loaded
from recproxy.play.scanning import ScanFinding, looked_through
from recproxy.recording import Interaction, Recording, as_told
from recproxy.recording.steps import steps_size
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.recording_lines import with_clean_scopes
from recproxy.redaction.scope import ReadScope, redact_line
from recproxy.report.page.shown import without_large_bodies
from recproxy.ui.project_files import ProjectFiles

__all__ = ["LARGEST_BODY", "FileMark", "OpenedRecording", "OpenedRecordings"]

#: A body of more bytes is not shown: looking through it for secrets would take seconds.
LARGEST_BODY = 1_000_000
#: Interactions that are masked together, which is how a secret of one is known in the others, and the bytes of them.
_PART, _PART_BYTES = 500, 8_000_000
#: A file of more bytes is not edited here: each look at a change looks through all of it.
_MOST_EDITED = 20_000_000
_KEPT, _KEPT_BYTES = 32, 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """Something that scan or check found: by whom, the line (0 where unknown), the interaction (-1: the file), and what."""

    source: str
    line: int
    number: int
    kind: str
    message: str


class OpenedRecording:
    """A recording that was read. `name` is what it is shown as, `sha` names the bytes it was read from.

    `foreign` is the title of another tool's format.
    """

    def __init__(self, path: Path, files: ProjectFiles) -> None:
        """Read it.

        Raises:
            RecordingError: it cannot be read, or does not parse.
        """
        self.path = path
        self.profile = files.profile(path)
        self.rules = files.redaction(path)
        self.data = b"" if path.is_dir() else read_bytes(path)
        self.sha = hashlib.sha256(self.data).hexdigest()
        self.name = files.name(path)
        self._loaded: Loaded = read_loaded(str(path)) if path.is_dir() else load_any(self.data, self.name, later=True)
        self.lines = self.data.splitlines()
        self.recording: Recording = placed(self._loaded.recording, self.lines)
        self.foreign = foreign_format(path)
        self._earlier = EarlierValues()
        self._masked: dict[int, Interaction | None] = {}
        self._part_ends: list[int] = [0]
        self._secrets: dict[int, int] = {}
        self._marks: tuple[FileMark, ...] | None = None
        self._scanned: tuple[tuple[ScanFinding, ...], str] | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.recording.interactions)

    @property
    def is_checked(self) -> bool:
        """Whether it is small enough to be checked here; a larger one is by `recproxy check` and `scan`."""
        return is_checked_at_once(len(self.data), self.recording)

    @property
    def unwritable(self) -> str:
        """Why it cannot be changed here; empty where it can."""
        if self.foreign:
            return f"it is of another format, {self.foreign}: recproxy import makes a recording of it"
        if self.recording.format != 2:
            return "it is in the format of 2011: recproxy import makes one of format 2 of it"
        if len(self.data) > _MOST_EDITED:
            return "it is too large to be changed here: use your editor"
        return ""

    def masked(self, number: int) -> Interaction | None:
        """An interaction without its secrets; None where it may hold one that cannot be masked."""
        with self._lock:
            while self._part_ends[-1] <= number:
                self._mask_part()
            return self._masked[number]

    def told(self, number: int) -> Interaction:
        """An interaction as the file tells it: of a webhook, what was sent and then what was answered. Its secrets are in it."""
        return as_told(self.recording.interactions[number])

    def secrets(self, number: int) -> int:
        """How many secrets an interaction holds, as far as it was looked through."""
        self.masked(number)
        scanned = sum(each.source == "scan" and each.number == number for each in self.marks())
        return max(self._secrets.get(number, 0), scanned)

    def is_looked_through(self, number: int) -> bool:
        """Whether an interaction holds no secret but those that are counted: not where a part of it was left out."""
        each = self.recording.interactions[number]
        left_out = max(len(each.request.body), len(each.response.body)) > LARGEST_BODY
        return not left_out and self.masked(number) is not None

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments at the head of the file, without the secrets of the rules and those that interactions have shown."""
        return tuple(redact_line(each, self.rules, self._earlier) for each in self.recording.comments)

    def marks(self) -> Sequence[FileMark]:
        """What scan and check find, by line; nothing where it is too large to be checked here."""
        if self._marks is None:
            self._marks = tuple(sorted(self._found(), key=lambda each: each.line)) if self.is_checked else ()
        return self._marks

    def scanned(self) -> tuple[Sequence[ScanFinding], str]:
        """What scan finds, and why it could not look through it. Found out once: each look at a change asks for it."""
        if self._scanned is None:
            self._scanned = looked_through(self.recording, self.data, self.rules)[1:]
        return self._scanned

    def _part(self, first: int) -> list[Interaction]:
        """The interactions of the part that begins with a number."""
        part: list[Interaction] = []
        size = 0
        for number in range(first, min(first + _PART, len(self))):
            each = self.recording.interactions[number]
            part.append(without_large_bodies(each, LARGEST_BODY))
            size += len(each.request.body) + len(each.response.body) + steps_size(each.steps)
            if size > _PART_BYTES:
                break
        return part

    def _learn(self) -> None:
        """Learn what all interactions show to be secret: the last one may name a value that stands in the first."""
        first = 0
        while first < len(self):
            part = self._part(first)
            self._earlier.add(ReadScope(part, self.rules).learned)
            first += len(part)

    def _mask_part(self) -> None:
        """Mask the interactions of the next part; what any interaction shows to be secret is masked in it."""
        first = self._part_ends[-1]
        if not first and len(self) > len(self._part(0)):
            self._learn()
        part = self._part(first)
        done = ReadScope(part, self.rules).redacted(ids=False, earlier=self._earlier)
        self._earlier.add(done.learned)
        shown = with_clean_scopes(done.interactions, self.rules, self._earlier)
        for number, (masked, clean) in enumerate(zip(done.interactions, shown, strict=True), first):
            self._masked[number] = clean
            if masked is not clean:
                self._secrets[number] = 1
        for finding in done.findings:
            number = first + finding.position
            self._secrets[number] = self._secrets.get(number, 0) + 1
        self._part_ends.append(first + len(part))

    def _found(self) -> list[FileMark]:
        # Comments and directives above a request line belong to it.
        lines = [block_start(self.lines, each.line) + 1 if each.line else 0 for each in self.recording.interactions]
        findings, problem = self.scanned()
        marks = [self._mark("scan", each.line, each.rule, each.place, lines) for each in findings]
        if problem:
            marks.append(self._mark("scan", 0, "unreadable", problem, lines))
        found = problems_of_recording(self.recording, self.lines, self.profile, with_secrets=False)
        marks += (self._mark("check", line, kind, message, lines) for line, kind, message in found)
        return marks

    def _mark(self, source: str, line: int, kind: str, message: str, lines: Sequence[int]) -> FileMark:
        number = bisect_right(lines, line) - 1 if line else -1
        return FileMark(source=source, line=line, number=number, kind=kind, message=message)


class OpenedRecordings:
    """The recordings that were looked at lately: each is read again once its file has changed."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._kept: OrderedDict[Path, tuple[object, OpenedRecording]] = OrderedDict()

    def open(self, path: Path) -> OpenedRecording:
        """A recording as its file is now.

        Raises:
            RecordingError: it cannot be read, or does not parse.
        """
        state = _state(path)
        with self._lock:
            kept = self._kept.get(path)
            if kept is not None and kept[0] == state:
                self._kept.move_to_end(path)
                return kept[1]
        opened = OpenedRecording(path, self._files)
        with self._lock:
            self._kept[path] = (state, opened)
            size = sum(len(each.data) for _, each in self._kept.values())
            while len(self._kept) > 1 and (len(self._kept) > _KEPT or size > _KEPT_BYTES):
                size -= len(self._kept.popitem(last=False)[1][1].data)
        return opened


def _state(path: Path) -> object:
    """What is another once the file is another, or is written; a folder is never taken to be as it was."""
    try:
        about = path.stat()
    except OSError as problem:
        raise RecordingError(f"{path.name}: cannot be read: {problem.strerror or problem}") from None
    return object() if path.is_dir() else (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
