"""The requests of a run: of which recording each one is, and the bound of their number."""

from pathlib import Path

from recproxy.control.outcomes import Outcome, TimedRequest
from recproxy.report.run_timeline import RunTimeline


def timed(result, position=-1, **more):
    return TimedRequest(
        result=result, begun=5.0, seconds=0.5, request="GET https://a.example/", **more, position=position
    )


def test_a_request_gets_its_test_lane_and_place():
    timeline = RunTimeline()
    requests = (timed("played", 2, line=8, status=200), timed("played", 0), timed("missed"), timed("recorded"))

    timeline.add(
        "shop", "gw0", Outcome(scope="m.t", files=(("/a.rec", 2), ("/b.rec", 1)), timed=requests), Path("/c.rec")
    )

    assert [(each.path, each.number, each.line) for each in timeline.requests] == [
        ("/b.rec", 0, 8),
        ("/a.rec", 0, 0),
        ("", -1, 0),
        ("/c.rec", -1, 0),
    ]
    first = timeline.requests[0]
    assert (first.profile, first.lane, first.test, first.status) == ("shop", "gw0", "m.t", 200)


def test_the_first_requests_are_kept_and_the_others_counted():
    timeline = RunTimeline(most=3)
    for _ in range(2):
        timeline.add("shop", "default", Outcome(scope="t", timed=(timed("missed"),) * 2, untimed=5))

    assert (len(timeline.requests), timeline.left_out) == (3, 11)


def test_requests_and_tests_can_be_said_in_other_words():
    timeline = RunTimeline()
    timeline.add("shop", "default", Outcome(scope="secret", timed=(timed("recorded"),)), Path("/a/secret.rec"))
    (before,) = timeline.requests

    timeline.rename({before.request: "GET https://XXX/", "secret": "XXX", "/a/secret.rec": "/a/XXX.rec"})

    assert [(each.request, each.test, each.path) for each in timeline.requests] == [
        ("GET https://XXX/", "XXX", "/a/XXX.rec")
    ]
