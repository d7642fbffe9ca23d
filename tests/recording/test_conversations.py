"""The first line of a conversation tells it from a request."""

import pytest

from recproxy.recording.conversations import begins_conversation


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        (b"SMTP smtp://a:25", True),
        (b"IMAP imap://a:143", True),
        (b"SMTP smtp://a:25 HTTP/1.1", False),
        (b"GET https://a/", False),
        (b"\xc3\xa9 x", False),
        (b"", False),
    ],
)
def test_a_method_of_a_conversation_and_an_address_begin_one(line, begins):
    assert begins_conversation(line) is begins
