"""Moved times that come back: which recorded ones they may be."""

from recproxy.config.profile import ReplayTable
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.play.returned_times import ReturnedTimes
from recproxy.play.shifted_times import shifted_times
from recproxy.recording import Request, load


def asked(body):
    return Request(method="POST", url="https://a.example/", headers=((b"X", body),), body=body)


def meant(times, body):
    return [each.body for each in times.requests(asked(body))]


def test_a_request_without_a_moved_time_is_itself():
    times, request = ReturnedTimes(), asked(b"x")
    times.remember(b"2", b"1")

    assert list(times.requests(request)) == [request]


def test_a_moved_time_that_is_also_another_ones_recorded_time_is_put_back_once():
    times = ReturnedTimes()
    for day in (5, 4, 3, 2):
        times.remember(b"day %d" % (day + 1), b"day %d" % day)

    (request,) = times.requests(asked(b"day 5, day 3"))
    assert (request.body, request.headers) == (b"day 4, day 2", ((b"X", b"day 4, day 2"),))


def test_a_moved_time_of_two_recorded_ones_may_be_either():
    times = ReturnedTimes()
    times.remember(b"9", b"1")
    times.remember(b"9", b"2")

    assert meant(times, b"9") == [b"1", b"2"]


def test_what_other_scopes_of_the_lane_gave_comes_after_what_the_scope_gave_itself():
    base, first, second = ReturnedTimes(), ReturnedTimes(), ReturnedTimes()
    first.follow(base)
    first.remember(b"9", b"1")
    second.follow(first)
    assert meant(second, b"9") == [b"1"]

    second.remember(b"9", b"2")
    assert meant(second, b"9") == [b"2", b"1"]


def test_the_latest_are_known(monkeypatch):
    monkeypatch.setattr("recproxy.play.returned_times._MOST", 2)
    times = ReturnedTimes()
    for number in (1, 2, 1, 3):
        times.remember(b"<%d>" % number, b"%d" % number)

    assert [meant(times, b"<%d>" % number) for number in (1, 2, 3)] == [[b"1"], [b"<2>"], [b"3"]]


GOT = """
GET https://a.example/{n} HTTP/1.1

====
HTTP/1.1 200 OK
Date: Sat, 07 May 2022 13:21:5{n} GMT
Content-Type: application/json

{{"expires_at": 165193331{n}}}
=======

POST https://a.example/renew HTTP/1.1
Content-Type: application/json

{{"until": 165193331{n}}}
====
HTTP/1.1 200 OK

{n}
=======
"""


def playing():
    recording = load(("#recproxy 2\n" + GOT.format(n=1) + GOT.format(n=2)).encode())
    return Playback(Index((recording,), Rules()), times=shifted_times(ReplayTable(clock="shift"), lambda: 1.8e9))


def renewed(playing, moved):
    kind = ((b"Content-Type", b"application/json"),)
    request = Request(method="POST", url="https://a.example/renew", headers=kind, body=b'{"until": %s}' % moved)
    candidates = playing.locate(request)
    assert candidates.stateful
    return playing.take(candidates)


def test_equal_requests_with_a_moved_time_of_two_get_the_answers_of_both():
    of = playing()
    first, second = of.response(0).body, of.response(2).body
    assert first == second

    moved = first.partition(b": ")[2].rstrip(b"}")
    assert [renewed(of, moved), renewed(of, moved), renewed(of, moved)] == [1, 3, 3]


def test_a_scope_knows_the_times_that_another_one_of_the_lane_gave():
    first, second = playing(), playing()
    second.follow(first)

    moved = first.response(0).body.partition(b": ")[2].rstrip(b"}")
    assert renewed(second, moved) == 1


def test_a_named_place_beside_a_moved_time_of_two_is_bound_whichever_is_meant():
    text = "#recproxy 2\n"
    for n in (1, 2):
        text += GOT.format(n=n).partition("\nPOST")[0] + "\n"
        text += f"POST https://a.example/renew HTTP/1.1\nContent-Type: text/plain\n\n165193331{n} XXX[name]\n====\n"
        text += f"HTTP/1.1 200 OK\n\n{n} XXX[name]\n=======\n\n"
    of = Playback(
        Index((load(text.encode()),), Rules()), times=shifted_times(ReplayTable(clock="shift"), lambda: 1.8e9)
    )
    moved = [of.response(position).body.partition(b": ")[2].rstrip(b"}") for position in (0, 2)]
    assert moved[0] == moved[1]

    said = []
    kind = ((b"Content-Type", b"text/plain"),)
    request = Request(method="POST", url="https://a.example/renew", headers=kind, body=moved[0] + b" one")
    for _ in range(2):
        position = of.take(of.locate(request))
        of.bind(position, request)
        said.append(of.response(position).body)
        of.bound.clear()

    assert said == [b"1 one", b"2 one"]
