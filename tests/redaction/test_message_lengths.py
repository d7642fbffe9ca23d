"""Lengths in a message whose texts have changed."""

import pytest
from notes_service import double, integer, piece

from recproxy.recording.splicing import same, spliced
from recproxy.redaction.message_lengths import with_lengths


def changed(message, old, new):
    at = message.index(old)
    return with_lengths(message, *spliced(message, [(at, at + len(old), new)]))


@pytest.mark.parametrize("text", ["a", "a" * 200])
@pytest.mark.parametrize(
    "made",
    [
        lambda text: piece(1, text),
        lambda text: integer(1, 300) + double(2, 1.5) + piece(3, b"hello " + text + b"!") + piece(4, b"end"),
        lambda text: piece(1, integer(1, 5) + piece(2, integer(3, 1) + piece(4, text))) + integer(9, 1),
        lambda text: b"\x0b" + piece(2, text) + b"\x0c" + integer(9, 1),
    ],
)
def test_lengths_are_those_of_the_new_texts(made, text):
    assert changed(made(b"secret-value"), b"secret-value", text.encode()) == made(text.encode())


def test_what_is_no_message_stays_as_it_is():
    data = b"\xff" + b"secret-value"

    assert changed(data, b"secret-value", b"XXX") == b"\xffXXX"
    assert with_lengths(piece(1, b"ab"), b"other", same) == b"other"
