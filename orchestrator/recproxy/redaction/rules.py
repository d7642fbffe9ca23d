"""What is redacted on top of the built-in rules.

Knows names, expressions and values; a value never shows in a repr.
"""

from __future__ import annotations

from dataclasses import field

from recproxy.errors import RecproxyError
from recproxy.lazy.dataclass import dataclass

__all__ = ["NO_RULES", "RedactionRules", "Unsafe"]


class Unsafe(RecproxyError):
    """A body may hold a secret that cannot be found: the interaction must not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionRules:
    """A profile's `[redact]`, and the values of its `credentials` and `variables`.

    Names are compared without regard to case. `json` holds JSON Pointers, which begin with `/`, and bare keys, which
    are secret at any depth. `variables` are the names of those values that a replay fills in again. The built-in rules
    are always on.
    """

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    values: tuple[str | bytes, ...] = field(default=(), repr=False)
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)


#: The built-in rules alone.
NO_RULES = RedactionRules()
