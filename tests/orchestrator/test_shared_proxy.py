"""What several workers did, as one did it; their processes are in tests/journeys/test_workers.py."""

from recproxy.control.outcomes import Missed, Outcome, TimedRequest, Unused
from recproxy.orchestrator.shared_proxy import joined_outcome

ONE, TWO = (Unused(where=f"a.rec:{n}", request=f"GET /{n}", position=n) for n in (1, 2))


def timed(begun):
    return TimedRequest(result="played", begun=begun, seconds=0.1, request="GET /")


def test_counts_are_added_and_only_what_nobody_played_is_unused():
    miss = Missed(method="GET", url="https://a.example/x", text="x")
    left = Outcome(
        scope="t", played=2, plays=(2, 0, 0), unused=(ONE, TWO), size=5, notes=("n",), timed=(timed(1.0), timed(3.0)),
        slowest="GET /1", slowest_seconds=0.5, redactions={"header": 1}, messages=2, requests=("GET /0",),
    )  # fmt: skip
    right = Outcome(
        scope="t", played=1, plays=(0, 1, 0), unused=(TWO,), size=7, notes=("n", "m"), timed=(timed(2.0),), untimed=4,
        missed=(miss,), slowest="GET /0", slowest_seconds=0.7, redactions={"header": 2}, messages=3, requests=("GET /1",),
    )  # fmt: skip

    got = joined_outcome([left, right])

    assert (got.played, got.plays, got.unused, got.missed) == (3, (2, 1, 0), (TWO,), (miss,))
    assert (got.size, got.untimed, got.slowest, got.redactions) == (12, 4, "GET /0", {"header": 3})
    assert got.messages == 5
    assert [each.begun for each in got.timed] == [1.0, 2.0, 3.0]
    assert (got.notes, got.requests) == (("n", "m"), ("GET /0", "GET /1"))
