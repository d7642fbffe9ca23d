"""Patterns of requests, as profiles write them."""

import pytest

from recproxy.recording.request_patterns import request_patterns


@pytest.mark.parametrize(
    ("patterns", "request_line", "is_covered"),
    [
        (["PUT"], "PUT /any/thing", True),
        (["PUT"], "PUTS /any/thing", False),
        (["POST /login"], "POST /login", True),
        (["POST /login"], "POST /login/more", False),
        (["POST /login"], "GET /login", False),
        (["PUT /upload/*"], "PUT /upload/a/b", True),
        (["PUT /upload/*"], "PUT /upload", False),
        (["GET /*/events"], "GET /a/b/events", True),
        (["GET /a.b"], "GET /axb", False),
        (["GET /a", "PUT"], "PUT /b", True),
    ],
)
def test_a_pattern_covers_requests(patterns, request_line, is_covered):
    assert (request_patterns(patterns).match(request_line) is not None) is is_covered


def test_no_pattern_covers_nothing():
    assert request_patterns([]) is None
