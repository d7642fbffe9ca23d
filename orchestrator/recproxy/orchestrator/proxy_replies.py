"""One order for each of several proxies, and their replies when all are there.

A future for each reply would cost the event loop two turns, and a scope asks each proxy twice.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from typing import Any

from recproxy.control.messages import Message
from recproxy.errors import RecproxyError
from recproxy.orchestrator.proxy import Proxy

__all__ = ["ask_all"]


def ask_all(
    asked: Sequence[tuple[Proxy, Callable[[int], Message]]],
    replied: Callable[[Proxy, Any], None] = lambda *_: None,
    *,
    all_of_them: bool = False,
) -> asyncio.Future[list[Any]]:
    """Send each proxy its order at once; the replies in the same order.

    The first error is raised at once, or stands among the replies where `all_of_them` are wanted. `replied` is called
    with each reply as it comes, whether somebody still waits or not.
    """
    done: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
    replies: list[Any] = [None] * len(asked)
    missing = set(range(len(asked)))

    def take(place: int, reply: Any) -> None:
        replies[place] = reply
        missing.discard(place)
        replied(asked[place][0], reply)
        if done.done():
            return
        if isinstance(reply, RecproxyError) and not all_of_them:
            done.set_exception(reply)
            done.exception()  # nobody may be waiting for it any more
        elif not missing:
            done.set_result(replies)

    for place, (proxy, order) in enumerate(asked):
        proxy.tell(order, functools.partial(take, place))
    if not asked:
        done.set_result(replies)
    return done
