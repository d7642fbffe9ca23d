"""The end of a scope waits for what the scope has asked services."""

import asyncio
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from recproxy.proxy.open_exchanges import INSISTS
from recproxy.proxy.scope_end import has_settled, settle
from recproxy.proxy.traffic import Traffic


class Lane:
    """Its clients may have gone: `left` counts how often they were dropped."""

    def __init__(self, leave=lambda: None):
        self.left, self.turned = 0, []
        self._leave = leave

    def leave_conversations(self, ended):
        self.turned.append(ended)

    def leave(self):
        self.left += 1
        self._leave()


class Call:
    """A call that its service has answered or not, and whose client may say more."""

    is_unheard = False

    def __init__(self, traffic, *, answered):
        self.traffic, self.answered, self.ended = traffic, answered, []
        traffic.begin()
        traffic.exchanges.add(self)

    def ends_with(self, traffic, *, answered):
        return traffic is self.traffic and (self.answered or not answered)

    def end(self, why):
        self.ended.append(why)
        self.traffic.exchanges.discard(self)
        self.traffic.end(0)


class Calls:
    """The calls of a scope that are answered from a recording: whether one waits for its client; `told` is what they are."""

    def __init__(self):
        self.has_unanswered, self.told = False, []

    async def settled(self, seconds):
        self.told.append("wait")

    def end(self):
        self.told.append("end")


@pytest.fixture
def scope(monkeypatch):
    monkeypatch.setattr("recproxy.proxy.scope_end._LEFT_SECONDS", 0)
    monkeypatch.setattr("recproxy.proxy.scope_end._QUIET_SECONDS", 0)
    return SimpleNamespace(traffic=Traffic(1), calls=Calls())


def test_a_scope_with_nothing_under_way_is_quiet(scope):
    assert has_settled(scope)
    scope.traffic.begin()
    assert not has_settled(scope)


def test_a_scope_with_a_call_that_waits_for_its_client_is_not_quiet(scope):
    scope.calls.has_unanswered = True
    assert not has_settled(scope)
    asyncio.run(settle(Lane(), scope))

    assert (scope.calls.told, scope.traffic.failures) == (["wait", "end"], [])


def test_clients_that_may_have_gone_are_dropped_before_the_scope_fails(scope):
    scope.traffic.begin()
    lane = Lane(lambda: scope.traffic.end(0))
    asyncio.run(settle(lane, scope))

    assert (lane.left, scope.traffic.failures) == (1, [])


def test_a_call_both_ways_ends_with_its_scope_which_does_not_fail(scope):
    call, other = Call(scope.traffic, answered=True), Traffic(2)
    other.exchanges = scope.traffic.exchanges
    elsewhere = Call(other, answered=True)
    asyncio.run(settle(Lane(), scope))

    assert (call.ended, elsewhere.ended) == (["the test that began this call has ended"], [])
    assert scope.traffic.failures == []


def test_a_call_that_is_not_answered_ends_with_its_scope_which_fails(scope):
    call = Call(scope.traffic, answered=False)
    asyncio.run(settle(Lane(), scope))

    assert call.ended == ["the test that began this call has ended"]
    assert scope.traffic.failures == ["1 request was still under way when the scope ended"]


def test_what_was_waited_for_does_not_go_on_in_a_scope_that_insists_on_replay(scope):
    ended, traffic = [], scope.traffic
    traffic.exchanges.is_shut = lambda: True
    upload = Mock(lasts=True, ends_with=lambda *_, **__: False)
    upload.end = lambda why: ended.append((why, list(traffic.failures)))
    traffic.begin()
    traffic.exchanges.add(upload)
    asyncio.run(settle(Lane(), scope))

    assert ended == [(INSISTS, ["1 request was still under way when the scope ended"])]


def test_what_has_begun_while_a_scope_was_waited_for_goes_on_in_another_one(scope):
    lane = Lane()
    asyncio.run(settle(lane, scope))

    assert lane.turned == [scope]


def test_what_never_ends_fails_the_scope(scope):
    scope.traffic.begin()
    asyncio.run(settle(Lane(), scope))

    assert scope.traffic.failures == ["1 request was still under way when the scope ended"]
