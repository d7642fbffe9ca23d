"""What a test sees of its open scope: the pytest fixture `recproxy`."""

from __future__ import annotations

import datetime as dt

from recproxy.client.outcome import ScopeResult
from recproxy.client.requested import recordings_of
from recproxy.client.suite import Suite
from recproxy.client.webhooks import Webhooks

__all__ = ["Handle"]


class Handle:
    """The scope of the test that runs; `folder` is what paths of recordings are relative to."""

    def __init__(self, suite: Suite, folder: str) -> None:
        self._suite = suite
        self._folder = folder

    @property
    def mode(self) -> str:
        """The mode of the run: replay, record, live or auto."""
        return self._suite.mode

    @property
    def addresses(self) -> dict[str, str]:
        """The proxy's addresses by name: `gateway`, and each base-URL variable, as TWITTER_BASE_URL."""
        return self._suite.addresses

    @property
    def recorded_at(self) -> dt.datetime | None:
        """When the recordings of the test were made, in UTC; None where they do not say so, or nothing is replayed."""
        return self._suite.scopes.recorded_at

    @property
    def webhooks(self) -> Webhooks:
        """What the service sends to the application in this test: look at it, hold it back, send it."""
        return Webhooks(self._suite.scopes.address, self._suite.scopes.lane)

    @property
    def played(self) -> int:
        """How many requests were answered from recordings so far."""
        return self._look().played

    @property
    def missed(self) -> tuple[str, ...]:
        """The misses so far, as text. They fail the test, also when they were looked at."""
        return self._look().missed

    def requests(self, profile: str) -> tuple[str, ...]:
        """The latest requests to a service, at most 1,000, in order of arrival: `GET https://...`, as recorded."""
        return self._look().requests.get(profile, ())

    def plays(self, profile: str) -> tuple[int, ...]:
        """How often each recorded interaction was played, in recorded order."""
        return self._look().plays.get(profile, ())

    def add(self, profile: str, recording: str) -> None:
        """Put one more recording in play, behind those that are; what was played stays so.

        Raises:
            RecordingNotFound: it does not exist.
            RecordingError: it does not parse.
        """
        self._suite.scopes.extend(recordings_of(((profile, recording),), self._folder), beside=self._folder)

    def _look(self) -> ScopeResult:
        return self._suite.scopes.look()
