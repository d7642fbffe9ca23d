"""When requests were: what is kept of a scope, the slowest, and the bytes that clients got."""

import time

from recproxy.control.outcomes import Missed, RequestResult
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.proxy.timeline import Timeline
from recproxy.recording import load

TEXT = (
    b"#recproxy 2\n\nGET https://a.example/0 HTTP/1.1\n\n====\nHTTP/1.1 404 No\n\nzero!\n=======\n\n"
    b":scope t\nSMTP smtp://a.example:25\n< 220 hi\n> QUIT\n< 221 bye\n=======\n"
)
MISSED = [Missed(method="GET", url="https://a.example/?key=XXX", text="no")]


def playback():
    return Playback(Index([load(TEXT, path="a.rec")], Rules()))


def fail():
    raise AssertionError("nobody wants to know")


def test_the_first_requests_are_kept_and_the_others_counted():
    timeline = Timeline(3)
    now = time.perf_counter()
    timeline.add(0, now, 0.25, "reset")
    timeline.add(-1, now, 0.125)
    timeline.add("PUT https://a.example/hook", now, 0.5)
    timeline.add(0, now, 0.0625)
    timeline.add_forwarded(RequestResult.RECORDED, time.monotonic(), fail, status=200, size=7)

    played, missed, hook = timeline.requests(playback(), MISSED)

    assert (played.result, played.request, played.status, played.size) == ("played", "GET https://a.example/0", 404, 5)
    assert (played.position, played.line, played.fault, played.seconds) == (0, 3, "reset", 0.25)
    assert (missed.result, missed.request, missed.position) == ("missed", "GET https://a.example/?key=XXX", -1)
    assert (hook.result, hook.request, hook.status) == ("played", "PUT https://a.example/hook", 0)
    assert (timeline.left_out, timeline.slowest_seconds) == (2, 0.5)
    assert timeline.slowest(playback(), MISSED) == "PUT https://a.example/hook"
    assert timeline.size(playback()) == 5 + 5 + 7


def test_a_timeline_that_nobody_wants_knows_the_slowest_request_alone():
    timeline = Timeline()
    timeline.add(1, 0.0, 0.25)
    timeline.add_forwarded(RequestResult.FORWARDED, time.monotonic() - 9, lambda: "GET https://a.example/XXX")

    assert (timeline.requests(playback(), ()), timeline.left_out) == ((), 0)
    assert timeline.slowest(playback(), ()) == "GET https://a.example/XXX"
    assert timeline.size(playback()) == len(b"220 hi\r\n221 bye\r\n")


def test_what_was_forwarded_is_kept_as_it_may_be_shown():
    timeline = Timeline(1)
    timeline.add_forwarded(RequestResult.FAILED, time.monotonic(), lambda: "GET https://a.example/", status=502)

    (kept,) = timeline.requests(playback(), ())

    assert (kept.result, kept.request, kept.status, kept.position) == ("failed", "GET https://a.example/", 502, -1)
