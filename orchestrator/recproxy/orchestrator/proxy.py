"""One proxy, or one process that redacts, from the orchestrator's side: its start, the orders to it, its end.

Sends orders, waits for replies, notices a death. Knows processes and channels; not what a scope is.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from recproxy.config.profile import Profile
from recproxy.control.channel import Channel
from recproxy.control.forks import ForkOrder
from recproxy.control.messages import (
    Began,
    Ended,
    Kept,
    Message,
    PeerRefused,
    Playing,
    Ready,
    Recorded,
    Refused,
    Return,
    Setup,
    Stop,
)
from recproxy.control.redaction_messages import RedactionSetup, ScopeRedacted
from recproxy.control.webhook_messages import Deliver, WebhooksNow
from recproxy.errors import HookError, ProxyError, RecordingError, RecproxyError
from recproxy.orchestrator.fork_server import ForkServer

__all__ = ["Proxy"]

_Reply = TypeVar("_Reply")
#: Lines of a dead proxy's stderr that the error shows: a traceback and a little context.
_LAST_LINES = 20
#: A proxy starts in well under a second; a loaded CI machine may take many.
_START_SECONDS = 30.0
#: A proxy that was told to end has nothing left to save; after this it is killed.
_STOP_SECONDS = 5.0


class Proxy:
    """The proxy of one profile, from the orchestrator's side.

    `died` is called, once, when the process ends without an order to end. `worker` is the number of a process that
    redacts for the profile; 0 is its proxy. `sibling` is the number of one that answers beside the first.
    """

    _numbers = itertools.count(1)

    def __init__(self, profile: Profile, fork_server: ForkServer, *, worker: int = 0, sibling: int = 0) -> None:
        self.profile = profile
        self._name = f"{profile.name} {worker}" if worker else profile.name
        if sibling:
            self._name = f"{profile.name} worker {sibling}"
        self._title = f"{'redaction for' if worker else 'the proxy of'} profile {profile.name!r}"
        self._fork_server = fork_server
        self._socket, theirs = socket.socketpair()
        self._errors, write = os.pipe()
        kind = ForkOrder.REDACTION_WORKER if worker else ForkOrder.PROXY
        fork_server.fork(kind, self._name, theirs, write)
        self._lines: deque[bytes] = deque(maxlen=_LAST_LINES)
        self._replies: dict[int, Callable[[Any], None]] = {}
        self._ready: asyncio.Future[None]
        self._channel: Channel
        self._loop: asyncio.AbstractEventLoop
        self._stopping = False
        self._death: ProxyError | None = None
        #: Kept here because the event loop itself holds tasks only weakly.
        self._reporting: asyncio.Task[None] | None = None
        self.died: Callable[[ProxyError], None] = lambda _: None
        #: Keeps an interaction of this profile; its answer is sent to the proxy, whose client waits for it.
        self.keep: Callable[[str, Recorded], Kept] = lambda _, message: Kept(order=message.order)
        #: Takes the address of a peer whose connection was closed.
        self.peer_refused: Callable[[str], None] = lambda _: None
        #: Sends a webhook to the application.
        self.deliver: Callable[[Proxy, Deliver], None] = lambda *_: None
        self.returned: Callable[[Return, int], None] = lambda _, descriptor: os.close(descriptor)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Join the running loop; the process may have been started long before."""
        self._loop = loop
        self._ready = loop.create_future()
        self._channel = Channel(self._socket, loop, received=self._received, lost=self._lost)
        os.set_blocking(self._errors, False)
        loop.add_reader(self._errors, self._read_errors)

    async def set_up(self, setup: Setup | RedactionSetup) -> None:
        """Send the first order and wait until it is taken; ProxyError where the process does not come up."""
        self._channel.send(setup)
        try:
            await asyncio.wait_for(self._ready, _START_SECONDS)
        except TimeoutError:
            raise self._error(f"did not start within {_START_SECONDS:.0f} s") from None

    def send(self, message: Message, *descriptors: int) -> None:
        """Send an order that nobody answers; the descriptors are given away."""
        self._channel.send(message, descriptors)

    def ask(self, order: Callable[[int], Message], kind: type[_Reply]) -> asyncio.Future[_Reply]:
        """Send an order, made for its number, at once; its reply, which is of this kind.

        The reply is RecordingError where the order was refused, or could not be made.
        """
        reply: asyncio.Future[_Reply] = self._loop.create_future()
        self.tell(order, functools.partial(_settle, reply))
        return reply

    def tell(self, order: Callable[[int], Message], replied: Callable[[Any], None]) -> None:
        """Send an order, made for its number, at once; its reply, or what went wrong, is given to `replied`."""
        if self._death is not None:  # nobody will reply
            replied(self._death)
            return
        number = next(self._numbers)
        self._replies[number] = replied
        try:
            self._channel.send(order(number))
        except RecordingError as problem:
            self._replies.pop(number)(problem)

    async def stop(self) -> None:
        """Tell it to stop, wait, and kill it if it does not."""
        self._stopping = True
        self._channel.send(Stop())
        if not await self._fork_server.dead(self._name, _STOP_SECONDS):
            self._fork_server.kill(self._name)
        self._channel.close()
        self._give_up(self._error("was stopped"))
        self._loop.remove_reader(self._errors)
        os.close(self._errors)

    def _received(self, message: Message, descriptors: list[int]) -> None:
        if isinstance(message, Ready):
            if not self._ready.done():
                self._ready.set_result(None)
        elif isinstance(message, Refused) and not message.order:
            if not self._ready.done():
                self._ready.set_exception(HookError(message.message))
        elif isinstance(message, Recorded):
            self._channel.send(self.keep(self.profile.name, message))
        elif isinstance(message, PeerRefused):
            self.peer_refused(message.peer)
        elif isinstance(message, Deliver):
            self.deliver(self, message)
        elif isinstance(message, Return):
            self.returned(message, descriptors[0])
        elif isinstance(message, Began | Playing | Ended | Refused | ScopeRedacted | WebhooksNow):
            reply = RecordingError(message.message) if isinstance(message, Refused) else message
            self._replies.pop(message.order)(reply)

    def _lost(self) -> None:
        """The channel ended: the process has died, or will."""
        if not self._stopping:
            self._reporting = self._loop.create_task(self._report_death())

    async def _report_death(self) -> None:
        ended = await self._fork_server.ending(self._name)
        if self._death is not None:
            return  # it was stopped meanwhile: the pipe of its errors is closed
        self._read_errors()
        error = self._error(ended)
        self._give_up(error)
        self.died(error)

    def _give_up(self, error: ProxyError) -> None:
        """Nobody will reply any more: answer what waits, and all that is told from now on."""
        self._death = error
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # nobody may be waiting for it any more
        for order in tuple(self._replies):
            self._replies.pop(order)(error)

    def _error(self, what: str) -> ProxyError:
        last = b"".join(self._lines).decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        return ProxyError(f"{self._title} {what}", hint="\n".join(last) if last else None)

    def _read_errors(self) -> None:
        try:
            data = os.read(self._errors, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._lines.extend(data.splitlines(keepends=True))
        else:
            self._loop.remove_reader(self._errors)


def _settle(reply: asyncio.Future[Any], value: Any) -> None:
    """Give a future the reply to an order, or what went wrong."""
    if reply.done():
        return
    if isinstance(value, RecproxyError):
        reply.set_exception(value)
        reply.exception()  # nobody may be waiting for it any more
    else:
        reply.set_result(value)
