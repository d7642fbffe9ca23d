"""Redaction: until its rules stand, nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recproxy.recording import Interaction

__all__ = ["Redacted", "RedactionRules", "Redactor", "Unsafe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionRules:
    """What is secret, on top of the built-in rules."""

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    values: tuple[str, ...] = field(default=(), repr=False)


class Unsafe(Exception):
    """An interaction cannot be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """An interaction that may be stored."""

    interaction: Interaction
    counts: Mapping[str, int]


class Redactor:
    """Redacts the interactions of one scope."""

    def __init__(self, rules: RedactionRules) -> None:
        self._rules = rules

    def redact(self, interaction: Interaction) -> Redacted:
        """Refuse: fail closed."""
        raise Unsafe("redaction is not available")
