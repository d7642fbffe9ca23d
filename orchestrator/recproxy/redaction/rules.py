"""What is redacted on top of the built-in rules, and the same made ready for use.

Knows names, expressions and values; a value never shows in a repr.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from recproxy.errors import RecproxyError
from recproxy.redaction.known import Known, known

__all__ = ["Plan", "RedactionRules", "Unsafe", "plan"]


class Unsafe(RecproxyError):
    """A body may hold a secret that cannot be found: the interaction must not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionRules:
    """A profile's `[redact]`, and the values of its `credentials` and `variables`.

    Names are compared without regard to case. `json` holds JSON Pointers, which begin with `/`, and bare keys, which
    are secret at any depth. The built-in rules are always on.
    """

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    values: tuple[str | bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rules made ready: names in lower case, pointers taken apart, expressions and values compiled."""

    headers: frozenset[bytes]
    query: frozenset[bytes]
    form: frozenset[bytes]
    keys: frozenset[bytes]
    pointers: tuple[tuple[bytes, ...], ...]
    patterns: tuple[re.Pattern[bytes], ...]
    known: Known = field(repr=False)


@lru_cache(maxsize=64)
def plan(rules: RedactionRules) -> Plan:
    """The plan of these rules. Raises ValueError for a pattern that is no regular expression."""
    values = (value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape") for value in rules.values)
    return Plan(
        headers=_lower(rules.headers),
        query=_lower(rules.query),
        form=_lower(rules.form),
        keys=_lower(name for name in rules.json if not name.startswith("/")),
        pointers=tuple(_tokens(name) for name in rules.json if name.startswith("/")),
        patterns=tuple(map(_compiled, rules.patterns)),
        known=known(frozenset(values)),
    )


def _lower(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.lower().encode() for name in names)


def _tokens(pointer: str) -> tuple[bytes, ...]:
    """A JSON Pointer taken apart, RFC 6901."""
    return tuple(token.replace("~1", "/").replace("~0", "~").encode() for token in pointer[1:].split("/"))


def _compiled(pattern: str) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode())
    except re.error as problem:
        raise ValueError(f"{pattern!r} is no regular expression: {problem}") from None
