"""Adding up outcomes."""

from dataclasses import replace

import pytest

from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.report import Tally, TestRow, UnusedPlace

MISS = Missed(method="GET", url="https://a.example/", text="a miss")


def unused(*positions, plays=(0, 0), files=(("a.rec", 2),), **more):
    """The outcome of a scope with recordings in play."""
    told = tuple(Unused(where=f"{position}", request="GET /", position=position) for position in positions)
    return Outcome(**{"scope": "s"} | more, plays=plays, files=files, unused=told)


@pytest.mark.parametrize(
    ("scopes", "wanted"),
    [
        ([unused(0, 1), unused(0, 1)], 2),  # lanes
        ([unused(0, 1), unused(plays=(3, 0))], 1),  # a scope that fell back to it does not tell what it left
        ([unused(plays=(0, 1)), unused(0, 1)], 1),
        ([unused(1, plays=(1, 0)), unused(0, plays=(0, 1))], 0),
        ([unused(0, 1), unused(0, 1, files=(("b.rec", 2),))], 4),
        ([unused(1, plays=(1, 0), files=(("b.rec", 1), ("a.rec", 1))), unused(1, plays=(1, 0))], 1),
    ],
)
def test_unused_is_what_no_scope_of_any_lane_played(scopes, wanted):
    tally = Tally()
    tally.enter("shop", "replay")

    for outcome in scopes:
        tally.add("shop", outcome)

    assert tally.rows["shop"].unused == wanted


def test_what_a_failed_test_left_unused_is_idle_and_not_unused():
    tally = Tally()
    tally.enter("shop", "replay")

    tally.add("shop", unused(0, 1), passed=False)
    assert (tally.rows["shop"].unused, tally.rows["shop"].idle) == (0, 2)
    tally.add("shop", unused(1, plays=(1, 0)))
    assert (tally.rows["shop"].unused, tally.rows["shop"].idle) == (1, 1)


def test_outcomes_of_scopes_add_up_by_profile():
    tally = Tally()
    tally.enter("shop", "replay")
    tally.enter("bank", "record")
    tally.enter("shop", "live")

    tally.add("shop", Outcome(scope="one", played=2, seconds=0.5, missed=(MISS,), notes=("a note",)))
    tally.add("shop", unused(0, scope="two", played=1, seconds=0.25))
    tally.add("bank", Outcome(scope="one", recorded=3, forwarded=4, failures=("GET /: no",), redactions={"header": 2}))
    tally.add("bank", Outcome(scope="two", redactions={"header": 1, "cookie": 1}))

    shop, bank = tally.rows.values()
    assert (shop.mode, shop.played, shop.missed, shop.unused, shop.seconds) == ("replay", 3, 1, 1, 0.75)
    assert (bank.mode, bank.recorded, bank.forwarded) == ("record", 3, 4)
    assert tally.misses == [replace(MISS, profile="shop")]
    assert tally.notes == ["shop: a note"]
    assert tally.failures == ["bank: GET /: no"]
    assert dict(tally.redactions) == {"header": 3, "cookie": 1}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda tally: None, False),
        (lambda tally: tally.add("shop", Outcome(scope="s", played=1, notes=("x",))), False),
        (lambda tally: tally.add("shop", unused(0)), False),
        (lambda tally: tally.add("shop", Outcome(scope="s", missed=(MISS,))), True),
        (lambda tally: tally.add("shop", Outcome(scope="s", failures=("x",))), True),
        (lambda tally: tally.refuse([MISS]), False),
    ],
)
def test_misses_and_failures_fail_a_run_and_refusals_have_a_verdict_of_their_own(change, wanted):
    tally = Tally()
    tally.enter("shop", "replay")

    change(tally)

    assert tally.failed is wanted


def test_scopes_are_rows_of_their_own_and_one_that_runs_again_is_the_same():
    tally = Tally()
    tally.enter("shop", "replay")
    both = {"shop": Outcome(scope="m.t", played=2), "bank": Outcome(scope="m.t", recorded=1, missed=(MISS,))}

    tally.end_test(both, passed=False, seconds=0.5)
    tally.end_test({"shop": Outcome(scope="m.t", played=1, failures=("no",))}, passed=True, seconds=0.25)
    tally.end_test({}, passed=True)

    wanted = TestRow(name="m.t", passed=True, seconds=0.75, played=3, recorded=1, missed=1, failed=1)
    assert list(tally.tests.values()) == [wanted]


def test_an_unused_interaction_says_where_it_is_and_whether_a_passed_test_left_it():
    tally = Tally()
    tally.enter("shop", "replay")

    tally.add("shop", unused(0, 1), passed=False)
    tally.add("shop", unused(1, plays=(1, 0)))

    (left,) = tally.unused()["shop"]
    assert left == UnusedPlace(path="a.rec", number=1, where="1", request="GET /", passed=True, test="s")
