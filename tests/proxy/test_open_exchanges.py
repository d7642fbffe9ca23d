"""Which exchanges of a lane end when another scope is open."""

import asyncio

import pytest

from recproxy.proxy.open_exchanges import INSISTS, TEST_ENDED, OpenExchanges


class Exchange:
    def __init__(self, *, lasts=False):
        self.lasts, self.ended = lasts, []

    def end(self, why):
        self.ended.append(why)


@pytest.fixture
def turned(monkeypatch):
    """What became of exchanges when a scope began; then, with grace over, when it was shut or not."""
    monkeypatch.setattr("recproxy.proxy.open_exchanges._GRACE", 0)

    def ran(*exchanges, shut, then_shut=None):
        async def work():
            open_now = OpenExchanges()
            for each in exchanges:
                open_now.add(each)
            open_now.is_shut = lambda: shut
            open_now.turn()
            at_once = [list(each.ended) for each in exchanges]
            open_now.is_shut = lambda: shut if then_shut is None else then_shut
            for _ in range(3):
                await asyncio.sleep(0)
            return at_once, [each.ended for each in exchanges]

        return asyncio.run(work())

    return ran


def test_where_a_test_insists_on_replay_what_goes_on_ends_at_once_and_the_rest_soon(turned):
    assert turned(Exchange(lasts=True), Exchange(), shut=True) == ([[INSISTS], []], [[INSISTS], [INSISTS]])


def test_in_another_test_all_goes_on(turned):
    assert turned(Exchange(lasts=True), Exchange(), shut=False) == ([[], []], [[], []])


def test_what_is_late_in_a_test_that_was_short_goes_on(turned):
    assert turned(Exchange(), shut=True, then_shut=False) == ([[]], [[]])


def test_what_has_ended_is_not_ended_again():
    one, open_now = Exchange(lasts=True), OpenExchanges()
    open_now.add(one)
    open_now.discard(one)
    open_now.is_shut = lambda: True
    open_now.turn()

    assert one.ended == []


@pytest.mark.parametrize("unheard", [True, False])
def test_what_ends_with_its_scope_ends_then_or_already_where_its_client_may_have_gone(unheard):
    scope, open_now, every = object(), OpenExchanges(), []
    for is_unheard in (True, False):
        every.append(Exchange())
        every[-1].is_unheard = is_unheard
        every[-1].ends_with = lambda traffic, *, answered: traffic is scope and answered
        open_now.add(every[-1])
    open_now.leave(object(), answered=True)
    open_now.leave(scope, answered=True, unheard=unheard)

    assert [each.ended for each in every] == [[TEST_ENDED], [] if unheard else [TEST_ENDED]]
