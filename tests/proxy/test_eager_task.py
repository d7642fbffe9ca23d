"""Work that begins at once and becomes a task where it waits."""

import asyncio

import pytest
from deadlines import seconds

from recproxy.proxy.eager_task import begin_at_once


def run(work):
    async def ran():
        async with asyncio.timeout(seconds(10)):
            await work()

    asyncio.run(ran())


def test_what_needs_not_wait_is_done_at_once():
    said = []

    async def work():
        said.append("done")

    async def begins():
        future = begin_at_once(work())
        assert (said, future.done()) == (["done"], True)
        await future

    run(begins)


def test_what_it_raises_is_for_whoever_waits():
    async def work():
        raise OSError("broken")

    async def begins():
        future = begin_at_once(work())
        with pytest.raises(OSError, match="broken"):
            await future

    run(begins)


@pytest.mark.parametrize(
    ("wait", "answer"),
    [(lambda event: event.wait(), True), (lambda _: asyncio.sleep(0, "slept"), "slept")],
    ids=["event", "turn"],
)
def test_what_waits_goes_on_as_a_task_and_gets_what_comes(wait, answer):
    said = []

    async def work(event):
        said.append("begun")
        said.append(await wait(event))
        await event.wait()
        said.append("end")

    async def begins():
        event = asyncio.Event()
        future = begin_at_once(work(event))
        assert (said, future.done()) == (["begun"], False)
        event.set()
        await future
        assert said == ["begun", answer, "end"]

    run(begins)


@pytest.mark.parametrize("turns", [0, 1, 3], ids=["before its first turn", "in it", "later"])
def test_a_task_that_is_cancelled_ends_the_work_where_it_waits(turns):
    said = []

    async def work():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            said.append("cancelled")
            raise

    async def begins():
        future = begin_at_once(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await future
        assert said == ["cancelled"]

    run(begins)


def test_what_is_raised_later_is_for_whoever_waits():
    async def work():
        await asyncio.sleep(0)
        raise OSError("broken")

    async def begins():
        with pytest.raises(OSError, match="broken"):
            await begin_at_once(work())

    run(begins)
