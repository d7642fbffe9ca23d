"""Sending and receiving, raced over a link that a test holds."""

import asyncio

import h11
import pytest

from recproxy.proxy.raced_request import RacedRequest
from recproxy.proxy.upstream_errors import UpstreamError


class Link:
    """A link whose events come when they are told to."""

    def __init__(self):
        self.events = []
        self.more = asyncio.Event()
        self.failure = None

    def event(self):
        if self.failure and not self.events:
            raise self.failure
        return self.events.pop(0) if self.events else h11.NEED_DATA

    def fail(self, problem):
        self.failure = problem
        self.more.set()

    async def read(self):
        await self.more.wait()
        self.more.clear()

    def comes(self, event):
        self.events.append(event)
        self.more.set()


def begun(link, send, *, seconds, progress):
    asked = RacedRequest(seconds=seconds, progress=progress)
    asked.begin(link, send)
    return asked


async def for_ever():
    await asyncio.Event().wait()


async def sent():
    pass


async def breaks(problem):
    raise problem


def run(work):
    async def ran():
        async with asyncio.timeout(10):
            return await work()

    return asyncio.run(ran())


def test_what_cannot_be_sent_does_not_wait_for_a_response():
    async def work():
        asked = begun(Link(), breaks(UpstreamError(501, "no")), seconds=None, progress=int)
        with pytest.raises(UpstreamError, match="no"):
            await asked.next()
        await asked.stop_sending()

    run(work)


def test_a_response_does_not_wait_for_the_request_and_one_that_was_there_before_it_broke_is_read():
    async def work():
        link = Link()
        for send in (for_ever(), breaks(ConnectionResetError())):
            asked = begun(link, send, seconds=None, progress=int)
            asyncio.get_running_loop().call_soon(link.comes, "head")
            assert await asked.next() == "head"
            await asked.stop_sending()

    run(work)


def test_time_does_not_count_while_more_of_the_request_goes_out():
    async def work():
        link, sizes = Link(), iter((0, 1, 1, 2, 2))

        def progress():
            size = next(sizes)
            if size == 2:
                link.comes("head")
            return size

        asked = begun(link, for_ever(), seconds=0.01, progress=progress)
        assert await asked.next() == "head"
        await asked.stop_sending()

    run(work)


@pytest.mark.parametrize("seconds", [0.01, None], ids=["for so long", "without end"])
def test_a_request_that_was_sent_waits_for_its_response(seconds):
    async def work():
        link = Link()
        asked = begun(link, sent(), seconds=seconds, progress=int)
        if seconds is None:
            asyncio.get_running_loop().call_later(0.02, link.comes, "head")
            assert await asked.next() == "head"
            return
        with pytest.raises(UpstreamError, match=r"the service sent nothing for 0\.01 s") as caught:
            await asked.next()
        assert caught.value.status == 504
        await asked.stop_sending()

    run(work)


def test_a_response_that_came_is_not_given_up_later():
    async def work():
        link, loop = Link(), asyncio.get_running_loop()
        asked = begun(link, sent(), seconds=2, progress=int)
        loop.call_soon(link.comes, "head")
        assert await asked.next() == "head"
        now, given_up = loop.time, asyncio.Event()
        loop.time = lambda: now() + 4
        loop.call_at(now() + 3, given_up.set)
        await given_up.wait()
        assert link.failure is None

    run(work)


def test_interim_responses_without_end_are_no_response():
    async def work():
        link = Link()
        asked = begun(link, asyncio.sleep(0), seconds=0.05, progress=int)
        interim = h11.InformationalResponse(status_code=102, headers=[])

        async def ever():
            while True:
                link.comes(interim)
                await asyncio.sleep(0)

        more = asyncio.ensure_future(ever())
        with pytest.raises(UpstreamError, match=r"the service sent nothing for 0\.05 s") as caught:
            while True:
                assert await asked.next() is interim
        more.cancel()
        assert caught.value.status == 504
        await asked.stop_sending()

    run(work)
