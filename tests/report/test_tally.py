"""Adding up outcomes."""

import pytest

from recproxy.control import Missed, Outcome, Unused
from recproxy.report import Tally

MISS = Missed(method="GET", url="https://a.example/", text="a miss")


def test_outcomes_of_scopes_add_up_by_profile():
    tally = Tally()
    tally.enter("shop", "replay")
    tally.enter("bank", "record")
    tally.enter("shop", "live")

    tally.add("shop", Outcome(scope="one", played=2, seconds=0.5, missed=(MISS,), notes=("a note",)))
    tally.add("shop", Outcome(scope="two", played=1, seconds=0.25, unused=(Unused(where="a.rec:1", request="GET /"),)))
    tally.add("bank", Outcome(scope="one", recorded=3, forwarded=4, failures=("GET /: no",), redactions={"header": 2}))
    tally.add("bank", Outcome(scope="two", redactions={"header": 1, "cookie": 1}))

    shop, bank = tally.rows.values()
    assert (shop.mode, shop.played, shop.missed, shop.unused, shop.seconds) == ("replay", 3, 1, 1, 0.75)
    assert (bank.mode, bank.recorded, bank.forwarded) == ("record", 3, 4)
    assert tally.misses == [MISS]
    assert tally.unused == [("shop", Unused(where="a.rec:1", request="GET /"))]
    assert tally.notes == ["shop: a note"]
    assert tally.failures == ["bank: GET /: no"]
    assert dict(tally.redactions) == {"header": 3, "cookie": 1}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda tally: None, False),
        (lambda tally: tally.add("shop", Outcome(scope="s", played=1, notes=("x",))), False),
        (lambda tally: tally.add("shop", Outcome(scope="s", unused=(Unused(where="x", request="y"),))), False),
        (lambda tally: tally.add("shop", Outcome(scope="s", missed=(MISS,))), True),
        (lambda tally: tally.add("shop", Outcome(scope="s", failures=("x",))), True),
        (lambda tally: tally.refuse([MISS]), True),
    ],
)
def test_misses_failures_and_refusals_fail_a_run(change, wanted):
    tally = Tally()
    tally.enter("shop", "replay")

    change(tally)

    assert tally.failed is wanted
