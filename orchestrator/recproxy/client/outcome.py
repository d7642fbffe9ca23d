"""The outcome of a scope as texts for its test. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recproxy.control.shown_paths import shown_path
from recproxy.errors import NoMatch

__all__ = ["ScopeResult", "failure", "read_outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeResult:
    """The outcome of a scope, or how far it is.

    `requests` are the latest requests by profile, in order of arrival, as recorded. `plays` say how often each recorded
    interaction was played. `missed` are the texts of misses. `failing` are lines for people about interactions that were
    not played and fail a test. `failed` are requests that nobody could answer: not the real service, not a hook, and not
    we, because they were no HTTP. `notes` are about connections that never became requests.
    """

    name: str
    played: int = 0
    recorded: int = 0
    requests: Mapping[str, tuple[str, ...]]
    plays: Mapping[str, tuple[int, ...]]
    missed: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unanswered(self) -> str:
        """What was asked and not answered, as text; empty where all was."""
        return "\n".join(("requested, but not answered:", *dict.fromkeys(self.failed))) if self.failed else ""


def read_outcome(answer: Mapping[str, Any]) -> ScopeResult:
    """An outcome from the answer of the control address."""
    profiles: Mapping[str, Mapping[str, Any]] = answer["profiles"]
    return ScopeResult(
        name=answer["name"],
        played=answer["played"],
        recorded=answer["recorded"],
        requests={profile: tuple(each["requests"]) for profile, each in profiles.items()},
        plays={profile: tuple(each["plays"]) for profile, each in profiles.items()},
        missed=tuple(miss["text"] for miss in answer["missed"]),
        failing=tuple(_unused(each) for each in answer["unused"] if each["fails"]),
        failed=tuple(f"{each['profile']}: {each['text']}" for each in answer["failed"]),
        notes=tuple(f"{profile}: {note}" for profile, each in profiles.items() for note in each["notes"]),
    )


def failure(outcomes: Sequence[ScopeResult]) -> Exception | None:
    """What a test fails with that has not failed by itself; None where all is well."""
    missed = [text for outcome in outcomes for text in (*outcome.missed, *outcome.notes) if outcome.missed]
    if missed:
        return NoMatch("\n\n".join(missed))
    unanswered = [outcome.unanswered for outcome in outcomes if outcome.failed]
    if unanswered:
        return AssertionError("\n".join(unanswered))
    failing = [line for outcome in outcomes for line in outcome.failing]
    if failing:
        return AssertionError("recorded, but never requested:\n" + "\n".join(failing))
    return None


def _unused(entry: Mapping[str, Any]) -> str:
    return f"{entry['profile']}: {entry['request']} ({shown_path(entry['where'])})"
