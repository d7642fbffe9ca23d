"""What went to the real service, counted and waited for."""

import asyncio

from recproxy.proxy.traffic import Traffic


def run(work):
    async def ran():
        await work(Traffic(7))

    asyncio.run(ran())


def test_a_scope_is_quiet_when_nothing_is_under_way():
    async def work(traffic):
        await traffic.quiet(20)
        assert (traffic.number, traffic.busy, traffic.failures) == (7, False, [])

    run(work)


def test_its_end_waits_for_the_last_exchange():
    async def work(traffic):
        traffic.begin()
        traffic.begin()
        waiting = asyncio.ensure_future(traffic.quiet(20))
        traffic.end(0.5)
        await asyncio.sleep(0)
        assert traffic.busy
        assert not waiting.done()
        traffic.end(0.25)
        await waiting
        assert (traffic.busy, traffic.seconds, traffic.failures) == (False, 0.75, [])

    run(work)


def test_each_failure_is_told_at_once():
    async def work(traffic):
        told = []
        traffic.failed = lambda: told.append(list(traffic.failures))
        traffic.fail("one")
        traffic.fail("two")
        assert told == [["one"], ["one", "two"]]

    run(work)


def test_what_never_ends_fails_the_scope():
    async def work(traffic):
        traffic.begin()
        await traffic.quiet(0.01)
        assert traffic.failures == ["1 request was still under way when the scope ended"]

    run(work)


def test_each_failure_counts_also_an_equal_one():
    async def work(traffic):
        traffic.fail("GET /: no")
        traffic.fail("GET /: no")
        assert traffic.failures == ["GET /: no", "GET /: no"]

    run(work)


def test_a_scope_that_has_ended_is_waited_for_while_something_is_under_way_and_not_in_vain():
    traffic = Traffic(1)
    seen = [traffic.is_waited_for]
    traffic.begin()
    seen.append(traffic.is_waited_for)
    traffic.is_awaited = True
    seen.append(traffic.is_waited_for)
    traffic.is_over = True
    seen.append(traffic.is_waited_for)

    assert seen == [False, False, True, False]
