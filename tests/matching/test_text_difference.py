"""Two long texts are told apart by lines and sentences."""

import pytest

from recproxy.matching.text_difference import text_difference

LONG = "word " * 60


@pytest.mark.parametrize(
    ("wanted", "got", "lines"),
    [
        (
            "You are careful.\nAnswer in three words.\nBe kind.",
            "You are careful.\nAnswer in two words.\nBe kind.",
            ["- Answer in three words.", "+ Answer in two words.", "2 other lines are the same"],
        ),
        (
            "Be kind. Answer in three words. Be brief.",
            "Be kind. Answer in two words. Be brief. Be quick.",
            ["- Answer in three words.", "+ Answer in two words.", "+ Be quick.", "2 other lines are the same"],
        ),
        ("a\nb\nc", "a\nc", ["- b", "2 other lines are the same"]),
        ("a\r\nb", "a\nc", ["- b", "+ c", "1 other line is the same"]),
        ("a", "b", []),
        ("a\nb", "c\nd", []),
        ("a\nb", "a\nb", []),
        (f"a\n{LONG}one", f"a\n{LONG}two", None),
    ],
)
def test_what_differs_is_shown_line_by_line(wanted, got, lines):
    found = text_difference(wanted, got)
    if lines is not None:
        assert found == lines
    else:
        assert [len(each) < 120 for each in found] == [True] * 3
        assert ("one" in found[0], "two" in found[1]) == (True, True)


def test_more_lines_than_a_message_shows_are_counted():
    wanted, got = ("same\n" + "\n".join(f"{word} {n}" for n in range(15)) for word in ("old", "new"))
    found = text_difference(wanted, got)
    assert (found[0], found[1], found[-2], found[-1]) == (
        "- old 0",
        "+ new 0",
        "and 10 more",
        "1 other line is the same",
    )


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("a\n" * 200_000, "b\n" * 200_000),
        ("x\n" + "a\n" * 500, "x\n" + "b\na\n" * 300),
    ],
)
def test_texts_that_would_take_long_are_left_to_their_beginnings(wanted, got):
    assert text_difference(wanted, got) == []
