"""The history of a scope: what its outcome says of requests, misses, notes and unused interactions."""

from recproxy.control.outcomes import Missed, Unused
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.proxy.traffic import Traffic
from recproxy.recording import load

TEXT = (
    b"#recproxy 2\n\n"
    b"GET https://a.example/0 HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nzero\n=======\n\n"
    b"GET https://a.example/1 HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\none\n=======\n"
)


def outcome(history, *unused):
    playback = Playback(Index([load(TEXT, path="a.rec")], Rules()), scope="test_a")
    return history.outcome("test_a", playback, Traffic(1), unused)


def test_requests_are_lines_in_order_of_arrival():
    history = ScopeHistory()
    history.play(1)
    history.miss(Missed(method="GET", url="https://a.example/first", text="no"))
    history.play("PUT https://a.example/hook")
    history.miss(Missed(method="GET", url="https://a.example/second", text="no"))
    history.play(0)

    got = outcome(history)

    assert got.requests == (
        "GET https://a.example/1",
        "GET https://a.example/first",
        "PUT https://a.example/hook",
        "GET https://a.example/second",
        "GET https://a.example/0",
    )
    assert (got.scope, got.played, [each.url for each in got.missed]) == (
        "test_a",
        3,
        ["https://a.example/first", "https://a.example/second"],
    )


def test_each_miss_is_told_at_once():
    history, told = ScopeHistory(), []
    history.missed = lambda: told.append(len(outcome(history).missed))

    history.play(0)
    history.miss()
    history.miss_again()
    history.miss_in(Missed(method="GET", url="https://a.example/first", text="no"), 0.0, 0.1)

    assert told == [1, 2, 3]


def test_only_the_last_thousand_requests_are_kept_and_all_are_counted():
    history = ScopeHistory()
    for number in range(1001):
        history.play(f"GET https://a.example/{number}")

    got = outcome(history)

    assert (got.played, len(got.requests), got.requests[0]) == (1001, 1000, "GET https://a.example/1")


def test_a_note_is_kept_once():
    history = ScopeHistory()
    for line in ("one", "two", "one"):
        history.note(line)

    assert outcome(history).notes == ("one", "two")


def test_what_was_not_used_has_its_place_and_its_line():
    assert outcome(ScopeHistory(), 1).unused == (
        Unused(where="a.rec:11", request="GET https://a.example/1", position=1),
    )
