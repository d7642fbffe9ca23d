"""What is wrong with the file of a recording, by the rules of its profile: what `recproxy check` reports of it."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.control.shown_paths import shown_path
from recproxy.errors import RecordingError
from recproxy.matching.rules import Rules
from recproxy.play.checking import check_recording
from recproxy.play.line_numbers import placed
from recproxy.play.reading import foreign_format, read_bytes, read_recording
from recproxy.recording import Recording
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_text

__all__ = ["is_checked_at_once", "problems_of", "problems_of_recording"]

#: What is checked within some seconds: bytes of a file, its interactions, and the steps of its conversations.
_MOST_BYTES, _MOST_INTERACTIONS, _MOST_STEPS = 4_000_000, 2_000, 10_000


def is_checked_at_once(size: int, recording: Recording) -> bool:
    """Whether a recording of `size` bytes is small enough to be checked and scanned while somebody waits."""
    if size > _MOST_BYTES or len(recording.interactions) > _MOST_INTERACTIONS:
        return False
    return sum(len(each.steps) for each in recording.interactions) <= _MOST_STEPS


def problems_of(file: Path, profile: Profile | None, max_age: float = 0) -> list[tuple[int, str, str]]:
    """Line, kind and message of each problem of a recording, by the rules of its profile."""
    try:
        recording = read_recording(str(file))
        lines = [] if file.is_dir() else read_bytes(file).splitlines()
    except RecordingError as problem:
        line, message = _place(problem.message.removeprefix(f"{file}:"))
        return [(line, "unreadable", message)]
    mend = "remove it with its own tool, or import it"
    if foreign_format(file) is None:
        fix = shlex.join(("recproxy", "scan", "--fix", shown_path(str(file))))
        mend = fix if recording.format == 2 else "replace it by hand, for the file is in the 2011 format"
    return problems_of_recording(recording, lines, profile, max_age=max_age, mend=mend)


def problems_of_recording(
    recording: Recording,
    lines: Sequence[bytes],
    profile: Profile | None,
    *,
    max_age: float = 0,
    mend: str = "",
    with_secrets: bool = True,
) -> list[tuple[int, str, str]]:
    """The same of a recording that was read from these lines; `mend` is what takes a secret out of it.

    Without `with_secrets` none are looked for: for a caller that scans the recording, which finds more of them.
    """
    redaction = profile.redaction() if profile else RedactionRules()
    found = check_recording(
        placed(recording, lines),
        rules=profile.rules() if profile else Rules(),
        redaction=redaction if with_secrets else None,
        hosts=profile.hosts if profile else (),
        max_age=max_age,
        today=dt.datetime.now(dt.UTC).date(),
        lines=lines,
        mend=mend,
    )
    # A host, or the name of a field, may hold one itself.
    return [
        (each.line, each.kind, each.message if each.kind == "secret" else redact_text(each.message, redaction))
        for each in found
    ]


def _place(message: str) -> tuple[int, str]:
    line, colon, rest = message.partition(":")
    return (int(line), rest.strip()) if colon and line.isdigit() else (0, message.strip())
