"""What happened in a scope, as values: a proxy counts it, and the run reports it.

Knows no order and no channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from recproxy.lazy.dataclass import dataclass

__all__ = [
    "MODULE_RENAMED",
    "NO_TEST",
    "ONE_TEST_ALONE",
    "InteractionEdit",
    "Mending",
    "MissReason",
    "Missed",
    "Outcome",
    "RequestResult",
    "TimedRequest",
    "Unused",
]

#: The name of the scope outside of all tests.
NO_TEST: Final = "run"
#: How the advice in a miss begins that mends all tests of a renamed module, and that which mends one of them alone.
MODULE_RENAMED: Final = "if the module was renamed, for all its tests: "
ONE_TEST_ALONE: Final = ("if this test alone was moved: ", "to replay that recording: ")


class MissReason(StrEnum):
    """Why a request was missed, as far as its differences can tell."""

    UNKNOWN = ""
    DIFFERS = "differs"
    NEVER_RECORDED = "never recorded"
    PLAYED = "played"
    OTHER_TEST = "other test"


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionEdit:
    """An interaction of a recording written anew: its `number` in the file counts from 0, `text` is that of its block."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """A change that was tried, and makes a missed request match.

    `rules` are names that the profile would leave out of the comparison as well, by the key of its table `match`. `text`
    says the change to a person.
    """

    text: str
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edits: tuple[InteractionEdit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A request that nothing recorded fits; `text` shows no secret. `expected` is the test's recording, if there is none.

    `mendings` are changes that would each make it match, the least one first.
    """

    method: str
    url: str
    text: str
    differences: tuple[tuple[str, str | None, str | None], ...] = ()
    closest: str | None = None
    expected: str | None = None
    test: str = ""
    profile: str = ""
    reason: str = MissReason.UNKNOWN
    mendings: tuple[Mending, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A recorded interaction that was not played: where it stands, its first line, and its place in `plays`."""

    where: str
    request: str
    position: int


class RequestResult(StrEnum):
    """What came of a request."""

    PLAYED = "played"
    RECORDED = "recorded"
    FORWARDED = "forwarded"
    MISSED = "missed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRequest:
    """A request and when it was: `begun` is of the monotonic clock, `seconds` the time that recproxy spent on it.

    `request` is its method and URL, masked. `size` is that of the response's body in bytes, `position` the interaction
    that was played by its place in `plays`, and `line` where it stands; -1 and 0 where there is none.
    """

    result: str
    begun: float
    seconds: float
    request: str
    status: int = 0
    size: int = 0
    position: int = -1
    line: int = 0
    fault: str = ""
    waited: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one profile did in one scope.

    `plays` says how often each interaction was played, in recorded order; `files` are the paths with their numbers of
    interactions. `requests` are the latest, in order of arrival, as recorded. `notes` are about connections that never
    became requests. `forwarded` counts what went to the service; `failures`, which nobody could answer, fail the scope.
    `timed` are the first requests, if the run wants to know, and `untimed` counts the others. `size` is that of all
    bodies that clients got, `slowest` the request that took longest, with its seconds. `messages` are those of WebSockets and gRPC,
    both ways.
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
    timed: tuple[TimedRequest, ...] = ()
    untimed: int = 0
    size: int = 0
    slowest: str = ""
    slowest_seconds: float = 0.0
    messages: int = 0

    def has_played(self, interaction: int) -> bool:
        """Whether an interaction was played; the first is 1."""
        return interaction <= len(self.plays) and self.plays[interaction - 1] > 0
