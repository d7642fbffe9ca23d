"""Answers that the test process has a say in: functions of its suite decide which recorded interactions fit a request."""

from __future__ import annotations

import asyncio
import time

from recproxy.control.choices import AskedRequest, Choice, read_choice, write_question
from recproxy.control.host_names import is_loopback
from recproxy.http import Head, authority_host
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Answer, Downstream, LateAnswer, Later, Work
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.route import Route, absolute_authority, live_request
from recproxy.proxy.scope import OpenScope

__all__ = ["chosen_answer"]


def chosen_answer(
    scope: OpenScope, route: Route, head: Head, body: bytes, forwarding: Forwarding, *, asks_service: bool
) -> LateAnswer:
    """The answer to a request, once the scope's chooser has said what fits; `asks_service` where the service may be asked.

    What the suite leaves to a server on this machine always goes there: it does not leave the machine.
    """
    scope.traffic.begin()  # the end of the scope waits for it
    return LateAnswer(asyncio.ensure_future(_chosen(scope, route, head, body, forwarding, asks_service=asks_service)))


async def _chosen(
    scope: OpenScope, route: Route, head: Head, body: bytes, forwarding: Forwarding, *, asks_service: bool
) -> Answer | Later:
    begun = time.perf_counter()
    try:
        asked = _asked(route, head, body)
        async with scope.traffic.asking:
            choice = await _ask(scope.chooser, asked, len(scope.playback.index.interactions))
        if choice.ignored and is_loopback(authority_host(absolute_authority(asked.url))):
            return _Forwarded(scope, route, head, body, forwarding, kept=False)
        if not asks_service:
            return scope.answer(route, head, body, choice=choice, waits=True)
        answer = scope.recorded_answer(route, head, body, choice, waits=True)
        return answer if answer is not None else _Forwarded(scope, route, head, body, forwarding, kept=True)
    finally:
        scope.traffic.end(time.perf_counter() - begun)


def _asked(route: Route, head: Head, body: bytes) -> AskedRequest:
    headers = tuple((name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in head.headers)
    request = live_request(route, head, b"")
    return AskedRequest(request.method, request.url, headers, body)  # the body as it was sent, its codings too


async def _ask(path: str, asked: AskedRequest, most: int) -> Choice:
    """What the test process chooses; it may take its time: a person may stand in one of its functions with a debugger."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(write_question(asked))
            await writer.drain()
            return read_choice(await reader.read(), most)
        finally:
            writer.close()
    except (OSError, ValueError) as problem:
        return Choice(error=f"{path} did not say which recorded interactions fit: {problem}")


class _Forwarded:
    """A request that nothing recorded fits, for the service to answer; the interaction may be `kept`."""

    def __init__(
        self, scope: OpenScope, route: Route, head: Head, body: bytes, forwarding: Forwarding, *, kept: bool
    ) -> None:
        self._kept = kept
        self._scope = scope
        self._route = route
        self._head = head
        self._body = body
        self._forwarding = forwarding

    def work(self, downstream: Downstream) -> Work:
        """The exchange with the service; the request is complete already."""
        feed = BodyFeed(len(self._body), lambda: None)
        feed.add(self._body)
        feed.end(())
        scope = self._scope
        return self._forwarding.exchange(
            downstream, self._route, self._head, feed, scope=scope.name, traffic=scope.traffic, kept=self._kept
        )
