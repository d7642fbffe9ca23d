from recproxy.redaction.search_together import SHORT_TEXT, searched_together


def quiet(texts, *values):
    return list(searched_together(texts, lambda text, budget: any(value in text for value in values)))


def test_texts_without_a_value_are_found_together():
    texts = [b"text/html", b"W/1234", b"https://api.example.com/a?b=1&c=2"]
    assert quiet(texts, b"secret") == texts


def test_texts_beside_one_with_a_value_are_quiet_and_that_one_is_not():
    texts = [b"item-%d" % number for number in range(10, 50)]
    found = quiet(texts, b"item-17")
    assert b"item-17" not in found
    assert set(texts) - set(found) <= {b"item-15", b"item-16", b"item-17", b"item-18", b"item-19"}


def test_texts_with_layers_and_long_ones_are_left_for_a_search_of_their_own():
    left = [b"a%41", b"a\\u0041", b"two\nlines", b"caf\xc3\xa9", b"&amp;", b"x" * (SHORT_TEXT + 1), b"nul\0"]
    assert quiet(left) == []
