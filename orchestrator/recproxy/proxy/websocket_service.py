"""A WebSocket that a service has agreed to: joined with its client, and what is said kept when it ends."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import h11

from recproxy.control.outcomes import RequestResult
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.capture import end_to_end
from recproxy.proxy.downstream import Downstream
from recproxy.proxy.link import Link
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.proxy.websocket_relaying import WebSocketRelay
from recproxy.recording import Interaction, Request, Response, Step, header
from recproxy.recording.steps import steps_size
from recproxy.websocket.handshake import HANDSHAKE_HEADERS

__all__ = ["JoinedWebSocket"]

Keep = Callable[[Interaction, Traffic, float], Awaitable[None]]


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
        self._problem = ""
        self._begun = time.monotonic()
        self._is_kept = False
        self._result = RequestResult.FORWARDED

    async def run(
        self,
        downstream: Downstream,
        link: Link,
        feed: BodyFeed,
        *,
        seconds: float | None,
        most: int,
    ) -> None:
        """Join client and service until one is done, and keep what was said."""
        relay = WebSocketRelay(
            downstream,
            link,
            feed,
            deflate=self._deflate,
            seconds=seconds,
            most=most,
            heard=self._hear,
            closing=self._flush,
        )
        try:
            await relay.run()
        finally:
            await self._flush()

    def _hear(self, step: Step) -> None:
        problem = self._room.take(len(self._steps), step)
        if not problem:
            self._steps.append(step)
        elif not self._problem and self._keep is not None:
            self._problem = problem

    async def _flush(self) -> None:
        """Keep what was said; where it cannot be kept, the scope fails."""
        if self._is_kept:
            return
        self._is_kept = True
        steps = tuple(self._steps)
        self._room.free(self._steps)
        self._steps.clear()
        self._traffic.begin()
        try:
            await self._keep_steps(steps)
        except UpstreamError as problem:
            self._result = RequestResult.FAILED
            self._traffic.fail(f"{self._line}: {problem}")
        finally:
            self._traffic.end(0)
            self._traffic.timeline.add_forwarded(
                self._result, self._begun, lambda: self._line, status=self._response.status, size=steps_size(steps)
            )

    async def _keep_steps(self, steps: tuple[Step, ...]) -> None:
        if self._problem:
            raise UpstreamError(502, self._problem)
        if self._keep is not None:
            said = Interaction(request=self._request, response=self._response, steps=steps, scope=self._scope)
            await self._keep(said, self._traffic, self._begun)
            self._result = RequestResult.RECORDED
