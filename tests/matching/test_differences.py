from __future__ import annotations

from recproxy.matching.differences import clipped, excerpt


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
