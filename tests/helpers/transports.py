"""The end of what a test has open in its event loop: a transport that is only collected later warns in some other test."""

import asyncio
import warnings
from asyncio.selector_events import BaseSelectorEventLoop

from deadlines import seconds


async def transports_closed():
    """Wait until all connections of the running loop have ended that are being closed."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds(20)):
        while any(each.is_closing() for each in _left(loop)):
            await asyncio.sleep(0)


def watch_loops():
    """Have the loops of the standard library end their connections when they are closed.

    One that nobody has ended is a warning there, in the test that left it.
    """
    close = BaseSelectorEventLoop.close

    def closed(loop):
        left = [] if loop.is_closed() or loop.is_running() or asyncio._get_running_loop() else _left(loop)
        was_open = [repr(each) for each in left if not each.is_closing()]
        for each in left:
            each.abort()
        for _ in range(2 if left else 0):  # what is told of the end may close another one
            loop.run_until_complete(asyncio.sleep(0))
        close(loop)
        if was_open:
            warnings.warn(
                f"a loop was closed with open connections: {', '.join(was_open)}", ResourceWarning, stacklevel=2
            )

    BaseSelectorEventLoop.close = closed


def _left(loop):
    return [each for each in tuple(loop._transports.values()) if each._sock is not None]
