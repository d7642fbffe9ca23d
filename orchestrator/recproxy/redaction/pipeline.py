"""One interaction that is a scope by itself: what a hook is given, what a test of a profile shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.values import Interaction
from recproxy.redaction.masking import Finding
from recproxy.redaction.rules import RedactionRules, Unsafe
from recproxy.redaction.scope import redact_scope

__all__ = ["Redacted", "redact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """An interaction that may be written, how often each rule acted in it, and where."""

    interaction: Interaction
    counts: Mapping[str, int]
    findings: tuple[Finding, ...] = field(default=(), repr=False)


def redact(interaction: Interaction, rules: RedactionRules) -> Redacted:
    """The interaction without its secrets. Raises Unsafe where it must not be written."""
    scope = redact_scope([interaction], rules)
    clean = scope.interactions[0]
    if clean is None:
        raise Unsafe(scope.refusals[0].message)
    return Redacted(interaction=clean, counts=scope.counts, findings=scope.findings)
