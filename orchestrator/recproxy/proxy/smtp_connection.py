"""A mail client's connection: the server speaks first, from recordings or as the real one does.

An asyncio Protocol around the server's side of SMTP. What is replayed costs no task; what is forwarded has one for each
thing said, so that one thing is said at a time. TLS begins in the middle of a connection where the reply says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from recproxy.config.mail_endpoints import MailPlace
from recproxy.errors import defect_text
from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.play.smtp_playback import SmtpReplay
from recproxy.proxy.mail_faults import place_of, step_fault
from recproxy.proxy.mail_lane import MailLane, may_ask
from recproxy.proxy.mail_tls import TLS_AT_ONCE, upgraded
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.smtp_socket import SENT_AWAY, SmtpSocket
from recproxy.proxy.step_room import MOST_STEPS
from recproxy.proxy.traffic import Traffic
from recproxy.recording import Act, Step
from recproxy.recording.faults import Fault

if TYPE_CHECKING:  # the way to the service: a replay does without
    import ssl

    from recproxy.proxy.smtp_relay import SmtpRelay

__all__ = ["SmtpConnection"]

#: After so many things that were not recorded, the connection ends: what comes may be no SMTP at all.
_MOST_MISSED = 20
_TOO_MANY = b"421 4.7.0 recproxy: too much on this connection was not recorded\r\n"
_TOO_LONG = b"500 5.5.2 the line is too long\r\n"


class SmtpConnection(SmtpSocket):
    """One connection of a lane to a place; `context` is for TLS that begins later."""

    def __init__(self, lane: MailLane, place: MailPlace, context: ssl.SSLContext | None) -> None:
        super().__init__(lane, place, context)
        self._replay: SmtpReplay | None = None
        self._relay: SmtpRelay | None = None
        self._busy = self._lost = False  # whether something takes its time, and what comes waits
        self._missed = 0
        self._late_miss = b""  # to a BDAT, which has its reply when its data has come
        self._told: frozenset[int] = frozenset()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]
        self._lane.smtp.add(self)
        self._guarded(self._begin)

    def _begin(self) -> None:
        self._replay = SmtpReplay(self._scope.conversations.smtp.playback(self._place), secure=self._secure)
        steps = None if self._lane.forwards else self._replay.greet()
        if steps is not None:
            self._give(None, steps)
        elif may_ask(self._lane):
            self._work(self._ask_service(None))
        else:
            self._miss(None)
            if not self._busy:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        self._lane.smtp.discard(self)
        self._lost = True
        self._faults.cancel()
        self._count(is_over=True)
        if not self._busy:
            self._end()

    def data_received(self, data: bytes) -> None:
        """Called by the loop: bytes of the client."""
        self.is_fresh = True
        self._server.feed(data)
        if self._server.began_tls and not self._secure:
            self._fail(TLS_AT_ONCE, b"554 5.5.1")
            return
        self._guarded(self._advance)
        if self._server.is_full and not self._transport.is_closing():
            self._transport.pause_reading()

    @property
    def is_idle(self) -> bool:
        """Whether the client has every reply, and has begun nothing."""
        return self._server.is_between and not self._busy

    def leave(self, ended: OpenScope) -> None:
        """A scope has ended: what was said in it is kept for it, although the connection goes on."""
        if self._scope is ended and self._relay is not None and not self._busy:
            self._work(self._turn())  # else what is on its way sees that the scope has ended

    def _advance(self) -> None:
        while not self._busy and not self._is_paused and not self._transport.is_closing():
            said = self._server.next_said()
            if said is None:
                return
            if said.kind is SaidKind.TOO_LONG:
                self._reply(_TOO_LONG)
            else:
                self._hear(said)

    def _hear(self, said: Said) -> None:
        if self._relay is not None and may_ask(self._lane):
            self._work(self._forward(said))
            return
        if self._relay is not None:
            self._reply(SENT_AWAY)
            self._transport.close()
            return
        if self._history.is_full:
            self._fail(f"a client says more than {MOST_STEPS:,} things on one connection: connect anew", b"421 4.7.0")
            return
        if self._scope is not self._lane.scope:
            self._count(is_over=True)
            self._scope, self._told = self._lane.scope, frozenset()
            self._replay = SmtpReplay(self._scope.conversations.smtp.playback(self._place), secure=self._secure)
        assert self._replay is not None
        if self._late_miss and said.kind is not SaidKind.COMMAND:
            late, self._late_miss = self._late_miss, b""
            self._reply(late)
            return
        steps = self._replay.say(said) if said.kind is not SaidKind.TOO_LARGE else None
        self._count()
        if steps is not None:
            self._history.said(said)
            self._give(said, steps)
        elif self._lane.forwards_large() and said.kind is not SaidKind.TOO_LARGE:
            self._work(self._ask_service(said))
        else:
            self._miss(said)

    def _give(self, said: Said | None, steps: Sequence[Step]) -> None:
        """Do what the server does: after something said, or at first."""
        fault = None
        if self._replay is not None and any(step.act is Act.SERVER for step in steps):
            fault = self._scope.conversations.fault(self._replay.position, place_of(said))
        self._do(said, steps, fault)

    def _do(self, said: Said | None, steps: Sequence[Step], fault: Fault | None = None) -> None:
        for number, step in enumerate(steps):
            if step.act is Act.SERVER and (fault := fault or step_fault(step)):
                self._play(fault, step.data, partial(self._go_on, said, steps[number + 1 :]))
                return
            if step.act is Act.SERVER:
                self._reply(step.data)
            elif step.act is Act.TLS:
                self._work(self._start_tls())
            else:
                self.end(step.act)
        if (not steps and (said is None or said.waits)) or (said is not None and said.verb == b"QUIT"):
            self._transport.close()

    def _play(self, fault: Fault, text: bytes, done: Callable[[], None]) -> None:
        """Reply with a fault; what comes waits for it."""
        self._busy = True
        self._count(is_over=fault.ends)
        lasted = partial(self._scope.conversations.lasted, fault)
        self._reply(text, partial(self._faults.play, fault, done=done, lasted=lasted))

    def _go_on(self, said: Said | None, steps: Sequence[Step]) -> None:
        self._busy = False
        if steps or (said is not None and said.verb == b"QUIT"):
            self._do(said, steps)
        self._guarded(self._advance)

    def _miss(self, said: Said | None) -> None:
        if fault := self._scope.conversations.fault(None, place_of(said)):
            self._play(fault, b"", partial(self._go_on, said, ()))
            return
        self._missed += 1
        reply = self._scope.conversations.smtp.miss(self._place, said, self._replay, self._history.heard)
        if self._lane.reset_on_miss:
            self.end(Act.RESET)
        elif said is not None and not said.waits:
            self._late_miss = reply
        else:
            self._reply(reply)
            if self._missed >= _MOST_MISSED:
                self._transport.write(_TOO_MANY)
                self._transport.close()

    def _count(self, *, is_over: bool = False) -> None:
        """Tell the scope which conversations were played."""
        if self._replay is not None:
            if is_over:
                self._replay.end()
            played = self._replay.played
            self._scope.conversations.play(sorted(played - self._told))
            self._told = played

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that takes its time; what comes waits for it."""
        self._busy = True
        traffic = self._scope.traffic
        traffic.begin()  # at once: the end of the scope waits for it
        self._lane.spawn(self._worked(work, traffic))

    async def _worked(self, work: Coroutine[Any, Any, None], traffic: Traffic) -> None:
        begun = asyncio.get_running_loop().time()
        try:
            await work
            if self._relay is not None and self._scope is not self._lane.scope:
                await self._turn()
        except Exception as problem:  # noqa: BLE001 - as in _guarded
            traffic.fail(f"{self._place.url}: {defect_text(problem)}")
            self._transport.abort()
        finally:
            self._busy = False
            traffic.end(asyncio.get_running_loop().time() - begun)
        if self._lost:
            self._end()
        else:
            self._guarded(self._advance)

    async def _start_tls(self) -> None:
        assert self._context is not None
        host, injected = self._place.host, self._server.injected
        self._server.tls_started()  # the client may send a command with the end of its handshake
        transport = await upgraded(self._transport, self, self._context, self._scope.note, host=host, injected=injected)
        if transport is None:
            return
        self._transport = transport
        self._is_paused = False  # what was to be read by the client is behind TLS now
        self._secure = True
        if self._replay is not None:
            self._replay.secure = True

    async def _ask_service(self, said: Said | None) -> None:
        """Connect to the service, and say to it what was answered from recordings so far, and what was not."""
        relay = self._lane.forwarding.smtp_relay(self._place)
        await self._exchange(said, relay, relay.open((*self._history.session, said) if said is not None else ()))

    async def _forward(self, said: Said) -> None:
        assert self._relay is not None
        if self._scope is not self._lane.scope and may_ask(self._lane):
            await self._turn()
        if said.kind is SaidKind.TOO_LARGE:
            self._fail(f"a message is larger than {self._lane.max_body} bytes (upstream.max_body)", b"552 5.3.4")
            return
        await self._exchange(said, self._relay, self._relay.say(said))

    async def _exchange(self, said: Said | None, relay: SmtpRelay, work: Coroutine[Any, Any, tuple[Step, ...]]) -> None:
        from recproxy.proxy.smtp_asking import SmtpAsking  # noqa: PLC0415 - see above
        from recproxy.proxy.upstream_errors import ReplayInsisted, UpstreamError  # noqa: PLC0415 - see above

        scope, says_more = self._scope, self._relay is None and said is not None
        if self._relay is None:
            self._count(is_over=True)
            self._relay, self._replay = relay, None
            scope.traffic.forwarded += 1
        try:
            steps = await SmtpAsking(work, scope.traffic, says_more=says_more).answer()
            is_quit = said is not None and said.verb == b"QUIT"
            if is_quit or any(each.act in (Act.CLOSE, Act.RESET) for each in steps):
                await relay.flush(scope.name, scope.traffic, goes_on=False)
                relay.close()
        except UpstreamError as problem:
            self._fail(str(problem), b"421 4.3.2" if isinstance(problem, ReplayInsisted) else b"421 4.4.1")
            return
        if not self._lost and (said is None or said.waits):
            self._give(said, steps)

    def _fail(self, line: str, code: bytes) -> None:
        """This cannot go on: the scope does not pass, and nothing of it is kept."""
        self._scope.traffic.fail(f"{self._place.protocol.upper()} {self._place.url}: {line}")
        if self._relay is not None:
            self._relay.discard()
            self._relay.close()
        if not self._lost:
            self._reply(code + b" recproxy: " + line.encode("ascii", "replace") + b"\r\n")
            self._transport.close()

    async def _turn(self) -> None:
        """Keep what was said for the scope that has ended; what follows is of another."""
        assert self._relay is not None
        before, self._scope = self._scope, self._lane.scope
        await self._relay.flush(before.name, before.traffic, goes_on=True)
        if may_ask(self._lane):
            self._scope.traffic.forwarded += 1

    def _end(self) -> None:
        """The client has gone: keep what was said, and leave the service."""
        if self._relay is not None:
            self._scope.traffic.begin()
            self._lane.spawn(self._ended(self._relay, self._scope))

    async def _ended(self, relay: SmtpRelay, scope: OpenScope) -> None:
        await relay.flush(scope.name, scope.traffic, goes_on=False)
        relay.close()
        scope.traffic.end(0)
