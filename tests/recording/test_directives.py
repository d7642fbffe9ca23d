from __future__ import annotations

import pytest

from recproxy.recording import Chunk
from recproxy.recording.directives import DirectiveError, Notes, apply, chunks, coded_header, scope, seconds_text


def notes_after(line: str, place: str) -> Notes:
    notes = Notes()
    apply(notes, line.encode(), place)
    return notes


@pytest.mark.parametrize(
    ("line", "place", "field", "value"),
    [
        (":repeat miss", "file", "repeat", "miss"),
        (":match_on method, uri", "file", "match_on", ("method", "uri")),
        (":scope a b", "interaction", "scope", "a b"),
        (':scope "a\\nb"', "interaction", "scope", "a\nb"),
        (':scope ""', "interaction", "scope", ""),
        (":scope \t a \t", "interaction", "scope", "a"),
        (":body json ascii", "request", "style", ("json", "ascii")),
        (":body omitted 12", "response", "omitted", 12),
        (":body base64", "response", "omitted", None),
        (":encoding br", "request", "encoding", "br"),
        (":wild anything9", "request", "wild", "anything9"),
        (":line latin-1", "response", "latin", True),
        (":delay 1e-3", "response", "delay", 0.001),
        (":fault  reset  after 100 ", "response", "fault", "reset after 100"),
        (":chunks 1 2@3", "response", "chunks", [Chunk(size=1), Chunk(size=2, gap=3.0)]),
        (":header A base64", "request", "headers", [(b"A", b"")]),
        (":trailer A:", "request", "trailers", [(b"A", b"")]),
        (":trailer A: b\u00a0", "request", "trailers", [(b"A", b"b\xc2\xa0")]),
    ],
)
def test_values_are_read(line, place, field, value):
    assert getattr(notes_after(line, place), field) == value


@pytest.mark.parametrize(
    ("line", "place", "hint"),
    [
        (":repeat twice", "file", "known are last, miss, cycle"),
        (":match_on a\x1bb", "file", "without control characters"),
        (":scope", "interaction", "name the test"),
        (':scope "a', "interaction", "end the JSON string"),
        (":recorded 2026-1-31", "interaction", "write year, month and day"),
        (":recorded 20260131", "interaction", "write year, month and day"),
        (":recorded 2026-02-31", "interaction", "day"),
        (":body", "request", "say base64"),
        (":encoding", "request", "name the content coding"),
        (":encoding identity", "request", "name the content coding"),
        (":encoding lzw", "request", "is none of"),
        (":encoding gzip,\u2028br", "request", "name the content coding"),
        (":wild XX", "request", "three or more"),
        (":wild X[a]", "request", "three or more"),
        (":line utf-8", "request", "latin-1 is the only one"),
        (":framing chunked", "response", "close is the only one"),
        (":delay", "response", "write seconds"),
        (":fault", "response", "known are reset, reset after BYTES, truncate BYTES, hang SECONDS"),
        (":fault drip 0/s", "response", "write how many bytes a second, 1 or more"),
        (":delay -1", "response", "write seconds"),
        (":delay 1e999", "response", "write seconds"),
        (":delay nan", "response", "write seconds"),
        (":delay \u0661", "response", "write seconds"),
        (":chunks", "response", "write sizes"),
        (":chunks 1@", "response", "write seconds"),
        (":chunks x", "response", "write each size"),
        (":chunks 1234567890123456789", "response", "write each size"),
        (":header A: b", "request", "the word base64"),
        (":header A base64 a", "request", "."),
        (":header A B base64 YQ==", "request", "the word base64"),
        (":trailer A b", "request", "the word base64"),
    ],
)
def test_wrong_values_are_refused_with_an_example(line, place, hint):
    with pytest.raises(DirectiveError, match="a line like ':") as caught:
        notes_after(line, place)

    assert hint in caught.value.hint or hint == "."


@pytest.mark.parametrize(
    ("line", "near"),
    [(":wilde ZZZ", ":wild"), (":Scope a", ":scope"), (":chunk 1", ":chunks"), (":scope\ta", ":scope")],
)
def test_an_unknown_directive_names_the_nearest(line, near):
    with pytest.raises(DirectiveError, match="a directive") as caught:
        notes_after(line, "request")

    assert caught.value.hint == f"known is {near}"


def test_a_repeated_directive_is_refused_unless_it_may_repeat():
    notes = notes_after(":delay 1", "response")
    apply(notes, b":chunks 1", "response")
    apply(notes, b":chunks 2", "response")

    assert notes.chunks == [Chunk(size=1), Chunk(size=2)]
    with pytest.raises(DirectiveError, match="one :delay"):
        apply(notes, b":delay 1", "response")


@pytest.mark.parametrize(("seconds", "text"), [(0, "0"), (1.0, "1"), (0.1, "0.1"), (1e-7, "1e-07"), (1e300, "1e+300")])
def test_numbers_are_short_and_exact(seconds, text):
    assert seconds_text(seconds) == text
    assert notes_after(f":delay {text}", "response").delay == seconds


def test_lines_that_are_written():
    assert scope("a b") == ":scope a b"
    assert scope("a\u00a0b") == ':scope "a\\u00a0b"'
    assert list(chunks(())) == []
    assert list(chunks((Chunk(size=0), Chunk(size=5, gap=0.5)))) == [":chunks 0 5@0.5"]
    assert coded_header("trailer", b"A", b"\xff") == b":trailer A base64 /w=="
