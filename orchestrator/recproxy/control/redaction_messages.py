"""The messages between the orchestrator and a process that redacts: what one scope of one profile has recorded.

Interactions travel packed (`recording.pack`): raw on the way there, redacted on the way back, in memory only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Packed

__all__ = ["LearnedValue", "RedactScope", "RedactionSetup", "ScopeRedacted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionSetup:
    """The first order: whose rules and hook to redact by. Answered by Ready, or by Refused with the number 0.

    `secrets` are the values of all profiles' variables, which the rules look for; `environment` holds the variables
    of this profile only, and is all that its hook finds in os.environ. Constants are looked for in the project's
    `folder`, in what has not changed since the run has `begun`, in seconds since 1970; `written` are the digests of
    those in the run's environment.
    """

    profile: Mapping[str, Any]
    secrets: tuple[str, ...] = field(default=(), repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = ""
    begun: float = 0.0
    written: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class LearnedValue:
    """A value that a scope has shown to be secret, and how it is looked for elsewhere."""

    value: bytes = field(repr=False)
    rule: str
    name: str
    field: bool
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactScope:
    """Redact the interactions of one scope, in order, and lines of text about it. Answered by ScopeRedacted.

    `learned` are values that other scopes of the run have shown, as far as this process was not told before. `again`:
    the interactions were redacted before, and are only searched for such values. `recording` is the file that they are
    for.
    """

    order: int
    interactions: tuple[Packed, ...] = field(repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    learned: tuple[LearnedValue, ...] = field(default=(), repr=False)
    again: bool = False
    recording: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRedacted:
    """The interactions that may be written, None for one that may not, and the lines without secrets.

    `refusals` say which may not be written and why; `counts` how often each rule acted: nothing where a second look
    found nothing, and then there are no interactions. `learned` are the values that this scope has shown.
    """

    order: int
    interactions: tuple[bytes | None, ...] = field(repr=False)
    lines: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    learned: tuple[LearnedValue, ...] = field(default=(), repr=False)
