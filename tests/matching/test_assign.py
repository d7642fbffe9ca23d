from __future__ import annotations

from recproxy.matching.assign import assigned


def test_each_takes_one_that_fits_and_none_is_taken_twice():
    assert assigned(["a", "b"], ["b", "a"], str.__eq__) == [1, 0]
    assert assigned(["a", "a"], ["a"], str.__eq__) == [0, None]
    assert assigned([], ["a"], str.__eq__) == []


def test_one_that_has_a_choice_makes_room_for_one_that_has_none():
    fits = {("any", 0), ("any", 1), ("first", 0)}

    assert assigned(["any", "first"], [0, 1], lambda one, number: (one, number) in fits) == [1, 0]


def test_where_no_room_can_be_made_one_is_left_over():
    assert assigned(["x", "y", "z"], [0, 1], lambda _one, _number: True) == [0, 1, None]


def test_many_of_which_all_fit_are_placed_at_once():
    assert assigned(range(400), range(400), lambda _one, _other: True) == list(range(400))


def test_a_chain_in_which_each_makes_room_for_the_one_before_may_be_long():
    """Each fits its own place and the next one; the last to come fits only the first place."""
    count = 1500
    wanted = [(number, number + 1) for number in range(count)]

    got = assigned([*wanted, (0,)], list(range(count + 1)), lambda places, place: place in places)

    assert got == [*range(1, count + 1), 0]
