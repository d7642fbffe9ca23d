"""What happened in a scope, as values: a proxy counts it, and the run reports it.

Knows no order and no channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from recproxy.recording.dataclass import dataclass

__all__ = ["NO_TEST", "Missed", "Outcome", "Unused"]

#: The name of the scope outside of all tests.
NO_TEST: Final = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A request that nothing recorded fits; `text` shows no secret. `expected` is the test's recording, if there is none."""

    method: str
    url: str
    text: str
    differences: tuple[tuple[str, str | None, str | None], ...] = ()
    closest: str | None = None
    expected: str | None = None
    test: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A recorded interaction that was not played: where it stands, its first line, and its place in `plays`."""

    where: str
    request: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one profile did in one scope.

    `plays` says how often each interaction was played, in recorded order; `files` are the paths with their numbers of
    interactions. `requests` are the latest, in order of arrival, as recorded. `notes` are about connections that never
    became requests. `forwarded` counts what went to the service; `failures`, which nobody could answer, fail the scope.
    """

    scope: str
    played: int = 0
    recorded: int = 0
    seconds: float = 0.0
    missed: tuple[Missed, ...] = ()
    unused: tuple[Unused, ...] = ()
    plays: tuple[int, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    requests: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    forwarded: int = 0
    failures: tuple[str, ...] = ()
    redactions: Mapping[str, int] = field(default_factory=dict)
