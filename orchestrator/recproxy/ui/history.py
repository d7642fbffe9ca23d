"""The history of a recording in git: which commits changed it, and what of the service's answers each changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from recproxy.errors import ConfigurationError
from recproxy.play.changed_lines import changed_row
from recproxy.play.git_versions import Revision, recording_at, revisions_of
from recproxy.play.recording_difference import Changed, compare_recordings
from recproxy.recording import Recording
from recproxy.recording.printable import printable
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.recording_lines import with_clean_scopes
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_line, redact_scope
from recproxy.report.page.shown import without_large_bodies
from recproxy.ui.opened_recordings import LARGEST_BODY, OpenedRecording

__all__ = ["changes_between", "history_of"]

#: Interactions of a version that are compared, and changes of one answer.
_MOST_COMPARED, _MOST_CHANGES = 2_000, 500


def history_of(path: Path, rules: RedactionRules) -> list[dict[str, str]]:
    """The commits that changed a recording, the newest first; what the rules say is secret is masked in their subjects."""
    return [
        {
            "name": each.name,
            "short": each.short,
            "author": printable(redact_line(each.author, rules)),
            "date": each.date,
            "subject": printable(redact_line(each.subject, rules)),
        }
        for each in revisions_of(path)
    ]


def changes_between(opened: OpenedRecording, before: str, after: str) -> list[dict[str, Any]]:
    """What differs between two revisions of a recording, without secrets; an empty one is the file as it is.

    Raises:
        ConfigurationError: one is none of the commits that changed it.
        RecordingError: one does not parse.
    """
    known = {each.name: each for each in revisions_of(opened.path)}
    versions = [_version(opened, rev, known) for rev in (before, after)]
    found = compare_recordings(*_masked(versions, opened.rules))
    return [_row(each) for each in found[:_MOST_CHANGES]]


def _version(opened: OpenedRecording, rev: str, known: dict[str, Revision]) -> Recording:
    if not rev:
        return opened.recording
    if rev not in known:
        raise ConfigurationError("this is none of the commits that changed the recording")
    return recording_at(rev, opened.path, then=known[rev].path)


def _masked(versions: Sequence[Recording], rules: RedactionRules) -> list[Recording]:
    """Both versions masked together: a secret of one may stand in the other without the name that shows it."""
    parts = [
        [without_large_bodies(each, LARGEST_BODY) for each in version.interactions[:_MOST_COMPARED]]
        for version in versions
    ]
    clean = redact_scope([*parts[0], *parts[1]], rules, ids=False)
    done = with_clean_scopes(clean.interactions, rules, EarlierValues(clean.learned))
    halves = done[: len(parts[0])], done[len(parts[0]) :]
    return [
        replace(version, interactions=tuple(each for each in half if each is not None))
        for version, half in zip(versions, halves, strict=True)
    ]


def _row(changed: Changed) -> dict[str, Any]:
    row = changed_row(changed)
    changes = [
        {name: printable(text) if isinstance(text, str) else text for name, text in each.items()}
        for each in _listed(row["changes"])
    ]
    scope = row["scope"]
    shown = {"method": printable(str(row["method"])), "url": printable(str(row["url"])), "state": row["state"]}
    return {**shown, "scope": printable(str(scope)) if scope else "", "changes": changes}


def _listed(changes: Any) -> list[dict[str, Any]]:
    return list(changes)[:_MOST_CHANGES]
