from __future__ import annotations

import pytest

from recproxy.matching.differences import clipped, common_start, excerpt


def test_a_short_text_is_shown_whole():
    assert clipped("short") == "short"
    assert excerpt("a", "b") == ("a", "b")


def test_a_long_text_is_cut_and_says_how_long_it_is():
    assert clipped("a" * 500) == "a" * 80 + "… (500 characters)"
    assert excerpt("a" * 500, None) == ("a" * 80 + "… (500 characters)", None)


def test_two_long_texts_are_cut_to_where_they_begin_to_differ():
    wanted, got = excerpt("a" * 300 + "b" * 10, "a" * 300 + "c" * 10)

    assert wanted == "…" + "a" * 24 + "b" * 10
    assert got == "…" + "a" * 24 + "c" * 10


def test_where_one_text_begins_the_other_the_end_is_shown():
    wanted, got = excerpt("a" * 300, "a" * 301)

    assert wanted.endswith("a")
    assert len(got) == len(wanted) + 1


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [(b"", b"", 0), (b"abc", b"abc", 3), (b"abc", b"abx", 2), (b"abc", b"ab", 2), (b"x", b"abc", 0), ("aé", "aß", 1)],
)
def test_how_much_two_texts_have_in_common(one, other, common):
    assert common_start(one, other) == common_start(other, one) == common
