"""The redaction of a scope as the recorder asks for it: who redacts, and what comes of it.

Packed interactions go to a redaction worker and come back packed; they are unpacked here only once they are redacted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Protocol

from recproxy.control.redaction_messages import ScopeRedacted
from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Interaction, Packed, unpack

__all__ = ["RedactScopes", "Redaction", "unpacked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What redaction made of a scope: lines without secrets, why interactions are refused, how often rules acted."""

    lines: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class RedactScopes(Protocol):
    """Redacts the packed interactions of a scope, and lines about it, away from the loop."""

    async def __call__(
        self,
        profile: str,
        interactions: Sequence[Packed],
        lines: Sequence[str],
        secrets: Sequence[str] = (),
        /,
        *,
        again: bool = False,
        recording: str = "",
    ) -> ScopeRedacted:
        """Redact by the rules of a profile; `secrets` are values of another run, `recording` the file it is for.

        With `again` they were redacted before, and are searched for what scopes of this run have shown since.

        Raises:
            RecproxyError: it cannot be done.
        """


def unpacked(packed: bytes, scope: str, day: dt.date) -> Interaction:
    """A redacted interaction with its scope and the day it was recorded."""
    return replace(unpack(packed), scope=scope, recorded=day)
