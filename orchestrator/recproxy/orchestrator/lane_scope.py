"""A scope that is open in a lane, as the orchestrator knows it: who is in it, what it plays, and what it has met.

Knows replies of proxies and words of faults; not how a scope is begun and ended.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from recproxy.control.outcomes import NO_TEST
from recproxy.control.scope_options import PROFILES, ScopeFault, ScopeOptions, SelectedTest
from recproxy.errors import RecproxyError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.recorded_clock import earlier
from recproxy.recording.faults import MUTATED, read_test_fault

if TYPE_CHECKING:
    from recproxy.control.messages import Began
    from recproxy.orchestrator.proxy import Proxy

__all__ = ["LaneScope", "base_scope", "scope_within"]


@dataclass(slots=True, kw_only=True)
class LaneScope:
    """A scope that a test opened: which proxies answer in it, and for which profiles from the run's own recordings.

    `test` is the name of the outermost open scope, most often this one. `number` is this scope's own in the run: by it,
    whoever opened the scope sees whether it is still open. `numbers` are the numbers under which recording proxies know
    it, by profile. `faults` are those of its options, by profile. `selection` is how its test is run alone.
    `uses` are the profiles of which the test has recordings. `result` is how it passed, if it did not simply.
    """

    name: str
    number: int
    test: str
    scope_options: ScopeOptions = PROFILES
    proxies: list[Proxy] = field(default_factory=list)
    fallen_back: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    faults: dict[str, tuple[ScopeFault, ...]] = field(default_factory=dict)
    selection: SelectedTest | None = None
    uses: tuple[str, ...] = ()
    result: str = ""
    begun: float = field(default_factory=time.monotonic)
    #: How many interactions are in play, and when they were recorded, in seconds since 1970.
    interactions: int = 0
    recorded_at: int | None = None
    #: The profiles that a client reached over TLS.
    secured: set[str] = field(default_factory=set)
    #: How often each TLS fault was played, by profile and place.
    handshakes: Counter[tuple[str, int]] = field(default_factory=Counter)

    def joined(self, proxy: Proxy, reply: Began | RecproxyError) -> None:
        """A proxy is in the scope once it has begun it."""
        if not isinstance(reply, RecproxyError):
            self.proxies.append(proxy)
            self.look_at(reply)

    def extended(self, _: Proxy, reply: Began | RecproxyError) -> None:
        """More is in play with a proxy that is in the scope."""
        if not isinstance(reply, RecproxyError):
            self.look_at(reply)

    def look_at(self, reply: Began) -> None:
        """Take note of what is in play."""
        self.interactions += reply.interactions
        self.recorded_at = earlier(self.recorded_at, reply.recorded_at)

    def add_faults(self, profile: str, faults: Sequence[ScopeFault]) -> None:
        """Play faults with a profile, after those that it plays already."""
        self.faults[profile] = (*self.faults.get(profile, ()), *faults)

    def tls_fault(self, profile: str) -> str:
        """The TLS fault for the connection to a profile's service that begins now; empty where there is none."""
        self.secured.add(profile)
        for number, (words, times, _) in enumerate(self.faults.get(profile, ())):
            fault = "" if words.startswith(MUTATED) else read_test_fault(words).tls
            if fault and (not times or self.handshakes[profile, number] < times):
                self.handshakes[profile, number] += 1
                return fault
        return ""


def scope_within(open_scopes: Sequence[LaneScope], name: str, number: int, scope_options: ScopeOptions) -> LaneScope:
    """A scope that begins within those that are open: the outermost is that of the test, and says how that is run alone.

    Only a command that records it is its own.
    """
    own = scope_options.selection
    selection = open_scopes[0].selection if open_scopes else own
    if own is not None and own.command:
        selection = (selection or own)._replace(command=own.command)
    test = open_scopes[0].name if open_scopes else name
    return LaneScope(name=name, number=number, test=test, scope_options=scope_options, selection=selection)


def base_scope() -> LaneScope:
    """What a lane has while no scope is open."""
    return LaneScope(name=NO_TEST, number=0, test=NO_TEST)
