"""The webhooks of one scope: due when the interaction that caused them is played, sent then or when a test says so.

What the application answers is compared with what was recorded; a difference is a miss. Knows no socket: the
orchestrator carries them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from recproxy.config.profile import Profile
from recproxy.config.webhook_table import WebhookTable
from recproxy.control.outcomes import Missed, MissReason
from recproxy.control.webhook_messages import Deliver, Delivered, SteerWebhooks, WebhooksNow
from recproxy.errors import HookError, ProfileError
from recproxy.http.received import without_coding
from recproxy.matching.differences import Difference
from recproxy.matching.index import Index
from recproxy.matching.ways import Ways
from recproxy.play.hooks import Hooks
from recproxy.play.playback import Playback
from recproxy.play.webhook_causes import webhooks_by_cause
from recproxy.play.webhook_signatures import signed
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.proxy.traffic import Traffic
from recproxy.recording import Interaction, Recording, Request, Response, answer_request, as_sent, fill
from recproxy.recording.webhooks import webhook_place
from recproxy.redaction.rules import RedactionRules

if TYPE_CHECKING:
    from recproxy.matching.mend import Mend

__all__ = ["ScopeWebhooks"]

_SCHEME = "webhook://"
#: So many seconds a webhook waits for the answer to the one before: an application may wait for this one to answer that.
_PATIENCE = 1.0
#: What the connection to the application says itself.
_OF_CONNECTION = frozenset((b"host", b"content-length", b"connection", b"transfer-encoding", b"content-encoding"))


class ScopeWebhooks:
    """What a scope has to send; `playback`, `history` and `traffic` are the scope's.

    Args:
        profile: the profile.
        playback: gives what is in play now.
        history: counts what was sent and missed.
        traffic: the end of the scope waits for what is under way.
        hooks: the profile's, of which one may sign.
        redaction: how an answer is shown.
        secrets: the values of variables, by name.
        deliver: has a webhook sent, and gives the answer.
        spawn: runs what takes its time.
        now: the application's time, in seconds since 1970.
        lane: the lane of the scope.
        ways: what a miss says is to be done.
        test: its name; empty outside of tests.
    """

    def __init__(
        self,
        profile: Profile,
        playback: Callable[[], Playback],
        history: ScopeHistory,
        traffic: Traffic,
        *,
        hooks: Hooks,
        redaction: RedactionRules,
        secrets: Mapping[str, bytes],
        deliver: Callable[[Callable[[int], Deliver]], Awaitable[Delivered]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        now: Callable[[], float],
        lane: str,
        ways: Ways,
        test: str = "",
    ) -> None:
        self._profile = profile
        self._tables = {each.name: each for each in profile.webhooks}
        self._playback = playback
        self._history = history
        self._traffic = traffic
        self._hooks = hooks
        self._redaction = redaction
        self._secrets = secrets
        self._deliver = deliver
        self._spawn = spawn
        self._now = now
        self._lane = lane
        self._ways = ways
        self._test = test
        self._held = False
        #: Positions of those that wait for a test.
        self._due: list[int] = []
        self._sent = 0
        self._causes: tuple[int, dict[int, tuple[int, ...]]] = (-1, {})

    def played(self, position: int = -1) -> None:
        """An interaction was played, or the scope begins: what it caused is due."""
        playback = self._playback()
        count = len(playback.index.interactions)
        if self._causes[0] != count:
            self._causes = count, webhooks_by_cause(playback.index.interactions)
        left = [
            each
            for each in self._causes[1].get(position, ())
            if not playback.plays[each] and not playback.is_foreign(each)
        ]
        for webhook in left:
            playback.plays[webhook] += 1
        if self._held:
            self._due += left
        else:
            self._start(left, paced=self._profile.replay.pace == "recorded")

    def steer(self, order: SteerWebhooks) -> WebhooksNow:
        """Do what a test wants; how things are then."""
        if order.action == "hold":
            self._held = True
        elif order.action in ("release", "send"):
            self._held = self._held and order.action == "send"
            chosen = [each for each in self._due if order.webhook in ("", self._name(each))]
            chosen = chosen[: order.count or None]
            self._due = [each for each in self._due if each not in chosen]
            self._start(chosen)
        due = []
        for each in self._due:
            request = as_sent(self._playback().interaction(each)).request
            name, target = webhook_place(request.url)
            due.append((name, request.method, target))
        return WebhooksNow(order=order.order, held=self._held, due=tuple(due), sent=self._sent)

    def end(self) -> None:
        """The scope ends: what a test still holds was never sent."""
        for webhook in self._due:
            self._playback().plays[webhook] -= 1
        self._due.clear()

    def _name(self, position: int) -> str:
        return webhook_place(self._playback().interaction(position).request.url)[0]

    def _start(self, positions: Sequence[int], *, paced: bool = False) -> None:
        """Send webhooks in order: each when the application has answered the one before, or does not for a while."""
        before: asyncio.Event | None = None
        for position in positions:
            told = self._playback().interaction(position).webhook
            self._sent += 1
            self._traffic.begin()  # the end of the scope waits for it
            answered = asyncio.Event()
            self._spawn(self._send(position, told.delay if paced and told is not None else 0.0, before, answered))
            before = answered

    async def _send(self, position: int, delay: float, before: asyncio.Event | None, answered: asyncio.Event) -> None:
        begun = time.perf_counter()
        try:
            if delay:
                await asyncio.sleep(delay)
            if before is not None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(before.wait(), _PATIENCE)
            missed = await self._send_now(position)
            if missed is None:
                self._history.play_in(position, begun, time.perf_counter() - begun)
            else:
                self._history.miss_in(missed, begun, time.perf_counter() - begun)
        except (HookError, ProfileError) as problem:
            self._traffic.fail(problem.message)
        finally:
            answered.set()
            self._traffic.end(0.0)

    async def _send_now(self, position: int) -> Missed | None:
        """Send a webhook; the miss that its answer is, if it is one. HookError and ProfileError: it cannot be sent."""
        playback = self._playback()
        recorded = playback.interaction(position)
        name, _ = webhook_place(recorded.request.url)
        table = self._tables.get(name)
        if table is None:
            raise ProfileError(f"webhook {name!r} is not declared: write it in [[webhooks]] of the profile")
        request = self._request(table, as_sent(replace(recorded, response=playback.response(position))).request)
        _, target = webhook_place(self._address(recorded))  # its named places are bound now
        answer = await self._deliver(
            lambda order: Deliver(
                order=order,
                lane=self._lane,
                webhook=name,
                method=request.method,
                target=target,
                headers=request.headers,
                body=request.body,
            )
        )
        return self._missed(position, error=answer.error) if answer.error else self._compared(position, answer)

    def _request(self, table: WebhookTable, recorded: Request) -> Request:
        """What is sent: without what the connection says itself, and signed anew."""
        headers = tuple(line for line in recorded.headers if line[0].lower() not in _OF_CONNECTION)
        secret = self._secrets.get(table.secret, b"").decode("utf-8", "surrogateescape")
        return signed(table, replace(recorded, headers=headers), secret, int(self._now()), self._hooks.sign)

    def _address(self, recorded: Interaction) -> str:
        """Where a webhook goes, with the values that it brings itself."""
        url, wild = recorded.request.url.encode("ascii", "surrogateescape"), recorded.request.wild
        return fill(url, wild, self._playback().bound).decode("ascii", "surrogateescape")

    def _compared(self, position: int, answer: Delivered) -> Missed | None:
        """The miss that an answer is; None where it is as recorded."""
        playback = self._playback()
        recorded = playback.interaction(position)
        body, _ = without_coding(answer.body, answer.headers)
        said = Response(status=answer.status, headers=answer.headers, body=body, wild=None)
        live = answer_request(self._address(recorded), said)
        # Without what was sent: a value that the answer repeats gets no named place, which would change the webhook.
        alone = replace(recorded, response=Response(status=recorded.response.status))
        recording = Recording(path=playback.index.recording_of(position).path, interactions=(alone,))
        index = Index((recording,), self._profile.rules(), form=self._hooks.compare)
        differences: tuple[Difference, ...] = ()
        if recorded.response.status != answer.status:
            differences = (Difference("status", str(recorded.response.status), str(answer.status)),)
        if index.find(live, bound=playback.bound).tiers:
            playback.bind(position, live)
            return self._missed(position, differences) if differences else None
        from recproxy.matching.mend import mend  # noqa: PLC0415 - a run that goes well has no miss
        from recproxy.matching.nearest import nearest  # noqa: PLC0415 - see above

        shown, change = self._hooks.show(live, self._redaction), None
        found = nearest(index, shown, any_host=None, bound=playback.bound)
        if found is not None and not differences:
            change = mend(index, shown, *found, any_host=None, bound=playback.bound, ways=self._ways)
        differences += found[1] if found is not None else ()
        return self._missed(position, differences, change)

    def _missed(
        self, position: int, differences: tuple[Difference, ...] = (), change: Mend | None = None, error: str = ""
    ) -> Missed:
        from recproxy.matching.webhook_miss import WebhookMiss  # noqa: PLC0415 - a run that goes well has no miss

        playback = self._playback()
        recorded, where = playback.interaction(position), playback.index.where(position)
        name, target = webhook_place(recorded.request.url)
        miss = WebhookMiss(
            name=name,
            method=as_sent(recorded).request.method,
            target=target,
            profile=self._profile.name,
            test=self._test,
            where=self._ways.shown(where),
            differences=differences,
            mend=change,
            error=error,
            ways=self._ways,
        )
        return Missed(
            method=recorded.request.method,
            url=recorded.request.url,
            text=miss.text(),
            differences=tuple((each.field, each.wanted, each.got) for each in differences),
            closest=where,
            test=self._test,
            reason=MissReason.DIFFERS if differences else MissReason.UNKNOWN,
        )
