"""What an edit would do before it is saved: whether the text parses, what scan and check say, and what then matches.

Pure, but that rules come from the recording's profile. What would then match is found by asking both texts with the
requests that are recorded, as `check` asks them: where something may stand, a sample stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from recproxy.config.profile import Profile
from recproxy.errors import RecordingError
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.checking import sample_request
from recproxy.play.file_problems import problems_of_recording
from recproxy.play.reading import load_any
from recproxy.play.scanning import ScanFinding, looked_through
from recproxy.recording import Interaction, Recording
from recproxy.recording.printable import printable
from recproxy.ui.edits import Edit
from recproxy.ui.opened_recordings import OpenedRecording

__all__ = ["Preview", "preview"]

#: Requests that both texts are asked with: those of the edit first.
_MOST_ASKED = 300
_MOST_SAID = 50  # lines that a page has room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an edit would do. `problem` is why it cannot be saved; empty where it can.

    `found` are marks that it would add, as kind and message; `answers` say of recorded requests what answers them before
    and then: `before` and `after` are numbers of interactions.
    """

    problem: str = ""
    found: tuple[tuple[str, str], ...] = ()
    answers: tuple[dict[str, Any], ...] = ()
    left_out: int = 0

    def values(self) -> dict[str, Any]:
        """As values for a page."""
        found = [{"kind": kind, "message": printable(message)} for kind, message in self.found[:_MOST_SAID]]
        answers = list(self.answers[:_MOST_SAID])
        left_out = self.left_out + len(self.answers) - len(answers)
        return {"problem": printable(self.problem), "found": found, "answers": answers, "left_out": left_out}


def preview(opened: OpenedRecording, edit: Edit) -> Preview:
    """What would become of a recording."""
    name = opened.name
    try:
        after = load_any(edit.text, name).recording
    except RecordingError as error:
        return Preview(problem=error.message)
    if problem := _sizes(after):
        return Preview(problem=f"{name}:{problem}")
    _, findings, unreadable = looked_through(after, edit.text, opened.rules)
    worse = Counter(_secrets(findings, unreadable))
    worse.subtract(_secrets(*opened.scanned()))
    if secrets := [said for said, count in worse.items() if count > 0]:
        return Preview(problem=f"{name}: scan would find a secret that is not there now: {'; '.join(sorted(secrets))}")
    answers, left_out = _answers(opened, after, edit)
    return Preview(found=tuple(_new_marks(opened, after, edit)), answers=tuple(answers), left_out=left_out)


def _sizes(recording: Recording) -> str:
    """Where pieces of a streamed body are no longer those of the body."""
    for each in recording.interactions:
        response = each.response
        if response.chunks and sum(chunk.size for chunk in response.chunks) != len(response.body):
            return (
                f"{each.response_line}: the sizes of :chunks are not those of the body: remove the :chunks lines, too"
            )
    return ""


def _secrets(findings: Sequence[ScanFinding], problem: str) -> Iterator[str]:
    yield from (f"{each.rule} in {each.place}" for each in findings)
    if problem:
        yield "what cannot be looked through"


def _new_marks(opened: OpenedRecording, after: Recording, edit: Edit) -> list[tuple[str, str]]:
    """What check would find then, and does not find now."""
    if not opened.is_checked:
        return []
    found = Counter(_said(after, edit.text.splitlines(), opened.profile))
    found.subtract(_said(opened.recording, opened.lines, opened.profile))
    return [each for each, count in found.items() if count > 0]


def _said(recording: Recording, lines: Sequence[bytes], profile: Profile | None) -> Iterator[tuple[str, str]]:
    for _, kind, message in problems_of_recording(recording, lines, profile, with_secrets=False):
        yield kind, message


def _answers(opened: OpenedRecording, after: Recording, edit: Edit) -> tuple[list[dict[str, Any]], int]:
    """Of the recorded requests, those that are answered otherwise, or by what was edited."""
    rules = opened.profile.rules() if opened.profile else Rules()
    hosts = opened.profile.hosts if opened.profile else ()
    old, new = (Index([each], rules, hosts) for each in (opened.recording, after))
    others = [number for number in range(len(opened)) if number not in edit.touched]
    all_asked = ((number, opened.recording.interactions[number]) for number in (*edit.touched, *others))
    asked = [number for number, each in all_asked if not each.steps and each.webhook is None]
    rows = []
    for number in asked[:_MOST_ASKED]:
        live = sample_request(opened.recording.interactions[number].request)
        before, then = _first(old, live), _first(new, live)
        if number in edit.touched or _what(old, before) != _what(new, then):
            masked = opened.masked(number)
            shown = f"{masked.request.method} {masked.request.url}" if masked is not None else "a hidden request"
            rows.append({"number": number, "request": printable(shown), "before": before, "after": then})
    return rows, max(len(asked) - _MOST_ASKED, 0)


def _first(index: Index, live: Any) -> list[int]:
    """The interactions that a request is answered with, in turn."""
    tiers = index.find(live).tiers
    return list(tiers[0]) if tiers else []


def _what(index: Index, numbers: Sequence[int]) -> list[Interaction]:
    return [index.interactions[number] for number in numbers]
