"""The replies of several proxies to one order: when they are there, and what an error does."""

import asyncio

import pytest

from recproxy.errors import RecordingError
from recproxy.orchestrator.proxy_replies import ask_all


class Told:
    """A proxy that replies when the test says so."""

    def tell(self, order, replied):
        self.order, self.reply = order(1), replied


def asked(count, **options):
    """Proxies that were asked, and what is waited for."""
    proxies, seen = [Told() for _ in range(count)], []
    done = ask_all(
        [(proxy, lambda number: number) for proxy in proxies], lambda _, reply: seen.append(reply), **options
    )
    return proxies, seen, done


def test_the_replies_stand_in_the_order_of_the_proxies_and_are_seen_as_they_come():
    async def work():
        proxies, seen, done = asked(2)
        proxies[1].reply("second")
        waiting = done.done()
        proxies[0].reply("first")
        return [proxy.order for proxy in proxies], waiting, seen, await done

    assert asyncio.run(work()) == ([1, 1], False, ["second", "first"], ["first", "second"])


def test_nobody_to_ask_has_replied_at_once():
    async def work():
        return await asked(0)[2]

    assert asyncio.run(work()) == []


def test_the_first_error_is_raised_at_once_and_later_replies_are_seen():
    async def work():
        proxies, seen, done = asked(2)
        proxies[0].reply(RecordingError("no"))
        with pytest.raises(RecordingError, match="no"):
            await done
        proxies[1].reply("late")
        return seen[1:]

    assert asyncio.run(work()) == ["late"]


def test_where_all_are_wanted_an_error_is_one_of_the_replies():
    async def work():
        proxies, _, done = asked(2, all_of_them=True)
        proxies[0].reply(RecordingError("no"))
        waiting = done.done()
        proxies[1].reply("second")
        return waiting, [str(reply) for reply in await done]

    assert asyncio.run(work()) == (False, ["no", "second"])


def test_replies_that_nobody_waits_for_any_more_are_seen():
    async def work():
        proxies, seen, done = asked(1)
        done.cancel()
        proxies[0].reply("late")
        return seen

    assert asyncio.run(work()) == ["late"]
