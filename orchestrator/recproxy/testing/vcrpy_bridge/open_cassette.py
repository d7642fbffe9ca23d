"""The scope of one cassette, from its opening to what it did."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recproxy.client.choosing import Chooser
from recproxy.client.outcome import ScopeResult
from recproxy.client.scopes import Scope
from recproxy.control.host_names import normal_host
from recproxy.control.miss_marks import MissesSince
from recproxy.control.scope_options import ScopeOptions, SelectedTest
from recproxy.errors import NoMatch
from recproxy.http import Owners
from recproxy.lazy.patterns import lazy_pattern
from recproxy.testing.vcrpy_bridge.cassette_facts import CassetteFacts, CassetteSources
from recproxy.testing.vcrpy_bridge.local_hosts import led_to, local_places
from recproxy.testing.vcrpy_bridge.modes import CassetteRun
from recproxy.testing.vcrpy_bridge.own_cassettes import is_own_cassette
from recproxy.testing.vcrpy_bridge.ways_out import ways_out

__all__ = ["OpenCassette"]

#: How to mend a recording of recproxy: a cassette is vcrpy's to write.
_ADVICE = lazy_pattern(r"\n+(?:to make it match: |to record it: |or record it anew: ).*\Z", re.DOTALL)
_AGAIN = lazy_pattern(r"^to play the last one again: .*", re.MULTILINE)
_REPEATS = "to play it again: allow_playback_repeats=True for the cassette"


class OpenCassette:
    """A cassette in play; at `socket` proxies ask what matches. It stays good for questions when it has closed.

    `ports` are those of all runs of this process, where connections of its own are never redirected. `record` is the
    command that records its `test`, whose id this is.
    """

    def __init__(
        self,
        facts: CassetteFacts,
        run: CassetteRun,
        sources: CassetteSources,
        socket: Path,
        ports: Collection[int] = (),
        record: str = "",
        test: str = "",
    ) -> None:
        self.path = facts.path
        self.takes_local = facts.takes_local
        self.gateway = ""
        self._ports = ports
        self._record = record
        self._test = test
        #: Whether what is recorded takes the place of what the cassette held, and whether anything is recorded.
        self.replaces = False
        self.records = False
        #: Whether its test has failed while it was open.
        self.failed = False
        self._facts = facts
        self._run = run
        self._session = run.session
        self._sources = sources
        self._socket = socket
        self._scope_options = ScopeOptions(
            match_on=facts.match_on,
            repeat="first" if facts.repeats else "miss",
            ignore=facts.ignore,
            local=facts.takes_local,
            selection=SelectedTest(command=record) if record else None,
        )
        self._scope: Scope | None = None
        #: What its run has missed since it began.
        self._misses: MissesSince | None = None
        self._outcomes: list[ScopeResult] = []
        #: Of the open scope, as far as it was looked at.
        self._so_far: list[ScopeResult] = []
        self._told: set[str] = set()
        self._meanwhile = ExitStack()
        #: While requests to this machine are led here; it ends before the scope, which puts the environment back.
        self._led = ExitStack()

    def begin(self) -> None:
        """Open the scope: every service is answered from this cassette, and from nothing else.

        Raises:
            RecordingError: the cassette cannot be read.
            ControlError: the run does not answer.
        """
        if self._facts.choose is not None:
            self._meanwhile.enter_context(closing(Chooser(self._socket, self._facts.choose)))
            self._scope_options = self._scope_options._replace(chooser=str(self._socket))
        self._misses = MissesSince(self._run.status().get("misses", ""))
        self._scope, status = self._begun(self._run.status())
        if self._scope.profiles != len(status["profiles"]):  # others have joined, which need a recording, too
            self._session.scopes.end(self._scope, passed=True)
            self._scope, status = self._begun(self._run.status(anew=True))
        if self.takes_local:
            addresses = status["addresses"][self._session.lane]
            ports = {*self._ports, *(urlsplit(url).port or 0 for url in addresses.values())}
            places = local_places(self._facts.addresses)
            self.gateway = addresses["gateway"]
            self._led.enter_context(led_to(self.gateway, places, ports if self._facts.whole_process else None))

    def end(self, *, passed: bool) -> None:
        """Close the scope; when it is closed already, nothing happens."""
        scope, self._scope = self._scope, None
        self._so_far.clear()
        self._led.close()
        if scope is not None:
            self._outcomes += self._session.scopes.end(scope, passed=passed)
        self._meanwhile.close()

    def look(self) -> None:
        """See how far it is; while another cassette is open inside of this one, it goes no further."""
        if self._session.scopes.innermost is self._scope:
            self._so_far = [self._session.scopes.look()]

    def restart(self) -> None:
        """Play it again from its start."""
        if self._scope is not None:
            self.end(passed=True)
            self._outcomes.clear()
            self.begin()

    def plays(self) -> list[int]:
        """How often each interaction of the cassette was played."""
        counts = [0] * self._facts.count
        for outcome in self._seen():
            for plays in outcome.plays.values():
                for position, count in zip(self._facts.positions, plays, strict=False):
                    counts[position] += count
        return counts

    def recorded(self) -> Iterator[Any]:
        """What was recorded, as the library holds it; the scope ends, so that all of it is there."""
        self.end(passed=True)
        return self._sources.recorded()

    def untold(self) -> str:
        """The misses that were not told yet, as text; empty where there are none."""
        texts = [
            _AGAIN.sub(_REPEATS, _ADVICE.sub("", text)).rstrip()
            for outcome in self._seen()
            for text in (*outcome.missed, *(outcome.notes if outcome.missed else ()), *outcome.failed)
        ]
        new = [text for text in dict.fromkeys(texts) if text not in self._told]
        self._told.update(new)
        if not new:
            return ""
        there = "" if self._facts.count or Path(self.path).exists() else " (the file does not exist)"
        ways = () if self.records else ways_out(self.path, "\n".join(new), self._record)
        return "\n\n".join((*new, "\n".join((f"cassette: {self.path}{there}", *ways))))

    @property
    def leaves_nothing(self) -> bool:
        """Whether what the cassette held goes where something is recorded, also what was not asked again.

        A test that fails may have stopped before it asked for the rest, and other tests need the rest of a cassette that
        they share. With a mode of its own a cassette holds what its library has it hold.
        """
        return self.replaces and self._run.for_all and not self.failed and is_own_cassette(self.path, self._test)

    @property
    def fails_tests(self) -> bool:
        """Whether a miss fails its test, too, where the program copes with it: the project may say that it only warns."""
        return self._run.status().get("on_miss") != "warn"

    @property
    def may_have_missed(self) -> bool:
        """Whether its run has missed anything since it began, or it cannot be seen whether it has."""
        return self._misses is None or self._misses.may_be_there

    def tell(self, error: BaseException | None) -> None:
        """Fail with what was not told yet, or tell it along with what failed already. Raises NoMatch."""
        text = self.untold()
        if text and error is None and self.fails_tests:
            raise NoMatch(text)
        if text and error is not None:
            error.add_note(text)

    def counts(self) -> dict[str, int]:
        """What it did, in numbers; of a cassette that has closed."""
        # What was recorded meanwhile stands in the cassette by now, and was never in play.
        in_play = max((len(plays) for outcome in self._outcomes for plays in outcome.plays.values()), default=0)
        return {
            "cassettes": 1,
            "played": sum(outcome.played for outcome in self._outcomes),
            "recorded": sum(outcome.recorded for outcome in self._outcomes),
            "missed": sum(len(outcome.missed) for outcome in self._outcomes),
            "unused": self.plays()[:in_play].count(0),
        }

    def _seen(self) -> list[ScopeResult]:
        if self._scope is not None:
            self.look()
        return [*self._outcomes, *self._so_far]

    def _begun(self, status: Mapping[str, Any]) -> tuple[Scope, Mapping[str, Any]]:
        recordings = dict(self._recordings(status["profiles"], status["mode"]))
        scope = self._session.scopes.begin(self.path, recordings, scope_options=self._scope_options)
        scope.is_told = True
        return scope, status

    def _recordings(self, profiles: Mapping[str, Mapping[str, Any]], mode: str) -> Iterator[tuple[str, list[str]]]:
        """What answers each profile: the cassette, what is recorded into, or nothing."""
        owners = Owners({host: name for name, each in profiles.items() for host in each["hosts"]})
        every = owners.patterns.get("*")  # which answers for this machine, too
        asked = {owners.owner(normal_host(host)) or every for host in self._facts.hosts}
        modes = {name: each["mode"] for name, each in profiles.items()}
        if every is None:
            modes["*"] = mode
        for name, its_mode in modes.items():
            in_it = (None if name == "*" else name) in asked
            self.replaces = self.replaces or its_mode == "record"
            if its_mode in ("record", "auto"):
                self.records = True
                yield name, [self._sources.recorded_into(name, with_cassette=its_mode == "auto" and in_it)]
            else:
                yield name, [*self._sources.played()] if in_it and its_mode == "replay" else []
