"""The end of what a test has open in its event loop: a transport that is collected later warns in some other test."""

import asyncio

from deadlines import seconds


async def transports_closed():
    """Wait until all connections of the running loop have ended that are being closed."""
    transports = asyncio.get_running_loop()._transports
    async with asyncio.timeout(seconds(20)):
        while any(each.is_closing() and each._sock is not None for each in tuple(transports.values())):
            await asyncio.sleep(0)
