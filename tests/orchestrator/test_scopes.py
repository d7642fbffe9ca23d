"""Scopes that several calls begin and end at the same time, in a lane without proxies."""

import asyncio
from functools import partial
from types import SimpleNamespace

import pytest

from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.lane_scope import base_scope
from recproxy.orchestrator.scopes import Scopes
from recproxy.report import Tally


def run(work):
    """Run `work(scopes)`; its value."""
    lane = SimpleNamespace(
        name="default", scopes=[], base=base_scope(), refusals=[], take_refusals=lambda: (), take_blocked=lambda: ()
    )
    lane.is_open = partial(Lane.is_open, lane)
    unused = dict.fromkeys(("recorder", "find", "fail"))
    scopes = Scopes(None, None, lanes={"default": lane}, proxies=(), tally=Tally(), **unused)
    return asyncio.run(work(scopes))


def names(outcomes):
    return [outcome and outcome.scope for outcome in outcomes]


@pytest.mark.parametrize("turned", [False, True])
def test_a_scope_that_two_calls_end_at_the_same_time_has_its_outcome(turned):
    async def work(scopes):
        await scopes.begin("default", "outer", {})
        await scopes.begin("default", "inner", {}, inner=True)
        ends = [scopes.end("default", 1), scopes.end("default")]
        ended = await asyncio.gather(*(ends[::-1] if turned else ends))
        return names(ended[::-1] if turned else ended), await scopes.end("default")

    assert run(work) == ((["outer", "outer"], None) if not turned else (["outer", "inner"], None))


def test_a_scope_that_a_call_is_ending_is_known_by_its_number():
    async def work(scopes):
        await scopes.begin("default", "first", {})
        return await asyncio.gather(
            scopes.begin("default", "second", {}), scopes.look("default", 1), scopes.end("default", 1)
        )

    number, *outcomes = run(work)
    assert (number, names(outcomes)) == (2, ["first", "first"])


@pytest.mark.parametrize(("deletes", "times"), [(True, 1500), (False, 1000)])
def test_a_scope_is_known_by_its_number_after_many_others(deletes, times):
    async def work(scopes):
        await scopes.begin("default", "first", {})
        for _ in range(times):
            await scopes.begin("default", "other", {})
            if deletes:
                await scopes.end("default")
        return [await scopes.look("default", 1), await scopes.end("default", 1), await scopes.end("default", 1)]

    assert names(run(work)) == ["first", "first", None]


def test_the_latest_outcomes_that_a_call_without_number_returned_are_kept():
    async def work(scopes):
        for _ in range(65):
            await scopes.begin("default", "mine", {})
            await scopes.end("default")
        return [await scopes.end("default", number) for number in (1, 2, 65)]

    assert names(run(work)) == [None, "mine", "mine"]
