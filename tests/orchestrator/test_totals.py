"""What a run did so far."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.orchestrator.totals import plain_totals, totals_so_far
from recproxy.report import Tally, Written

MISS = Missed(method="GET", url="https://a.example/", text="a miss")


def left(*numbers, **more):
    """An outcome of two interactions, of which these are unused."""
    unused = tuple(Unused(where=f"a.rec:{each}", request=f"GET /\x1b{each}", position=each) for each in numbers)
    return Outcome(scope="run", plays=(0, 0), files=(("a.rec", 2),), unused=unused, **more)


def test_scopes_that_go_on_are_counted_and_those_of_tests_leave_nothing_unused():
    tally = Tally()
    tally.enter("shop", "replay")
    tally.add("shop", Outcome(scope="a", played=1, plays=(1, 0), files=(("a.rec", 2),)))
    looks = {"default": left(0, 1, missed=(MISS,)), "one": left(0, 1, played=2)}

    async def look(name):
        return ScopeOutcome(scope=name, profiles={"shop": looks[name]})

    run = SimpleNamespace(
        lanes={
            "default": SimpleNamespace(scopes=[], ending=None),
            "one": SimpleNamespace(scopes=["of a test"], ending=None),
            "ended": SimpleNamespace(scopes=[], ending=object()),
        },
        scopes=SimpleNamespace(look=look),
        tally=tally,
        profiles=[],
        plan=None,
        given={},
        written=[Written(Path("b.rec"), 2)],
    )

    assert plain_totals(asyncio.run(totals_so_far(run)), report_follows=False) == {
        "played": 3,
        "recorded": 0,
        "missed": 1,
        "unused": [
            {
                "profile": "shop",
                "test": "run",
                "where": "a.rec:1",
                "request": r"GET /\x1b1",
                "path": "a.rec",
                "number": 1,
            }
        ],
        "used": {"a.rec": [0]},
        "unasked": {},
        "written": [{"path": "b.rec", "interactions": 2, "failed": False, "changed": True, "kept": False, "links": ()}],
        "report_follows": False,
    }
    assert (tally.rows["shop"].played, tally.rows["shop"].missed, tally.rows["shop"].unused) == (1, 0, 0)
