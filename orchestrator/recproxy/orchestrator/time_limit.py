"""What is still done where a run failed, which is to end soon: it gets some seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from recproxy.errors import RecproxyError

__all__ = ["within_time_limit"]

_SECONDS = 3.0  # which users wait for who have seen the run fail already


async def within_time_limit(*steps: Callable[[], Awaitable[None]]) -> str:
    """Take the steps that end in a second look at what was recorded. Gives what went wrong, if anything did."""
    try:
        async with asyncio.timeout(_SECONDS):
            for step in steps:
                await step()
    except RecproxyError as problem:
        return problem.message
    except TimeoutError:
        return "there was no time to search what was recorded for secrets that later tests have shown: record it anew"
    return ""
