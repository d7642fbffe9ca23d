"""The misses of conversations in one scope: what was not recorded, described without its secrets, and counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from recproxy.config.mail_endpoints import MailPlace
from recproxy.config.profile import Profile
from recproxy.control.outcomes import Missed, MissReason
from recproxy.matching.index import Index
from recproxy.matching.ways import Ways
from recproxy.play.elsewhere import Elsewhere
from recproxy.play.hooks import NO_HOOKS
from recproxy.play.playback import Playback
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.recording import Request, Step, conversation
from recproxy.redaction.rules import RedactionRules

if TYPE_CHECKING:
    from recproxy.matching.mail_miss import MailMiss
    from recproxy.matching.message_miss import MessageMiss

__all__ = ["ConversationMisses"]

_Found = TypeVar("_Found", "MailMiss", "MessageMiss")


class ConversationMisses:
    """What misses of one scope are made of; `playback` gives its recordings as they are now."""

    def __init__(
        self,
        profile: Profile,
        test: str,
        playback: Callable[[], Playback],
        history: ScopeHistory,
        redaction: RedactionRules,
        ways: Ways | None,
        remark: Callable[[], str],
        *,
        show: Callable[[Request, RedactionRules], Request] = NO_HOOKS.show,
        expected: str | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.profile = profile
        self.test = test
        self.playback = playback
        self.history = history
        self._redaction = redaction
        self.ways = ways or profile.ways()
        self.remark = remark
        self._expected = expected
        self._elsewhere = elsewhere
        self._show = show

    @cached_property
    def ignored(self) -> frozenset[bytes]:
        """The fields of messages that are not compared."""
        return frozenset(name.lower().encode() for name in self.profile.match.ignore.mail)

    def count(self, protocol: str, url: str, miss: MailMiss | MessageMiss) -> str:
        """Count a miss of any protocol; its text for people."""
        # The test's own recording, if there is none yet: whoever reports the miss names it.
        expected = None if self.playback().index.interactions else self._expected
        text = miss.text() + self.remark()
        if expected is not None:
            text += f"\nthe recording would be {self.ways.shown(expected)}"
        self.history.miss(
            Missed(
                method=protocol,
                url=url,
                text=text,
                differences=tuple((each.field, each.wanted, each.got) for each in miss.differences),
                closest=miss.elsewhere.place if miss.elsewhere is not None else miss.where,
                expected=expected,
                test=self.test,
                reason=MissReason.DIFFERS if miss.differences else MissReason.NEVER_RECORDED,
            )
        )
        self.history.spent(time.perf_counter(), 0)
        return text

    def count_again(self) -> str:
        """Count a miss after so many that it is not described; the text for its client."""
        text = self.history.miss_again()
        self.history.spent(time.perf_counter(), 0)
        return text

    def found_elsewhere(self, miss: _Found, find: Callable[[Index], list[int]], *, only_gone: bool = False) -> _Found:
        """The miss with what another test recorded, `only_gone` if that test is gone: it may have been renamed."""
        playing = [each.path or "" for each in self.playback().index.recordings]
        has_none = self._expected is not None and self._expected not in playing
        if self._elsewhere is None or not (has_none or miss.where is None):
            return miss
        positions = find(self._elsewhere.recorded)
        return replace(miss, elsewhere=self._elsewhere.best(positions, self._expected, playing, only_gone=only_gone))

    def described(self, place: MailPlace) -> Callable[..., MailMiss]:
        """What makes a miss of a server from what was said."""
        from recproxy.matching.mail_miss import MailMiss  # noqa: PLC0415 - a run that goes well has none

        return partial(MailMiss, url=place.url, profile=self.profile.name, test=self.test, ways=self.ways)

    def show_request(self, request: Request) -> Request:
        """A live request without its secrets."""
        return self._show(request, self._redaction)

    def shown(self, place: MailPlace, steps: tuple[Step, ...]) -> Step | None:
        """The last of these steps without its secrets; None where that cannot be told."""
        from recproxy.redaction.scope import redact_scope  # noqa: PLC0415 - a run that goes well shows nothing

        live = conversation(place.protocol.upper(), place.url, steps, wild=None)
        (clean,) = redact_scope([live], self._redaction, ids=False).interactions
        return None if clean is None else clean.steps[-1]
