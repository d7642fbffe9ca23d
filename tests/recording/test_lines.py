from __future__ import annotations

import pytest

from recproxy.errors import RecordingError
from recproxy.recording.lines import Cursor, show_line


def test_a_cursor_goes_from_line_to_line_and_stays_at_the_end():
    cursor = Cursor(b"a\n\nb\r\nc")
    got = []
    while (line := cursor.peek()) is not None:
        got.append((cursor.line, line))
        cursor.skip()
    cursor.skip()

    assert got == [(1, b"a"), (2, b""), (3, b"b\r"), (4, b"c")]
    assert cursor.line == 4


def test_a_cursor_knows_the_line_of_a_position_ahead():
    cursor = Cursor(b"a\nb\nc\nd\n")
    cursor.move(2)

    assert (cursor.line, cursor.peek()) == (2, b"b")
    assert cursor.line_of(6) == 4


def test_an_error_names_place_expectation_finding_and_remedy():
    error = Cursor(b"abc\n", "dir/a.rec").fail("a number", hint="write one")

    assert isinstance(error, RecordingError)
    assert error.message == "dir/a.rec:1: expected a number, found 'abc'; write one"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (None, "the end of the file"),
        (b"", "a blank line"),
        (b"a'b", '"a\'b"'),
        ("é\u2028\x1b".encode(), "'é\\u2028\\x1b'"),
        (b"\xff", "'\\\\xff'"),
        (b"a" * 61, "'" + "a" * 60 + "...'"),
    ],
)
def test_lines_are_shown_printable_and_short(line, text):
    assert show_line(line) == text


@pytest.mark.parametrize("line", [b"<<<<<<< HEAD", b">>>>>>> a", b"|||||||", b"<<<<<<<\r", b"<" * 32 + b" a"])
def test_conflict_markers_are_refused(line):
    with pytest.raises(RecordingError, match="conflict marker"):
        Cursor(line).refuse_marker(line)


@pytest.mark.parametrize("line", [None, b"", b"<<<<<<", b"<<<<<<<a", b"|||||||: a", b" <<<<<<< a"])
def test_what_only_looks_like_a_marker_passes(line):
    Cursor(b"").refuse_marker(line)
