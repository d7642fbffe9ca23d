import re

from recproxy.redaction.search_together import SHORT_TEXT, searched_together


def quiet(texts, *values):
    def places(text, _):
        return [found.span() for value in values for found in re.finditer(re.escape(value), text)]

    return list(searched_together(texts, places))


def test_texts_without_a_value_are_found_together():
    texts = [b"text/html", b"W/1234", b"https://api.example.com/a?b=1&c=2"]
    assert quiet(texts, b"secret") == texts


def test_texts_beside_one_with_a_value_are_quiet_and_that_one_is_not():
    texts = [b"item-%d" % number for number in range(10, 50)]
    assert quiet(texts, b"item-17", b"item-42") == [text for text in texts if text not in (b"item-17", b"item-42")]


def test_both_texts_that_a_value_stands_between_are_left():
    assert quiet([b"one", b"two", b"three", b"four"], b"wo\nthr", b"four") == [b"one"]


def test_texts_with_layers_and_long_ones_are_left_for_a_search_of_their_own():
    left = [b"a%41", b"a\\u0041", b"two\nlines", b"caf\xc3\xa9", b"&amp;", b"x" * (SHORT_TEXT + 1), b"nul\0"]
    assert quiet(left) == []
