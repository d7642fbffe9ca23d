"""The end of a scope waits for what the scope has asked services."""

import asyncio
from types import SimpleNamespace

import pytest

from recproxy.proxy.scope_end import has_settled, settle
from recproxy.proxy.traffic import Traffic


class Lane:
    """Its clients may have gone: `left` counts how often they were dropped."""

    def __init__(self, leave=lambda: None):
        self.left = 0
        self._leave = leave

    def leave(self):
        self.left += 1
        self._leave()


@pytest.fixture
def scope(monkeypatch):
    monkeypatch.setattr("recproxy.proxy.scope_end._LEFT_SECONDS", 0)
    monkeypatch.setattr("recproxy.proxy.scope_end._QUIET_SECONDS", 0)
    return SimpleNamespace(traffic=Traffic(1))


def test_a_scope_with_nothing_under_way_is_quiet(scope):
    assert has_settled(scope)
    scope.traffic.begin()
    assert not has_settled(scope)


def test_clients_that_may_have_gone_are_dropped_before_the_scope_fails(scope):
    scope.traffic.begin()
    lane = Lane(lambda: scope.traffic.end(0))
    asyncio.run(settle(lane, scope))

    assert (lane.left, scope.traffic.failures) == (1, [])


def test_what_never_ends_fails_the_scope(scope):
    scope.traffic.begin()
    asyncio.run(settle(Lane(), scope))

    assert scope.traffic.failures == ["1 request was still under way when the scope ended"]
