"""A failure with a line for each miss, in the place of what the end of the output says."""

from recproxy.testing.pytest_short_failures import is_told_once, shortened

MISS = "recproxy: it was never recorded\n\n  request  GET http://a.example/{}\n\nto record it: recproxy run\n"
END = " (what to do is at the end of the output)"


def test_each_miss_becomes_a_line_with_its_request_and_all_else_stays():
    text = "\n\n".join(("before", MISS.format("x").rstrip(), MISS.format("y").rstrip(), "a note"))

    assert shortened(text, [MISS.format("x"), MISS.format("y")]) == (
        f"before\n\nrecproxy: it was never recorded: GET http://a.example/x{END}\n"
        f"recproxy: it was never recorded: GET http://a.example/y{END}\na note"
    )


def test_equal_misses_are_one_line_with_their_count():
    text = "\n\n".join([MISS.format("x").rstrip()] * 3)

    assert shortened(text, [MISS.format("x")] * 3) == (
        f"recproxy: it was never recorded (3 times): GET http://a.example/x{END}"
    )


def test_a_miss_without_a_request_is_its_first_line():
    assert shortened("recproxy: no mail", ["recproxy: no mail\n"]) == f"recproxy: no mail{END}"


def test_misses_count_once_in_each_test_and_those_of_others_each():
    misses = {"one": ["a", "a", "b"], "two": ["a"]}

    assert is_told_once(misses, others=2, most=5)
    assert not is_told_once(misses, others=3, most=5)
