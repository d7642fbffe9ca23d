"""Recordings as plain values for a page: what is in one, and one interaction of it. Everything in them is printable."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from recproxy.formats.curl_command import curl_command
from recproxy.formats.request_code import fetch_code, httpx_code
from recproxy.recording import Interaction, as_told
from recproxy.recording.printable import printable
from recproxy.report.page.bodies import BodyLimits, BodyTable, hex_rows
from recproxy.report.page.data import interaction_values
from recproxy.report.page.exchanges import is_exchange
from recproxy.ui.opened_recordings import LARGEST_BODY, FileMark, OpenedRecording

__all__ = ["hexadecimal", "mark_values", "recording_rows", "recording_values", "shown_interaction"]

_LIMITS = BodyLimits(text=LARGEST_BODY, picture=LARGEST_BODY, hexadecimal=4096)
#: Rows of one answer: a page asks for the next ones when somebody comes to them.
_MOST_ROWS = 500
#: Characters of an address in a row.
_LONGEST_URL = 2_000
#: Marks of one answer: a file with more has something else to be done first.
_MOST_MARKS = 1_000


def recording_values(profile: str, opened: OpenedRecording) -> dict[str, Any]:
    """A recording: its name, the version of its file, why it cannot be changed, its first rows, and what is marked."""
    marks, rows = opened.marks(), recording_rows(opened, 0)  # what rows show to be secret is masked in comments, too
    return {
        "name": opened.name,
        "profile": profile,
        "sha": opened.sha,
        "size": len(opened.data),
        "count": len(opened),
        "unwritable": opened.unwritable,
        "checked": opened.is_checked,
        "comments": [printable(each) for each in opened.comments],
        "match_on": list(opened.recording.match_on or ()),
        "repeat": opened.recording.repeat or "",
        "marks": [mark_values(each) for each in marks[:_MOST_MARKS]],
        "rows": rows,
    }


def recording_rows(opened: OpenedRecording, first: int) -> list[dict[str, Any]]:
    """The interactions from a number on, as rows of a list: 500 at most."""
    marks = Counter(each.number for each in opened.marks())
    return [
        _row(opened, number, marks[number]) for number in range(max(first, 0), min(first + _MOST_ROWS, len(opened)))
    ]


def _row(opened: OpenedRecording, number: int, marks: int) -> dict[str, Any]:
    masked = _told(opened, number)
    line = opened.recording.interactions[number].line
    common = {"number": number, "line": line, "marks": max(marks, opened.secrets(number))}
    if masked is None:
        return {**common, "hidden": True, "method": "", "url": "", "status": 0, "scope": "", "size": 0}
    said = len(masked.steps)
    return {
        **common,
        "method": printable(masked.request.method),
        "url": printable(masked.request.url[:_LONGEST_URL]),
        "status": masked.response.status,
        "scope": printable(masked.scope or ""),
        "size": len(masked.response.body) or masked.response.omitted or 0,
        **({"steps": said} if said else {}),
    }


def mark_values(mark: FileMark) -> dict[str, Any]:
    """What was found, and where."""
    return {**asdict(mark), "message": printable(mark.message)}


def shown_interaction(opened: OpenedRecording, number: int) -> dict[str, Any]:
    """One interaction without its secrets: as the page of a report has it, its marks, and its request as code."""
    masked = opened.masked(number)
    bodies = BodyTable(4 * LARGEST_BODY, _LIMITS)
    values = interaction_values(opened.name, number, masked, bodies)
    return {
        "sha": opened.sha,
        "interaction": values,
        "bodies": bodies.values,
        "marks": [mark_values(each) for each in opened.marks() if each.number == number],
        "secrets": opened.secrets(number),
        "copies": _copies(masked),
    }


def hexadecimal(opened: OpenedRecording, number: int, side: str) -> str:
    """The first bytes of a body of one interaction, without its secrets, sixteen in a line."""
    masked = _told(opened, number)
    block = None if masked is None else masked.response if side == "response" else masked.request
    return hex_rows(block.body, _LIMITS.hexadecimal) if block is not None else ""


def _told(opened: OpenedRecording, number: int) -> Interaction | None:
    masked = opened.masked(number)
    return as_told(masked) if masked is not None else None


def _copies(masked: Interaction | None) -> dict[str, str]:
    """The request as a command and as code; nothing of what no program sends so."""
    if masked is None or masked.steps or masked.webhook is not None or is_exchange(masked):
        return {}
    request = masked.request
    return {"curl": curl_command(request), "httpx": httpx_code(request), "fetch": fetch_code(request)}
