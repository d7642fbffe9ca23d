"""The scope of one cassette, from its opening to what it did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recproxy.client.outcome import ScopeResult
from recproxy.client.scopes import Scope
from recproxy.client.session import Session
from recproxy.control.scope_options import ScopeOptions
from recproxy.errors import NoMatch
from recproxy.http import Owners
from recproxy.testing.vcrpy_bridge.settings import CassetteSettings, matcher_words
from recproxy.testing.vcrpy_bridge.sources import Sources

__all__ = ["OpenCassette", "hosts_of", "path_of"]

#: How to mend a recording of recproxy: a cassette is vcrpy's to write.
_ADVICE = re.compile(r"\n+(?:to make it match: |to record it: |or record it anew: ).*\Z", re.DOTALL)
_AGAIN = re.compile(r"^to play the last one again: .*", re.MULTILINE)
_REPEATS = "to play it again: allow_playback_repeats=True for the cassette"


class OpenCassette:
    """A cassette in play. It stays good for questions when it has closed."""

    def __init__(self, cassette: Any, session: Session, settings: CassetteSettings, sources: Sources) -> None:
        self.path = path_of(cassette)
        #: Whether what is recorded takes the place of what the cassette held.
        self.replaces = False
        self._cassette = cassette
        self._session = session
        self._sources = sources
        words, _ = matcher_words(cassette._match_on)  # noqa: SLF001 - no other way to know
        self._scope_options = ScopeOptions(
            match_on=words,
            repeat="first" if cassette.allow_playback_repeats else "miss",
            ignore=settings.ignore,
        )
        self._scope: Scope | None = None
        self._outcomes: list[ScopeResult] = []
        #: Of the open scope, as far as it was looked at.
        self._so_far: list[ScopeResult] = []
        self._told: set[str] = set()

    def begin(self) -> None:
        """Open the scope: every service is answered from this cassette, and from nothing else.

        Raises:
            RecordingError: the cassette cannot be read.
            ControlError: the run does not answer.
        """
        status = self._session.address.status()
        recordings = dict(self._recordings(status["profiles"], status["mode"]))
        self._scope = self._session.scopes.begin(self.path, recordings, scope_options=self._scope_options)

    def end(self, *, passed: bool) -> None:
        """Close the scope; when it is closed already, nothing happens."""
        scope, self._scope = self._scope, None
        self._so_far.clear()
        if scope is not None:
            self._outcomes += self._session.scopes.end(scope, passed=passed)

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
        data = self._cassette.data
        counts = [0] * len(data)
        # A WebSocket's interaction is not in play.
        positions = [place for place, (request, _) in enumerate(data) if not request.uri.startswith(("ws:", "wss:"))]
        for outcome in self._seen():
            for plays in outcome.plays.values():
                for position, count in zip(positions, plays, strict=False):
                    counts[position] += count
        return counts

    def recorded(self) -> Iterator[tuple[Any, Any]]:
        """What was recorded, as vcrpy holds it; the scope ends, so that all of it is there."""
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
        return "\n\n".join((*new, f"cassette: {self.path}")) if new else ""

    def tell(self, error: BaseException | None) -> None:
        """Fail with what was not told yet, or tell it along with what failed already. Raises NoMatch."""
        text = self.untold()
        if text and error is None:
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

    def _recordings(self, profiles: Mapping[str, Mapping[str, Any]], mode: str) -> Iterator[tuple[str, list[str]]]:
        """What answers each profile: the cassette, what is recorded into, or nothing."""
        owners = Owners({host: name for name, each in profiles.items() for host in each["hosts"]})
        asked = {owners.owner(host) for host in hosts_of(self._cassette)}
        modes = {name: each["mode"] for name, each in profiles.items()}
        if owners.pattern("") is None:
            modes["*"] = mode
        for name, its_mode in modes.items():
            in_it = (None if name == "*" else name) in asked
            self.replaces = self.replaces or its_mode == "record"
            if its_mode in ("record", "auto"):
                yield name, [self._sources.recorded_into(name, with_cassette=its_mode == "auto" and in_it)]
            else:
                yield name, [*self._sources.played()] if in_it and its_mode == "replay" else []


def path_of(cassette: Any) -> str:
    """Where a cassette is; vcrpy has a public name for it since version 9.2 only."""
    return str(cassette._path)  # noqa: SLF001 - no other way to know


def hosts_of(cassette: Any) -> Iterable[str]:
    """The hosts that a cassette's requests went to."""
    return dict.fromkeys((request.host or "").removesuffix(".") for request in cassette.requests)
