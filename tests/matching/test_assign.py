from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recproxy.matching.assign import assigned
from recproxy.matching.field_values import ANYTHING
from recproxy.recording.wildcard import Pattern, pattern

ANY = ANYTHING, ANYTHING


def placed(fitting, count):
    """What is assigned where a table says which numbers fit each that is wanted, and no text decides anything."""
    return assigned([ANY] * len(fitting), [(b"", b"")] * count, lambda one, number: number in fitting[one])


def by_text(wanted, got):
    """What is assigned where the patterns decide."""
    read = [tuple(pattern(text, "XXX") or text for text in pair) for pair in wanted]
    asked = []

    def fits(one, number):
        asked.append((one, number))
        pairs = zip(read[one], got[number], strict=True)
        return all(
            known.fits(text) is not None if isinstance(known, Pattern) else known == text for known, text in pairs
        )

    return assigned(read, got, fits), len(asked)


def test_each_takes_one_that_fits_and_none_is_taken_twice():
    assert placed([{1}, {0}], 2) == [1, 0]
    assert placed([{0}, {0}], 1) == [0, None]
    assert placed([], 1) == []


def test_one_that_has_a_choice_makes_room_for_one_that_has_none():
    assert placed([{0, 1}, {0}], 2) == [1, 0]


def test_where_no_room_can_be_made_one_is_left_over():
    assert placed([{0, 1}] * 3, 2) == [0, 1, None]


@given(st.lists(st.sets(st.integers(0, 4)), max_size=5))
def test_as_many_are_placed_as_can_be(fitting):
    found = placed(fitting, 5)

    best = max(
        sum(number in fits for number, fits in zip(order, fitting, strict=False)) for order in permutations(range(5))
    )
    taken = [number for number in found if number is not None]
    assert len(taken) == len(set(taken)) == best
    assert all(number is None or number in fits for number, fits in zip(found, fitting, strict=True))


def test_a_chain_in_which_each_makes_room_for_the_one_before_may_be_long():
    """Each fits its own place and the next one; the last to come fits only the first place."""
    count = 1500

    assert placed([*({number, number + 1} for number in range(count)), {0}], count + 1) == [*range(1, count + 1), 0]


@pytest.mark.parametrize(
    ("name", "value"), [(b"XXX-%d", b"XXX"), (b"%d-XXX", b"XXX"), (b"XXX", b"%d"), (b"XXX", b"XXX")]
)
def test_of_many_in_another_order_only_those_are_compared_whose_ends_are_alike(name, value):
    count = 3000
    wanted = [(name.replace(b"%d", b"%d" % n), value.replace(b"%d", b"%d" % n)) for n in range(count)]
    got = [(name.replace(b"XXX", b"k").replace(b"%d", b"%d" % n), b"%d" % n) for n in reversed(range(count))]

    found, asked = by_text(wanted, got)

    assert found == list(range(count)) if name == value else list(reversed(range(count)))
    assert asked <= 4 * count


def test_more_that_could_all_stand_for_each_other_and_do_not_are_given_up():
    found, asked = by_text([(b"XXX-XXX", b"XXX")] * 3000, [(b"name", b"value")] * 3000)

    assert found == [None] * 3000
    assert asked == 1 << 16


def test_a_value_that_is_too_short_for_the_ends_of_a_pattern_is_not_compared():
    assert by_text([(b"ab-XXX-cd", b"XXX")], [(b"ab-cd", b""), (b"ab--cd", b"")]) == ([1], 1)
