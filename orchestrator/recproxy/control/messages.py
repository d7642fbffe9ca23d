"""The messages of a channel, as frozen values; file descriptors travel beside a message, in the order it names.

Knows no rule of matching and no socket. Orders go to a proxy; replies carry the number of the order they answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, TypeAlias

from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.outcomes import Outcome
from recproxy.control.redaction_messages import LearnedValue, RedactionSetup, RedactScope, ScopeRedacted
from recproxy.control.scope_options import ScopeFault
from recproxy.control.webhook_messages import (
    Deliver,
    Delivered,
    SteerWebhooks,
    WebhookAnswered,
    WebhookComes,
    WebhooksNow,
)
from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Packed

__all__ = [
    "Began",
    "Begin",
    "Connect",
    "EndLane",
    "EndScope",
    "Ended",
    "Extend",
    "Kept",
    "Know",
    "Listen",
    "Look",
    "Message",
    "PeerRefused",
    "Playing",
    "Ready",
    "Recorded",
    "Refused",
    "Return",
    "Setup",
    "Stop",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The first order: which profile this proxy answers for and how.

    `profile` is the plain form of a profile; `owners` maps host patterns to profile names, for all profiles of the
    run; `certificates` maps a host pattern to its certificate chain (PEM), `key` is the private key of them all.
    `secrets` are the values of credentials, `unset` the credentials without one. `environment` holds the profile's own
    variables. `idle_timeout` is in seconds; 0 means none. Messages name the command `record`, and paths seen from
    `shown_from`. Of each scope the first `timed` requests are told one by one. `listening` says who may ask.
    With `recorded_clock` the command runs at the time of its recordings. `misses` is the file that grows with each miss.
    """

    profile: Mapping[str, Any]
    owners: Mapping[str, str]
    mode: str
    certificates: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    key: bytes = field(default=b"", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    unset: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    idle_timeout: float = 0
    record: str = ""
    shown_from: str = ""
    recordings: str = ""
    root: str = ""
    timed: int = 0
    listening: Listening = LOOPBACK
    recorded_clock: bool = False
    misses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Know:
    """Who owns which hosts, or which ports are the run's own, has changed: all of it anew."""

    owners: Mapping[str, str]
    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Answer on a listener (one descriptor) for an endpoint, by its number in the profile, in a lane.

    `port` is the port of a mail server that it stands for; 0 is the endpoint's base URL.
    """

    lane: str
    endpoint: int
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Serve a connection (one descriptor) whose next byte is the client's own.

    `authority` is `host:port` of a CONNECT or SNI, or None where each request names its own. `held` are bytes that were
    read from it. `certificate` is a chain issued for this host only, `fault` the TLS fault to play.
    """

    lane: str
    tls: bool = False
    authority: str | None = None
    held: bytes = field(default=b"", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRefused:
    """A connection from this address was closed, because it may not ask."""

    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Begin a scope in a lane: read these recordings and answer from their start. Answered by Began or Refused.

    A `base` scope goes on whenever no other is open; another one is open until it is ended, before what was open when it
    began. `expected` is the file that was looked for where there is none, `plays` how often interactions were played
    already. `ignore` are names that are not compared, by part of a request. `mode` is the scope's own. `fallback`: nobody
    named these recordings, nor cares what is unused. `faults` are played on purpose; `chooser`, a socket, says what fits.
    `record` is the command that records this test, if it is not the run's. It has a place for the names of profiles:
    those that are recorded `together`. It may record into the files of other tools, too: `records_any_format`.
    """

    order: int
    lane: str
    scope: str
    recordings: tuple[str, ...] = ()
    mode: str | None = None
    base: bool = False
    fallback: bool = False
    expected: str | None = None
    match_on: tuple[str, ...] | None = None
    repeat: str | None = None
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plays: tuple[int, ...] = ()
    faults: tuple[ScopeFault, ...] = ()
    chooser: str = ""
    record: str = ""
    together: tuple[str, ...] = ()
    records_any_format: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Put more recordings in play in the open scope of a lane; what was played stays so. Answered as Begin is.

    With `tries`, say only whether that can be done.
    """

    order: int
    lane: str
    recordings: tuple[str, ...]
    tries: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Ask how far the open scope of a lane is. Answered by Playing."""

    order: int
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndScope:
    """End the open scope of a lane, so that the one before it goes on. Answered by Ended."""

    order: int
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLane:
    """Close the listeners and connections of a lane."""

    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The answer to Recorded: the interaction is on disk, or `error` says why it is not."""

    order: int
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Close everything and end the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The proxy has taken its Setup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The scope is open; `interactions` are in play, recorded at a moment in seconds since 1970, if they say so."""

    order: int
    interactions: int
    recorded_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An order could not be carried out: one line for the user. The Setup has the number 0."""

    order: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The outcome so far."""

    order: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The outcome of the scope that just ended.

    `learned` are values that it has shown to be secret, as far as it tells requests as they came; not `complete` where it
    may have shown others.
    """

    order: int
    outcome: Outcome
    learned: tuple[LearnedValue, ...] = field(default=(), repr=False)
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An interaction with the real service as it came, to be put in the journal before the client sees its end.

    `scope` is the number of its Begin, `begun` and `ended` are of the monotonic clock, `packed` is `recording.pack`.
    """

    order: int
    scope: int
    packed: Packed = field(repr=False)
    begun: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Hand a connection (one descriptor) back: its next request, in `held`, is another profile's."""

    lane: str
    held: bytes = field(repr=False)


Message: TypeAlias = (
    Setup
    | Kept
    | Know
    | Listen
    | Connect
    | Begin
    | Extend
    | Look
    | EndScope
    | EndLane
    | Stop
    | Ready
    | Began
    | Recorded
    | RedactionSetup
    | RedactScope
    | ScopeRedacted
    | Refused
    | Playing
    | Ended
    | Return
    | PeerRefused
    | Deliver
    | Delivered
    | SteerWebhooks
    | WebhookAnswered
    | WebhookComes
    | WebhooksNow
)
