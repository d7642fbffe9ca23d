"""What is wrong with a text that is being typed: what `recproxy check` and `recproxy scan` say of such a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.config.profile_reading import parse_profile
from recproxy.config.project import Project, find_project
from recproxy.config.toml_files import parsed_toml
from recproxy.config.variables import redaction_with_values
from recproxy.errors import ProfileError, RecordingError, RecproxyError
from recproxy.lazy.dataclass import dataclass
from recproxy.play.file_problems import is_checked_at_once, problems_of_recording
from recproxy.play.scanning import looked_through
from recproxy.recording import load
from recproxy.recording.printable import printable

__all__ = ["TextFinding", "findings_in"]

_MEND = "recproxy scan --fix, or replace it by XXX"
_LARGE = "too large to be checked here: run recproxy check and recproxy scan"


@dataclass(frozen=True, slots=True)
class TextFinding:
    """Something to mend: its line from 1, a word for its kind, and a sentence. With `is_error` the file cannot be read."""

    line: int
    kind: str
    message: str
    is_error: bool = False


def findings_in(path: Path, text: str, environment: Mapping[str, str] = os.environ) -> list[TextFinding]:
    """What is wrong with the text of a file, by line: a profile.toml, else a recording. What is on the disk does not count.

    Args:
        path: where the file is or will be, which says what profile a recording belongs to.
        text: the text.
        environment: its credentials are secrets.
    """
    found = _in_profile(path, text) if path.name == "profile.toml" else _in_recording(path, text, environment)
    return sorted(found, key=lambda each: each.line)


def _in_profile(path: Path, text: str) -> Iterator[TextFinding]:
    try:
        parse_profile(parsed_toml(text, path, ProfileError))
    except RecproxyError as problem:
        yield _error(problem.message)


def _in_recording(path: Path, text: str, environment: Mapping[str, str]) -> Iterator[TextFinding]:
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as problem:
        yield _error(f":{text.count(chr(10), 0, problem.start) + 1}: holds half of a character: write all of it")
        return
    try:
        recording = load(data)
    except RecordingError as problem:
        yield _error(problem.message)
        return
    if not is_checked_at_once(len(data), recording):
        yield TextFinding(1, "large", _LARGE)
        return
    project, profile = _owner(path)
    for line, kind, message in problems_of_recording(
        recording, data.splitlines(), profile, max_age=project.max_age if project else 0, with_secrets=False
    ):
        yield TextFinding(line or 1, kind, printable(message))
    _, findings, refusal = looked_through(recording, data, redaction_with_values(profile, environment))
    if refusal:
        yield _error(refusal)
    for each in findings:
        yield TextFinding(each.line or 1, "secret", f"{each.rule} in {printable(each.place)}: {_MEND}")


def _owner(path: Path) -> tuple[Project | None, Profile | None]:
    """The project of a file and the profile of a recording; none where the configuration is wrong, which a run says."""
    try:
        project = find_project(path.parent)
    except RecproxyError:
        return None, None
    try:
        return project, project.owner(path)
    except RecproxyError:
        return project, None


def _error(message: str) -> TextFinding:
    """An error of a reader, whose message begins with the file and perhaps the line."""
    found = re.match(r"(?:.*?:([0-9]+): |[^:\n]*: )?(.*)", message, re.DOTALL)
    assert found is not None
    return TextFinding(int(found[1] or 1), "unreadable", printable(found[2]), is_error=True)
