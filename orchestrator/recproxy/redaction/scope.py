"""The interactions of one scope without their secrets: first all of them are read for secrets, then all are masked.

What a later interaction gives away is so masked in an earlier one too. Pure; knows no file, profile or process.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from recproxy.recording.values import Interaction
from recproxy.redaction.block import Finding
from recproxy.redaction.pipeline import redact
from recproxy.redaction.rules import RedactionRules, Unsafe
from recproxy.redaction.seen import Seen, link

__all__ = ["RedactedScope", "Refusal", "redact_scope"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An interaction that must not be written, by its position in the scope: why, and where, but never a value."""

    position: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedScope:
    """The interactions that may be written, at the positions they were given in; None stands for one that may not.

    `counts` says how often each rule acted.
    """

    interactions: tuple[Interaction | None, ...]
    refusals: tuple[Refusal, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = field(default=(), repr=False)


def redact_scope(
    interactions: Sequence[Interaction], rules: RedactionRules, *, taken: Container[str] = ()
) -> RedactedScope:
    """The interactions without their secrets; `taken` are names of values that other scopes of the recording use."""
    seen = Seen()
    for each in interactions:
        _learn(each, rules, seen)
    clean: dict[int, Interaction] = {}
    refusals: list[Refusal] = []
    findings: list[Finding] = []
    for position, each in enumerate(interactions):
        try:
            redacted = redact(each, rules, seen)
        except Unsafe as problem:
            refusals.append(Refusal(position, problem.message))
            continue
        clean[position] = redacted.interaction
        findings += (dataclasses.replace(found, position=position) for found in redacted.findings)
    linked = dict(zip(clean, link(tuple(clean.values()), taken), strict=True))
    return RedactedScope(
        interactions=tuple(linked.get(position) for position in range(len(interactions))),
        refusals=tuple(refusals),
        counts=dict(sorted(Counter(each.rule for each in findings).items())),
        findings=tuple(findings),
    )


def _learn(interaction: Interaction, rules: RedactionRules, seen: Seen) -> None:
    try:
        redact(interaction, rules, seen)
    except Unsafe:
        return
