"""What several calls ask of a run at the same time; no process, no port."""

import asyncio
from functools import partial
from types import SimpleNamespace

import pytest

from recproxy.control.listening import LOOPBACK
from recproxy.orchestrator.access import OPEN_ACCESS
from recproxy.orchestrator.orchestrator import Orchestrator


class Scopes:
    """Ends what it is asked to end when it may, and says what that was."""

    def __init__(self):
        self.may_end = asyncio.Event()
        self.ended = []

    async def end_lane(self, lane, *, passed):
        await self.may_end.wait()
        self.ended.append((lane.name, passed))

    async def settled(self):
        pass


@pytest.fixture
def orchestrator(monkeypatch):
    made = Orchestrator(SimpleNamespace(project=None, listening=LOOPBACK), {}, None)
    closed = made.closed = []
    made.lanes["gw0"] = SimpleNamespace(name="gw0", ending=None, close=lambda: closed.append("gw0"))
    made.scopes = Scopes()
    made._roster = SimpleNamespace(notes=[], access=OPEN_ACCESS, clock=SimpleNamespace(notes=[]))
    made._proxies = SimpleNamespace(announce=lambda: None, profiles=[])

    async def nothing(*_):
        pass

    made.recorder = SimpleNamespace(close=nothing, finish=nothing, refusals=(), counts={}, written=[])
    monkeypatch.setattr("recproxy.orchestrator.orchestrator.add_unasked", lambda *_: None)
    return made


def at_the_same_time(orchestrator, *calls):
    """Make calls, each before the one before has been answered."""

    async def work():
        made = []
        for call in calls:
            made.append(asyncio.ensure_future(call()))
            await asyncio.sleep(0)
        orchestrator.scopes.may_end.set()
        await asyncio.gather(*made)

    asyncio.run(work())


def test_two_calls_close_a_lane_at_the_same_time(orchestrator):
    close = partial(orchestrator.close_lane, "gw0")

    at_the_same_time(orchestrator, close, close)

    assert orchestrator.scopes.ended == [("gw0", True)]
    assert (orchestrator.closed, orchestrator.lanes) == (["gw0"], {})


def test_a_run_ends_while_a_lane_is_being_closed(orchestrator):
    at_the_same_time(orchestrator, partial(orchestrator.close_lane, "gw0"), partial(orchestrator.finish, passed=False))

    assert orchestrator.scopes.ended == [("gw0", True)]
