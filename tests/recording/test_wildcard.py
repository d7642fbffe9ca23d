from __future__ import annotations

import functools
import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recproxy.recording import Pattern, fill, pattern, unused


def fits(text, value, bound=None, word="XXX"):
    return pattern(text, word).fits(value, bound)


@pytest.mark.parametrize("text", [b"", b"abc", b"XX", b"xxx"])
def test_a_text_without_the_word_is_no_pattern(text):
    assert pattern(text, "XXX") is None


def test_without_a_wild_word_all_is_literal():
    assert pattern(b"XXX", None) is None
    assert pattern(b"XXX", "ZZZ") is None
    assert pattern(b"XXX ZZZ", "ZZZ") == Pattern((b"XXX ", b""), (None,))


@pytest.mark.parametrize(
    ("text", "pieces", "names"),
    [
        (b"XXX", (b"", b""), (None,)),
        (b"aXXXb", (b"a", b"b"), (None,)),
        (b"XXXXXX", (b"", b""), (None,)),
        (b"XXXX", (b"", b"X"), (None,)),
        (b"XXX[id]", (b"", b""), ("id",)),
        (b"XXX[id", (b"", b"[id"), (None,)),
        (b"XXX[]", (b"", b"[]"), (None,)),
        (b"XXX[a b]", (b"", b"[a b]"), (None,)),
        (b"XXX[a]XXX[b-1._]XXX", (b"", b"", b"", b""), ("a", "b-1._", None)),
        (b"XXXXXX[a]", (b"", b"", b""), (None, "a")),
    ],
)
def test_places_of_a_text(text, pieces, names):
    assert pattern(text, "XXX") == Pattern(pieces, names)


def test_a_pattern_knows_whether_it_is_anything_and_whether_it_has_names():
    assert pattern(b"XXX", "XXX").anything
    assert not pattern(b"XXX[a]", "XXX").anything
    assert not pattern(b"aXXX", "XXX").anything
    assert pattern(b"XXX-XXX[a]", "XXX").named
    assert not pattern(b"XXX", "XXX").named


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"XXX", b""),
        (b"XXX", b"a\nb"),
        (b"aXXX", b"a"),
        (b"aXXXb", b"ab"),
        (b"aXXXb", b"a.*b"),
        (b"aXXXbXXXc", b"abbbc"),
        (b"XXXabXXX", b"aab"),
        (b"XXXabXXXab", b"abab"),
        (b"a?XXX", b"a?b"),
    ],
)
def test_a_wild_place_takes_anything_and_nothing(text, value):
    assert fits(text, value) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"aXXX", b""),
        (b"aXXX", b"ba"),
        (b"XXXa", b"ab"),
        (b"aXXXa", b"a"),
        (b"abXXXba", b"aba"),
        (b"aXXXbXXXc", b"acb"),
        (b"XXXabXXXab", b"aab"),
        (b"a?XXX", b"aa"),
    ],
)
def test_what_stands_around_is_literal_and_anchored(text, value):
    assert fits(text, value) is None


@pytest.mark.parametrize(
    ("text", "value", "captured"),
    [
        (b"XXX[a]", b"1", {"a": b"1"}),
        (b"XXX[a]", b"", {"a": b""}),
        (b"x=XXX[a]&XXX[b]", b"x=1&2&3", {"a": b"1", "b": b"2&3"}),
        (b"XXX[a]XXX[b]", b"12", {"a": b"", "b": b"12"}),
        (b"XXX[a]-XXX[a]", b"1-1", {"a": b"1"}),
        (b"XXX[a]XXX[a]", b"", {"a": b""}),
        (b"XXX[a]|XXX|XXX[a]|", b"1|2|3|1|", {"a": b"1"}),
        (b"XXX[a]|XXX|XXX[a]", b"1|2|3|1", {"a": b"1"}),
        (b"XXX[a]-XXX[a]-XXX[a]XXX", b"1-1-123", {"a": b"1"}),
    ],
)
def test_names_capture_leftmost_and_shortest(text, value, captured):
    assert fits(text, value) == captured


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"XXX[a]-XXX[a]", b"1-2"),
        (b"XXX[a]-XXX[a]", b"1-"),
        (b"XXX[a]-XXX[a]", b"a-b-a-b"),
        (b"XXX[a]-XXX[a]b", b"1-1"),
    ],
)
def test_a_name_that_stands_twice_has_one_value(text, value):
    assert fits(text, value) is None


@pytest.mark.parametrize(
    ("text", "value", "captured"),
    [
        (b"XXX[a]", b"1", {}),
        (b"XXX[a]", b"2", None),
        (b"XXX[a]", b"12", None),
        (b"XXX[a]2", b"12", {}),
        (b"XXX[b]XXX[a]", b"21", {"b": b"2"}),
        (b"XXX-XXX[a]", b"x-y-1", {}),
        (b"XXX-XXX[a]-XXX", b"x-y-1-z", {}),
        (b"XXX[a]XXX[a]", b"11", {}),
        (b"XXX", b"2", {}),
    ],
)
def test_a_bound_name_is_literal(text, value, captured):
    assert fits(text, value, {"a": b"1", "unused": b"2"}) == captured


@functools.lru_cache
def glob(text):
    return re.compile(b".*".join(re.escape(piece) for piece in text.split(b"XXX")), re.DOTALL)


@given(st.lists(st.sampled_from([b"a", b"b", b"XXX"]), max_size=7).map(b"".join), st.text("ab", max_size=8))
def test_plain_patterns_fit_what_a_glob_fits(text, value):
    value = value.encode()
    compiled = pattern(text, "XXX")
    got = value == text if compiled is None else compiled.fits(value) is not None

    assert got == bool(glob(text).fullmatch(value))


@given(st.text("ab", max_size=3), st.text("ab", max_size=3))
def test_a_value_made_from_a_pattern_fits_it_again_where_names_are_bound(first, second):
    values = {"f": first.encode(), "s": second.encode()}
    for parts in itertools.product([b"XXX[f]", b"XXX[s]", b"-", b"XXX"], repeat=3):
        text = b"".join(parts)
        if b"XXX" in text:
            value = fill(text, "XXX", values).replace(b"XXX", b"ab-")

            assert fits(text, value, values) == {}


def test_fitting_is_linear_in_the_value():
    text = b"XXX".join([b"a"] * 50) + b"XXX[name]" + b"a" * 100 + b"XXXb"
    value = b"a" * 2_000_000
    start = time.process_time()
    got = fits(text, value)

    assert got is None
    assert time.process_time() - start < 5


def test_long_texts_are_patterns_too():
    text = b"a" * 1000 + b"XXX"

    assert fits(text, b"a" * 1000 + b"b") == {}


def test_filling_puts_values_in_named_places_and_leaves_the_rest():
    values = {"a": b"1", "b": b"\\2"}

    assert fill(b"XXX[a] XXX XXX[b] XXX[c]", "XXX", values) == b"1 XXX \\2 XXX[c]"
    assert fill(b"ZZZ[a] XXX[a]", "ZZZ", values) == b"1 XXX[a]"
    assert fill(b"XXX", "XXX", values) == b"XXX"
    assert fill(b"XXX[a]", None, values) == b"XXX[a]"


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        ((), "XXX"),
        ((b"abc", b""), "XXX"),
        ((b"aXXXXb",), "ZZZ"),
        ((b"XXX", b"ZZZ"), "YYY"),
        ((b"%58X%58",), "ZZZ"),
        ((b'"X\\u0058X"',), "ZZZ"),
        ((b"100%",), "XXX"),
        ((b"".join(bytes([letter]) * 3 for letter in range(65, 91)),), "ZZZZ"),
        ((b"".join(bytes([letter]) * 3 for letter in range(65, 91)), b"ZZZZZ"), "ZZZZZZ"),
    ],
)
def test_an_unused_word_stands_in_no_text(texts, word):
    assert unused(*texts) == word


def test_what_is_bound_elsewhere_does_not_make_a_value_dearer():
    """Only the names of the pattern are looked up, whatever else is bound."""

    class Bound(dict):
        def __iter__(self):
            raise AssertionError

    assert pattern(b"a-XXX[one]", "XXX").fits(b"a-1", Bound(one=b"1", two=b"2")) == {}
