"""The calls of one scope."""

from types import SimpleNamespace

from notes_service import framed, piece

from recproxy.control.outcomes import Missed
from recproxy.errors import HookError
from recproxy.http import Head
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.call_dialogue import CallDialogue
from recproxy.proxy.call_scope import CallScope
from recproxy.proxy.faults import ScopeFaults
from recproxy.proxy.route import Route, live_request
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.proxy.timeline import Timeline
from recproxy.proxy.traffic import Traffic
from recproxy.recording import load

TEXT = b"""#recproxy 2

:scope test
POST https://notes.example/a.Notes/Talk HTTP/1.1
Content-Type: application/grpc
:encoding grpc
:message a.Note text=1

{"text": "one"}
====
HTTP/1.1 200 OK
Content-Type: application/grpc
:after 0 1
:trailer grpc-status: 0
:encoding grpc

{}
=======

POST https://notes.example/a.Notes/Send HTTP/1.1
Content-Type: application/grpc
:encoding grpc
:message a.Note text=1

{"text": "one"}
====
HTTP/1.1 200 OK
Content-Type: application/grpc
grpc-status: 0

=======

POST https://notes.example/a.Notes/Upload HTTP/1.1
Content-Type: application/grpc
:encoding grpc
:message a.Note text=1

[{"text": "one"}, {"text": "two"}]
====
HTTP/1.1 200 OK
Content-Type: application/grpc
grpc-status: 0

=======
"""
ROUTE = Route("https", "notes.example", http2=True)


def head(method, kind=b"application/grpc"):
    return Head(
        method=b"POST", target=b"/a.Notes/" + method, headers=((b"content-type", kind),), host=b"notes.example",
        http10=False, expects=False, keep_alive=True,
    )  # fmt: skip


def scope():
    playback = Playback(Index([load(TEXT)], Rules()))
    return CallScope(lambda: playback, "", ScopeHistory(), ScopeFaults(), None, print, remark=str)


def test_a_call_with_an_order_is_answered_message_by_message_and_one_that_nothing_knows():
    calls = scope()

    assert calls.has_dialogue(ROUTE, head(b"Talk"), may_forward=False)
    assert calls.has_dialogue(ROUTE, head(b"Unknown"), may_forward=False)
    assert not calls.has_dialogue(ROUTE, head(b"Send"), may_forward=False)
    assert not calls.has_dialogue(ROUTE, head(b"Talk", b"application/json"), may_forward=False)
    assert not calls.has_dialogue(Route("https", "notes.example"), head(b"Talk"), may_forward=False)


def test_where_the_service_may_answer_a_stream_that_was_recorded_without_order_is_no_other():
    calls = scope()

    assert calls.has_dialogue(ROUTE, head(b"Upload"), may_forward=True)
    assert not calls.has_dialogue(ROUTE, head(b"Upload"), may_forward=False)
    assert not calls.has_dialogue(ROUTE, head(b"Send"), may_forward=True)


def test_what_is_known():
    calls = scope()

    assert calls.knows(ROUTE, head(b"Send"))
    assert calls.knows(ROUTE, head(b"Unknown", b"text/plain"))
    assert not calls.knows(ROUTE, head(b"Unknown"))


def test_a_call_is_compared_as_it_was_recorded():
    live = live_request(ROUTE, head(b"Send"), framed(piece(1, b"one")))
    request, found = scope().located(live, None)

    assert request.body == b'{"text": "one"}'
    assert found.positions == (1,)


def test_a_dialogue_is_made_of_what_was_recorded():
    work = scope().dialogue(None, ROUTE, head(b"Talk"), BodyFeed(100, lambda: None), None)

    assert isinstance(work, CallDialogue)


def taking(calls_of=TEXT):
    """The calls of a scope, and what its misses are told."""
    told, failed = [], []
    misses = SimpleNamespace(take=lambda *words: told.append(words))
    playback = Playback(Index([load(calls_of)], Rules()))
    return (
        CallScope(lambda: playback, "", ScopeHistory(), ScopeFaults(), misses, failed.append, remark=str),
        told,
        failed,
    )


def test_a_call_that_is_left_before_its_side_has_ended_is_a_miss_of_its_whole_messages():
    calls, told, failed = taking()
    calls.left(ROUTE, head(b"Upload"), framed(piece(1, b"one")) + framed(piece(1, b"two"))[:-1])

    ((_, request, _, any_host, used, reason, _),) = told
    assert (request.url, request.body) == ("https://notes.example/a.Notes/Upload", b'{"text": "one"}')
    assert (any_host, used, failed) == (None, (), [])
    assert reason == "its client left this call before it ended its side: the recorded call is answered only then"


def test_a_call_whose_test_ends_before_its_side_has_is_a_miss_that_says_so():
    calls, told, failed = taking()
    calls.end(answered=True)
    calls.left(ROUTE, head(b"Upload"), framed(piece(1, b"one")))

    ((*_, reason, _),) = told
    assert (reason.partition(":")[0], failed) == ("its test ended before its client ended its side of this call", [])


def test_the_calls_that_wait_are_known_and_end_with_their_scope():
    class Call:
        running = None

        def __init__(self, *, answered):
            self.is_answered, self.is_waiting, self.ended = answered, not answered, 0

        def end(self):
            self.ended += 1

    calls, waiting, answered = scope(), Call(answered=False), Call(answered=True)
    calls._open |= {answered}
    assert not calls.has_unanswered
    calls._open |= {waiting}
    assert calls.has_unanswered
    calls.end(answered=True)
    assert (waiting.ended, answered.ended) == (0, 1)
    calls.end()
    assert (waiting.ended, answered.ended) == (1, 2)


def test_a_call_that_is_missed_message_by_message_is_in_the_timeline():
    playback, history = Playback(Index([load(TEXT)], Rules())), ScopeHistory(Timeline(9))
    miss = Missed(method="POST", url="https://notes.example/a.Notes/Talk", text="no")
    misses = SimpleNamespace(take=lambda *_: history.miss(miss))
    calls = CallScope(lambda: playback, "", history, ScopeFaults(), misses, print, remark=str)

    calls.dialogue(None, ROUTE, head(b"Talk"), BodyFeed(100, lambda: None), None)._missed("why")

    outcome = history.outcome("test", playback, Traffic(1), ())
    assert [(each.result, each.request) for each in outcome.timed] == [("missed", f"{miss.method} {miss.url}")]


def test_a_hook_that_raises_over_a_call_that_was_missed_fails_the_scope_and_no_more():
    def raises(*_):
        raise HookError("hook compare raised")

    failed, playback = [], Playback(Index([load(TEXT)], Rules()))
    misses = SimpleNamespace(take=raises)
    calls = CallScope(lambda: playback, "", ScopeHistory(), ScopeFaults(), misses, failed.append, remark=str)
    answer = calls.dialogue(None, ROUTE, head(b"Talk"), BodyFeed(100, lambda: None), None)._missed("why")
    calls.left(ROUTE, head(b"Send"), b"")

    assert b"\r\ngrpc-message: recproxy: hook compare raised" in answer.data
    assert failed == ["hook compare raised"] * 2
