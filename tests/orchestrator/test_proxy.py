"""One proxy from the orchestrator's side."""

import asyncio
import gc
import os
import weakref

from deadlines import seconds

from recproxy.config.profile import Profile
from recproxy.control.messages import EndScope
from recproxy.orchestrator.proxy import Proxy


class ForkServer:
    """It starts nothing, and says that a process has ended when the test says so; it holds nobody who asks."""

    def fork(self, kind, name, channel, errors):
        self.channel = channel

    async def dead(self, name, seconds):
        return True

    async def ending(self, name):
        ended = asyncio.get_running_loop().create_future()
        self.ended = weakref.ref(ended)
        return await ended


async def channel_ended(server):
    """A proxy whose channel has ended, while the end of its process is waited for; and what its death will be told to."""
    died = asyncio.get_running_loop().create_future()
    proxy = Proxy(Profile(name="shop", endpoints=()), server)
    proxy.attach(asyncio.get_running_loop())
    proxy.died = died.set_result
    server.channel.close()
    while not hasattr(server, "ended"):
        await asyncio.sleep(0)
    return proxy, died


def test_a_death_is_reported_although_nobody_else_holds_the_report():
    """The event loop holds tasks only weakly, and the channel, which could, has ended."""

    async def work():
        server = ForkServer()
        _, died = await channel_ended(server)
        gc.collect()
        ended = server.ended()
        if ended is None:
            return None
        ended.set_result("was killed by signal 9")
        return (await died).message

    assert asyncio.run(work()) == "the proxy of profile 'shop' was killed by signal 9"


def test_an_order_told_after_a_death_is_answered_with_it_at_once():
    """The death has answered all orders that waited; one that comes later would wait for ever."""

    async def work():
        server = ForkServer()
        proxy, died = await channel_ended(server)
        server.ended().set_result("was killed by signal 9")
        await died
        replies = []
        proxy.tell(lambda number: EndScope(order=number, lane=""), replies.append)
        return [reply.message for reply in replies]

    assert asyncio.run(work()) == ["the proxy of profile 'shop' was killed by signal 9"]


def test_the_end_of_one_that_was_stopped_meanwhile_is_not_reported():
    """The pipe of its errors is closed then, and the number of that may be another file's."""

    async def work():
        server = ForkServer()
        proxy, died = await channel_ended(server)
        await proxy.stop()
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.dup2(read, proxy._errors)
        os.write(write, b"another's")
        server.ended().set_result("was killed by signal 9")
        await proxy._reporting
        try:
            return os.read(read, 100), died.done()
        finally:
            for each in (read, write, proxy._errors):
                os.close(each)

    assert asyncio.run(asyncio.wait_for(work(), seconds(20))) == (b"another's", False)


def test_what_one_that_is_stopped_has_not_answered_is_answered_then():
    """A scope waits for its requests: a run that fails meanwhile would wait for the scope, which nobody ends any more."""

    async def work():
        server = ForkServer()
        proxy = Proxy(Profile(name="shop", endpoints=()), server)
        proxy.attach(asyncio.get_running_loop())
        replies = []
        proxy.tell(lambda number: EndScope(order=number, lane=""), replies.append)
        await proxy.stop()
        server.channel.close()
        proxy.tell(lambda number: EndScope(order=number, lane=""), replies.append)
        return [reply.message for reply in replies]

    assert asyncio.run(work()) == ["the proxy of profile 'shop' was stopped"] * 2
