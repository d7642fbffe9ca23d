"""Responses that their client left before the end."""

import pytest
from notes_service import framed

from recproxy.proxy.capture import Captured
from recproxy.proxy.left_responses import left_response

KIND = (b"content-type", b"application/grpc")
CALL = (KIND, (b"grpc-timeout", b"500m"))
MESSAGE = framed(b"one")


def begun(body=b"", kind=KIND[1]):
    captured = Captured(200, b"OK", ((b"content-type", kind),), 0.1, 1000)
    if body:
        captured.add(body, 0.0)
    return captured


@pytest.mark.parametrize(
    ("headers", "seconds", "status"),
    [(CALL, 0.1, b"1"), (CALL, 0.49, b"4"), (CALL[:1], 100.0, b"1"), ((KIND, (b"grpc-timeout", b"soon")), 9.0, b"1")],
    ids=["cancelled", "deadline", "without a deadline", "a damaged deadline"],
)
def test_a_call_has_its_whole_messages_and_the_status_of_its_client(headers, seconds, status):
    left = left_response(headers, begun(MESSAGE + MESSAGE[:-1]), seconds, 8)

    assert (b"".join(left.body), left.size) == (MESSAGE, len(MESSAGE))
    assert left.trailers[0] == (b"grpc-status", status)
    assert left.order[-1] == (len(MESSAGE), 8)
    assert (left.gaps, left.delay) == ([], 0.0)


def test_a_call_that_was_ended_for_its_client_stays_open_in_replay_until_that_ends_it():
    left = left_response(CALL[:1], begun(MESSAGE), 0.1, 8, ended=True)

    assert left.trailers == ((b"grpc-status", b"1"), (b"grpc-message", b"the test ended before the call"))
    assert left.order[-1] == (len(MESSAGE), -1)


def test_one_that_was_ended_before_a_message_came_has_its_status_at_once():
    assert left_response(CALL[:1], begun(), 0.1, 8, ended=True).order[-1] == (0, 8)


def test_a_call_of_which_nothing_came_is_recorded_if_its_deadline_says_why():
    assert left_response(CALL, None, 0.1, 8) is None
    left = left_response(CALL, None, 0.5, 8)

    assert (left.status, left.headers, left.trailers[0]) == (200, (KIND,), (b"grpc-status", b"4"))


def test_another_response_is_recorded_if_it_is_a_stream():
    assert left_response((), begun(kind=b"text/plain"), 0.1, 0) is None
    assert left_response((), None, 0.1, 0) is None
    stream = begun(b"data: 1\n\n", kind=b"text/event-stream")
    assert left_response((), stream, 0.1, 0) is stream
    assert stream.was_left
