"""Misses of a scope: what is told of each, found out beside the loop where that takes its time.

A miss is counted when its request comes, and described as soon as its differences are known. Its client waits for
them; other clients do not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor
from dataclasses import replace
from typing import TYPE_CHECKING

from recproxy.config.profile import Profile
from recproxy.control.outcomes import NO_TEST, Missed, MissReason
from recproxy.errors import defect_text
from recproxy.http import Head
from recproxy.http.refusals import NOT_RETRIED, refusal_answer
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.index import Index
from recproxy.matching.ways import Ways
from recproxy.play.elsewhere import Elsewhere
from recproxy.play.hooks import Hooks
from recproxy.play.playback import Playback
from recproxy.proxy.downstream import Answer, LateAnswer, Later
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.proxy.traffic import Traffic
from recproxy.recording import Request
from recproxy.redaction.rules import RedactionRules

if TYPE_CHECKING:
    from recproxy.matching.miss import Miss

__all__ = ["Misses"]

#: As many misses of a scope wait for their differences; of more, the values of bodies are not compared.
_MOST_WAITING = 8
#: A larger body is not redacted, nor compared by its values, for the text of a miss.
_LARGEST_COMPARED = 1 << 18
#: So many bytes of requests are compared at once, in a few milliseconds, if there are not too many interactions.
_CHEAP = 1 << 13
_MANY_INTERACTIONS = 64
#: As many misses of a scope tell apart the recordings of other tests.
_MOST_REMEMBERED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """A missed request, and the playback as it was then: it may be described when more was played and bound.

    `used` are its matches where all of them have been played. A body of more than `most` bytes is not compared by its
    values. `reason` goes before the differences, `remark` behind them.
    """

    request: Request
    index: Index
    any_host: tuple[str, ...] | None
    used: Sequence[int]
    repeat: str | None
    bound: Mapping[str, bytes]
    played: AbstractSet[int]
    most: int
    reason: str
    remark: str


class Misses:
    """The misses of one scope; without a `beside` all are described at once. `expected` is the file that is not there."""

    def __init__(
        self,
        profile: Profile,
        test: str,
        redaction: RedactionRules,
        hooks: Hooks,
        history: ScopeHistory,
        traffic: Traffic,
        *,
        expected: str | None = None,
        beside: Executor | None = None,
        ways: Ways | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._profile = profile
        self._test = test
        self._redaction = redaction
        self._hooks = hooks
        self._history = history
        self._traffic = traffic
        self._expected = expected
        self._beside = beside
        self._ways = ways or profile.ways()
        self._elsewhere = elsewhere
        self._waiting = 0
        #: What was missed and looked for in other recordings, which tells those apart.
        self._missed: list[Request] = []
        #: By hash of a missed request, the interaction it was compared with: two that changed alike have one each.
        self._compared: dict[int, int] = {}

    @property
    def too_large(self) -> str:
        """The reason of a miss whose body was not kept."""
        most = self._profile.upstream.max_body
        return f"the request's body is larger than {most} bytes (upstream.max_body): such bodies are not matched"

    def take(
        self,
        head: Head,
        request: Request,
        playback: Playback,
        any_host: tuple[str, ...] | None,
        used: Sequence[int],
        reason: str,
        remark: str,
    ) -> Answer | LateAnswer:
        """Count a miss, describe it now or later, and answer with its text; `reason` goes before, `remark` behind it."""
        if self._history.is_full:
            return self._answer(head, "\n".join(filter(None, (reason, self._history.miss_again()))))
        number = self._history.miss()
        missing = _Missing(
            request=request,
            index=playback.index,
            any_host=any_host,
            used=used,
            repeat=playback.repeat,
            bound=dict(playback.bound),
            played={position for position, count in enumerate(playback.plays) if count},
            most=0 if self._waiting >= _MOST_WAITING else _LARGEST_COMPARED,
            reason=reason,
            remark=remark,
        )
        is_cheap = _cost(playback.index, request) <= _CHEAP and not self._traffic.lessons.is_behind
        is_cheap = is_cheap and self._hooks.redact is None  # a hook may take its time
        if self._beside is None or is_cheap:
            missed = self._describe(missing)
            self._history.describe(number, missed)
            return self._answer(head, missed.text)
        self._waiting += 1
        self._traffic.begin()  # the end of the scope waits for it
        return LateAnswer(asyncio.ensure_future(self._later(self._beside, head, number, missing)))

    def _describe(self, missing: _Missing) -> Missed:
        """What is told of a miss."""
        from recproxy.play.mending import mendings  # noqa: PLC0415 - a run that goes well has none

        found = self._found(missing)
        index = missing.index
        text = f"{missing.reason}\n{found.text()}" if missing.reason else found.text()
        if not index.interactions and self._expected is not None:
            text += f"\nthe recording would be {self._ways.shown(self._expected)}\n"
        expected = None if index.interactions else self._expected
        message = replace(_as_message(found, text + missing.remark, index), test=self._test, expected=expected)
        return replace(message, mendings=mendings(found.mend, index, self._ways))

    def _found(self, missing: _Missing) -> Miss:
        """The miss as it may be shown, with what is nearest to it here, or in other recordings."""
        from recproxy.matching.miss import miss  # noqa: PLC0415 - see above

        request, index = missing.request, missing.index
        asked = request if self._hooks.compare is None else self._hooks.compare(request)
        large_body = asked.body if len(asked.body) > missing.most else None
        if large_body is not None:
            asked = replace(asked, body=b"", encoding=None)
        known = self._traffic.lessons.of_miss(request)
        shown = self._hooks.show(asked, self._redaction, known)  # what is shown is redacted as what is stored
        own = hash(shown)
        others = {position for one, position in tuple(self._compared.items()) if one != own}
        found = miss(
            index,
            shown,
            any_host=missing.any_host,
            bound=missing.bound,
            test=self._test if self._test != NO_TEST else None,
            profile=self._profile.name,
            used=missing.used,
            repeat=missing.repeat,
            ways=self._ways,
            large_body=large_body,
            taken=missing.played | others,
        )
        if found.closest is not None:
            self._compared.setdefault(own, found.closest)
        if self._elsewhere is not None and large_body is None:
            found = self._found_elsewhere(self._elsewhere, found, shown, missing.any_host, index)
        return found

    def _found_elsewhere(
        self, elsewhere: Elsewhere, found: Miss, shown: Request, any_host: tuple[str, ...] | None, index: Index
    ) -> Miss:
        """The miss with what another test recorded: it may have been renamed, also where the run's own recording plays."""
        playing = [each.path or "" for each in index.recordings]
        has_none = self._expected is not None and self._expected not in playing
        if not (has_none or found.closest is None or found.is_new):
            return found
        other = elsewhere.find(shown, any_host, self._expected, playing, tuple(self._missed))
        if len(self._missed) < _MOST_REMEMBERED and shown not in self._missed:
            self._missed.append(shown)
        if other is None or not (other.rename or found.closest is None or found.is_new):
            return found
        return replace(found, elsewhere=other, used=())

    async def _later(self, beside: Executor, head: Head, number: int, missing: _Missing) -> Answer | Later:
        begun = time.perf_counter()
        try:
            missed = await asyncio.get_running_loop().run_in_executor(beside, self._describe, missing)
        except Exception as problem:  # noqa: BLE001 - a miss stays one, whatever is wrong with its text
            text = defect_text(problem)
            missed = Missed(method="a request", url="that could not be compared", text=text, test=self._test)
        self._waiting -= 1
        self._history.describe(number, missed)
        self._traffic.end(time.perf_counter() - begun)
        return self._answer(head, missed.text)

    def _answer(self, head: Head, text: str) -> Answer:
        if self._profile.match.miss == "reset":
            return Answer(b"", close=True, reset=True)
        status, close = self._profile.match.miss_status, not head.keep_alive
        data = refusal_answer(head, status, text, call_status=NOT_RETRIED, reason="Not Recorded", close=close)
        return Answer(data, close)


def _cost(index: Index, request: Request) -> int:
    """About how much there is to compare, in bytes."""
    if len(index.compared) > _MANY_INTERACTIONS:
        return _CHEAP + 1
    return len(request.url) + len(request.body) + sum(len(each.request.body) for each in index.compared)


def _place(found: Miss, index: Index) -> str | None:
    """Where the recorded interaction is that the text is about."""
    if found.elsewhere is not None:
        return found.elsewhere.place or None
    return index.where(found.closest) if found.closest is not None else None


def _as_message(found: Miss, text: str, index: Index) -> Missed:
    return Missed(
        method=found.method,
        url=found.url,
        text=text,
        differences=tuple((each.field, each.wanted, each.got) for each in found.differences),
        closest=_place(found, index),
        reason=_reason(found),
    )


def _reason(found: Miss) -> str:
    if found.elsewhere is not None:
        return MissReason.OTHER_TEST
    if found.used:
        return MissReason.PLAYED
    return MissReason.NEVER_RECORDED if found.closest is None or found.is_new else MissReason.DIFFERS
