"""What proxies and test processes say to each other about a match, a line each way."""

import pytest

from recproxy.control.choices import AskedRequest, Choice, read_choice, read_question, write_choice, write_question


@pytest.mark.parametrize(
    "asked",
    [
        AskedRequest("GET", "https://shop.example/a", (), b""),
        AskedRequest("POST", "https://shop.example/ä", (("X-A", "1"), ("X-A", "\udcff")), b"\0\xff\n"),
    ],
)
def test_a_question_comes_as_it_went(asked):
    line = write_question(asked)

    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert read_question(line) == asked


@pytest.mark.parametrize("choice", [Choice(), Choice((2, 0)), Choice(reason="no\nmatch"), Choice(error="it raised")])
def test_a_choice_comes_as_it_went(choice):
    assert read_choice(write_choice(choice), 3) == choice


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'{"positions": 1}',
        b'{"positions": [3]}',
        b'{"positions": [-1]}',
        b'{"positions": [true]}',
    ],
)
def test_what_is_no_choice_is_refused(line):
    with pytest.raises(ValueError, match="Expecting|each below 3"):
        read_choice(line, 3)
