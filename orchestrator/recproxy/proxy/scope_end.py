"""The end of a scope in its proxy: what it has asked services is waited for, as long as that makes sense.

Knows the lane and the scope that has ended; not who ended it, nor what is told of it.
"""

from __future__ import annotations

import asyncio

from recproxy.proxy.lane import ProxyLane
from recproxy.proxy.scope import OpenScope

__all__ = ["end_calls", "has_settled", "settle"]

#: How long the end of a scope waits for requests still under way: a stream may never end.
_QUIET_SECONDS = 5.0
#: After so long, a client that sends no more counts as gone: one that has left a stream, which is silent now.
_LEFT_SECONDS = 1.0


def has_settled(ended: OpenScope) -> bool:
    """Whether nothing of a scope that has ended is under way."""
    return not (ended.traffic.busy or ended.traffic.lessons.is_reading or ended.calls.has_unanswered)


def end_calls(ended: OpenScope) -> None:
    """End the streams and the calls of gRPC of a scope that has ended."""
    ended.traffic.exchanges.leave(ended.traffic, answered=True)
    ended.calls.end()


async def settle(lane: ProxyLane, ended: OpenScope) -> None:
    """Wait for what a scope has forwarded: it belongs to it. What takes too long fails the scope, but for streams."""
    ended.traffic.exchanges.leave(ended.traffic, answered=True, unheard=True)
    waits = asyncio.ensure_future(ended.calls.settled(_LEFT_SECONDS))
    if not await ended.traffic.settled(_LEFT_SECONDS):
        lane.leave()
    await waits
    end_calls(ended)
    await ended.traffic.quiet(_QUIET_SECONDS)
    ended.traffic.is_awaited = False
    lane.leave_conversations(ended)  # those whose services have answered meanwhile go on in another scope
    if not ended.traffic.is_over:
        await ended.traffic.settled(_QUIET_SECONDS)  # what was said until then is being kept
    ended.traffic.exchanges.turn()  # only now: what has just been waited for must not go on where another scope replays
    await ended.traffic.lessons.settled()
