"""A WebSocket that a service has agreed to: joined with its client, and what is said kept when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import h11

from recproxy.control.outcomes import RequestResult
from recproxy.http.websocket.handshake import HANDSHAKE_HEADERS
from recproxy.lazy.dataclass import dataclass
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.capture import ResponseCounts, end_to_end
from recproxy.proxy.downstream import Downstream
from recproxy.proxy.link import ServiceLink
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.traffic import Keep, Traffic
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.proxy.websocket_relaying import WebSocketRelay
from recproxy.recording import Act, Interaction, Request, Response, Step, header

__all__ = ["JoinedWebSocket"]


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said in one scope, how many bytes, since when, and why it cannot be kept; empty where it can."""

    steps: tuple[Step, ...]
    size: int
    begun: float
    problem: str


class JoinedWebSocket:
    """One WebSocket with its service; without `keep` nothing is kept.

    `request` is what began it, as it is recorded, and `line` how it is shown; `event` is the service's agreement.
    """

    def __init__(
        self,
        request: Request,
        event: h11.InformationalResponse,
        line: str,
        scope: str,
        traffic: Traffic,
        room: StepRoom,
        keep: Keep | None,
    ) -> None:
        self._request = request
        headers = tuple(event.headers.raw_items())
        self._deflate = header(headers, b"sec-websocket-extensions") or b""
        kept = tuple(line for line in end_to_end(headers) if line[0].lower() not in HANDSHAKE_HEADERS)
        self._response = Response(status=event.status_code, reason=bytes(event.reason), headers=kept, wild=None)
        self._line = line
        self._scope = scope
        self._traffic = traffic
        self._room = room
        self._keep = keep
        self._steps: list[Step] = []
        self._size = 0
        self._problem = ""
        self._begun = time.monotonic()
        self._relay: WebSocketRelay
        #: Whether what was said before was kept for another scope.
        self._is_continued = False

    async def run(
        self,
        downstream: Downstream,
        link: ServiceLink,
        feed: BodyFeed,
        *,
        seconds: float | None,
        most: int,
    ) -> None:
        """Join client and service until one is done, and keep what was said."""
        self._relay = WebSocketRelay(
            downstream,
            link,
            feed,
            deflate=self._deflate,
            seconds=seconds,
            most=most,
            heard=self._hear,
            closing=self._flush,
        )
        self._room.open.add(self)
        try:
            if self._traffic.exchanges.is_shut():  # the service has agreed too late
                link.close()
                downstream.abort()
            else:
                await self._relay.run()
        finally:
            self._room.open.discard(self)
            await self._flush()

    def _hear(self, step: Step) -> None:
        self._traffic.messages += step.act in (Act.CLIENT, Act.SERVER)
        self._size += len(step.data) + step.omitted
        if self._keep is None:
            return  # a connection of days must not take memory for what nobody keeps
        self._problem = self._problem or self._room.take(len(self._steps), step)
        if not self._problem:
            self._steps.append(step)

    def turn(self, scope: str, traffic: Traffic, spawn: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        """Another scope is open: what was said is kept for the one before, and what follows is this one's."""
        self._traffic.begin()  # at once: the end of that scope waits for it
        spawn(self._keep_as(self._scope, self._traffic, self._taken()))
        self._scope, self._traffic = scope, traffic
        self._is_continued = True

    def end(self, spawn: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        """Let nothing more pass, in either direction: close both sides."""
        spawn(self._relay.end())

    async def _flush(self) -> None:
        """Keep what was said, also where the client goes meanwhile: one that was dropped always does."""
        self._traffic.begin()
        keeping = asyncio.ensure_future(self._keep_as(self._scope, self._traffic, self._taken()))
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await keeping
            raise

    def _taken(self) -> _Said | None:
        """What was said since the last time; None where that is nothing to keep."""
        steps, size, begun, problem = tuple(self._steps), self._size, self._begun, self._problem
        self._room.free(self._steps)
        self._steps.clear()
        self._size = 0
        self._begun, self._problem = time.monotonic(), ""
        is_first, self._is_continued = not self._is_continued, True
        return _Said(steps, size, begun, problem) if is_first or steps or size else None

    async def _keep_as(self, scope: str, traffic: Traffic, said: _Said | None) -> None:
        """Keep what was said for a scope; where it cannot be kept, that fails."""
        result = RequestResult.FORWARDED
        try:
            if said is None:
                return
            if said.problem and self._keep is not None:
                raise UpstreamError(502, said.problem)  # noqa: TRY301 - as what cannot be kept
            if self._keep is not None:
                kept = Interaction(request=self._request, response=self._response, steps=said.steps, scope=scope)
                await self._keep(kept, traffic, said.begun)
                result = RequestResult.RECORDED
        except UpstreamError as problem:
            result = RequestResult.FAILED
            traffic.fail(f"{self._line}: {problem}")
        finally:
            traffic.end(0)
            if said is not None:
                counts: ResponseCounts = {"status": self._response.status, "size": said.size}
                traffic.timeline.add_forwarded(result, said.begun, lambda: self._line, **counts)

    def is_of(self, traffic: Traffic) -> bool:
        """Whether what is said now belongs to the scope with this traffic."""
        return self._traffic is traffic
