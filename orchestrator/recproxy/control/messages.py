"""The messages of a channel, as frozen values; file descriptors travel beside a message, in the order it names.

Knows no rule of matching and no socket. Orders go to a proxy; replies carry the number of the order they answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = [
    "Began",
    "Begin",
    "Connect",
    "EndLane",
    "EndScope",
    "Ended",
    "Know",
    "Listen",
    "Look",
    "Message",
    "Missed",
    "Outcome",
    "Playing",
    "Ready",
    "Refused",
    "Return",
    "Setup",
    "Stop",
    "Unused",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The first order: which profile this proxy answers for and how.

    `profile` is the plain form of a profile; `owners` maps host patterns to profile names, for all profiles of the
    run; `certificates` maps a host pattern to its certificate chain (PEM), `key` is the private key of them all.
    `folder` holds the run's files: the proxy removes it where the orchestrator died before it could.
    """

    profile: Mapping[str, Any]
    owners: Mapping[str, str]
    mode: str
    certificates: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    key: bytes = field(default=b"", repr=False)
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Know:
    """Who owns which hosts has changed: the whole table anew."""

    owners: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Answer on a listener (one descriptor) for an endpoint, by its number in the profile, in a lane."""

    lane: str
    endpoint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Serve a connection (one descriptor) whose next byte is the client's own.

    `authority` is `host:port` of a CONNECT or SNI, or None where each request names its own. `held` are bytes that
    were already read from it. `certificate` is a chain issued for this host only.
    """

    lane: str
    tls: bool = False
    authority: str | None = None
    held: bytes = field(default=b"", repr=False)
    certificate: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Begin a scope in a lane: read these recordings and answer from their start. Answered by Began or Refused.

    A `base` scope is the one that goes on whenever no other is open. `expected` is the file that was looked for
    where there is none.
    """

    order: int
    lane: str
    scope: str
    recordings: tuple[str, ...] = ()
    base: bool = False
    expected: str | None = None
    match_on: tuple[str, ...] | None = None
    repeat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Ask how far the open scope of a lane is. Answered by Playing."""

    order: int
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndScope:
    """End the open scope of a lane, so that its base scope goes on. Answered by Ended."""

    order: int
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLane:
    """Close the listeners and connections of a lane."""

    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Close everything and end the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The proxy has taken its Setup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The scope is open; `interactions` are in play."""

    order: int
    interactions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An order could not be carried out: one line for the user."""

    order: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A request that no recorded interaction fits; `text` is for people and shows no secret."""

    method: str
    url: str
    text: str
    differences: tuple[tuple[str, str | None, str | None], ...] = ()
    closest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A recorded interaction that was not played: where it stands and its first line."""

    where: str
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one profile did in one scope.

    `seconds` is the time spent answering, `plays` how often each interaction was played, in recorded order, and
    `notes` are lines for the user about connections that never became requests.
    """

    scope: str
    played: int = 0
    recorded: int = 0
    seconds: float = 0.0
    missed: tuple[Missed, ...] = ()
    unused: tuple[Unused, ...] = ()
    plays: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The outcome so far."""

    order: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The outcome of the scope that just ended."""

    order: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Hand a connection (one descriptor) back: its next request, in `held`, is another profile's."""

    lane: str
    held: bytes = field(repr=False)


Message: TypeAlias = (
    Setup
    | Know
    | Listen
    | Connect
    | Begin
    | Look
    | EndScope
    | EndLane
    | Stop
    | Ready
    | Began
    | Refused
    | Playing
    | Ended
    | Return
)
