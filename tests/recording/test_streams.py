"""Which responses are streams."""

import pytest

from recproxy.recording.streams import DeclaredStreams, is_stream


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (b"text/event-stream", True),
        (b"Text/Event-Stream; charset=utf-8", True),
        (b"application/x-ndjson", True),
        (b"application/json", False),
        (b"", False),
    ],
)
def test_streams_are_told_by_their_type(kind, wanted):
    assert is_stream(((b"Content-Type", kind),)) is wanted
    assert is_stream(()) is False


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("/events/1?a=b", True), ("/events/", True), ("/other?x=/events/", False), ("/events", False)],
)
def test_a_profile_says_which_responses_are_streams(target, wanted):
    assert DeclaredStreams(["GET /events/*"]).has("GET", target) is wanted
    assert DeclaredStreams(["GET /events/*"]).has("POST", target) is False
    assert DeclaredStreams([]).has("GET", target) is False
