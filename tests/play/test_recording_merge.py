from __future__ import annotations

import pytest

from recproxy.errors import RecordingError
from recproxy.play.recording_merge import merge_texts
from recproxy.recording import load

HEAD = "#recproxy 2\n# of the file\n"


def one(what, body="hi", lead=""):
    return f"\n{lead}GET https://a.example/{what} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{body}\n=======\n"


def merged(base, ours, theirs, **options):
    result = merge_texts(*(text.encode() for text in (base, ours, theirs)), **options)
    return result.text.decode(), result.conflicts


BASE = HEAD + one("a") + one("b") + one("c")


def test_interactions_that_one_side_changed_are_taken_from_it():
    ours = HEAD + one("a", "ours") + one("new-1", lead="# mine\n:scope m.one\n") + one("b") + one("c")
    theirs = HEAD + one("a") + one("b", "theirs") + one("new-2")

    assert merged(BASE, ours, theirs) == (
        HEAD + one("a", "ours") + one("new-1", lead="# mine\n:scope m.one\n") + one("b", "theirs") + one("new-2"),
        0,
    )


def test_additions_at_the_same_end_are_no_conflict():
    text, conflicts = merged(BASE, BASE + one("x"), BASE + one("y"))

    assert conflicts == 0
    assert [each.request.url[-1] for each in load(text.encode()).interactions] == ["a", "b", "c", "y", "x"]


def test_one_that_both_changed_is_a_conflict_as_a_whole():
    text, conflicts = merged(BASE, BASE.replace("hi", "1", 1), BASE.replace("hi", "2", 1), mark=9)

    assert conflicts == 1
    assert text == (
        HEAD
        + "\n<<<<<<<<< ours\n"
        + one("a", "1").lstrip()
        + "=========\n"
        + one("a", "2").lstrip()
        + ">>>>>>>>> theirs\n"
        + one("b")
        + one("c")
    )


def test_one_that_a_side_removed_and_the_other_changed_is_a_conflict():
    text, conflicts = merged(BASE, HEAD + one("b") + one("c"), BASE.replace("hi", "2", 1))

    assert conflicts == 1
    assert "<<<<<<< ours\n=======\nGET https://a.example/a HTTP/1.1\n" in text


def test_equal_requests_are_told_apart_by_their_number():
    base = HEAD + one("a", "1") + one("a", "2")

    text, conflicts = merged(base, base.replace("\n1\n", "\nours\n"), base.replace("\n2\n", "\ntheirs\n"))

    assert (text, conflicts) == (HEAD + one("a", "ours") + one("a", "theirs"), 0)


def test_a_recording_that_both_made_has_both():
    assert merged("", HEAD + one("a"), HEAD + one("b")) == (HEAD + one("b") + one("a"), 0)


def test_what_is_no_recording_is_refused():
    with pytest.raises(RecordingError):
        merged(BASE, BASE, "#recproxy 2\n<<<<<<< ours\n")


def test_a_conversation_that_both_sides_recorded_again_is_one():
    said = "#recproxy 2\n\n:scope t\nSMTP smtp://a:25\n< 220 a\n> MAIL FROM:<a@b> SIZE={}\n< 250 {}\n=======\n"
    before, ours, theirs = (said.format(size, words).encode() for size, words in ((9, "ok"), (8, "ok"), (7, "fine")))

    merged = merge_texts(before, ours, theirs)

    assert (merged.conflicts, merged.text.count(b"\nSMTP ")) == (1, 2)
    assert merge_texts(before, before, theirs).text == theirs
