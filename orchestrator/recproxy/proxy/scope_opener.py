"""How a scope of a proxy begins: with the recordings that it plays, and what the profile, the run and the test set for it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.control.messages import Begin, Extend, Setup
from recproxy.control.miss_marks import mark_miss
from recproxy.play.elsewhere import Elsewhere
from recproxy.play.hooks import Hooks
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.lessons import Lessons
from recproxy.proxy.recording_cache import IndexOptions, RecordingCache
from recproxy.proxy.scope import OpenScope

__all__ = ["ScopeOpener"]


class ScopeOpener:
    """Opens the scopes of one proxy. They share the recordings that were read, and what was worked out of them."""

    def __init__(
        self,
        profile: Profile,
        setup: Setup,
        forwarding: Forwarding,
        *,
        hooks: Hooks,
        given: Mapping[str, bytes],
        beside: Executor,
    ) -> None:
        self._profile = profile
        self._forwarding = forwarding
        self._hooks = hooks
        self._given = given
        self._beside = beside
        self._timed = setup.timed
        self._misses = setup.misses
        self._ways = profile.ways(record=setup.record, folder=setup.shown_from)
        self._recordings = RecordingCache(variables=(*profile.credentials, *profile.placeholders))
        self._options = IndexOptions(profile.rules(), profile.hosts, form=hooks.compare)
        self._elsewhere = Elsewhere(Path(setup.recordings), profile, self._ways, hooks.compare, root=Path(setup.root))

    def open(self, order: Begin) -> OpenScope:
        """A scope as a test asks for it, which no lane has yet.

        Raises RecproxyError where a recording cannot be played so, and whatever a hook of the project does.
        """
        scope = OpenScope(
            self._profile,
            order.scope,
            [self._recordings.read(path) for path in order.recordings],
            expected=order.expected,
            match_on=order.match_on,
            repeat=order.repeat,
            ignore=order.ignore,
            faults=order.faults,
            number=order.order,
            redaction=self._forwarding.rules,
            mode=order.mode or self._forwarding.mode,
            hooks=self._hooks,
            indexed=self._recordings.index,
            options=self._options,
            ways=self._ways.of_test(order.record, order.together, any_format=order.records_any_format),
            elsewhere=self._elsewhere,
            given=self._given,
            beside=self._beside,
            timed=self._timed,
        )
        if self._is_shared:
            scope.check_shared(counted=bool(order.faults or order.chooser))
        wanted = self._timed > 0 and scope.mode == "live"
        scope.traffic.lessons = Lessons(self._forwarding.rules, self._beside, wanted=wanted, answered=scope.known)
        scope.history.missed = scope.traffic.failed = lambda: mark_miss(self._misses)
        scope.go_on(order.plays)
        scope.tells_unused = not order.fallback
        scope.chooser = order.chooser
        return scope

    def extend(self, scope: OpenScope, order: Extend) -> None:
        """Put more recordings in play in an open scope, or only try to. Raises RecproxyError, and then changes nothing."""
        scope.extend([self._recordings.read(path) for path in order.recordings], tries=order.tries)
        scope.tells_unused |= not order.tries

    @property
    def _is_shared(self) -> bool:
        """Whether other workers play the same."""
        return self._profile.replay.workers > 1 and self._forwarding.mode == "replay"
