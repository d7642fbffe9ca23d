import tomllib

import pytest

from recproxy.recording.toml_text import UnreadableToml, read_toml_text


@pytest.mark.parametrize("part", ["a", "a-b_9", '"a.b"', r'"\" ="', "'a'", '""'])
@pytest.mark.parametrize("text", ["{} = 1", "[{}]", "[[ {}]]", "x = {{{} = 1}}", "y = 1\n\t{} = 1"])
def test_a_key_of_a_hundred_parts_is_too_deep(part, text):
    read_toml_text(text.format(" . ".join([part] * 100)))
    with pytest.raises(UnreadableToml):
        read_toml_text(text.format(".".join([part] * 101)))


@pytest.mark.parametrize("value", ['"' + "1." * 500 + '"', "'" + "a.b." * 500 + "'", '["' + "a.b." * 500 + '"]'])
def test_a_value_may_have_as_many_dots_as_it_likes(value):
    assert read_toml_text(f"a = {value}") == tomllib.loads(f"a = {value}")


def test_brackets_in_brackets_are_too_deep():
    with pytest.raises(UnreadableToml):
        read_toml_text("a = " + "[" * 3000 + "]" * 3000)


def test_a_number_of_thousands_of_digits_is_more_than_can_be_read():
    with pytest.raises(UnreadableToml, match="^has a number of thousands of digits: write a shorter one$"):
        read_toml_text("a = " + "9" * 5000)


@pytest.mark.parametrize("piece", ["9", "a.", ",", '"', ',"', " ", "[", "a.'"])
def test_a_large_text_is_looked_through_once(piece):
    """A search that begins anew at each letter takes minutes here, and the test would be ended."""
    with pytest.raises((tomllib.TOMLDecodeError, UnreadableToml)):
        read_toml_text(piece * (400_000 // len(piece)) + "=")
