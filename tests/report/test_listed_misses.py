"""The misses at the end of a run."""

from recproxy.control.outcomes import MODULE_RENAMED, ONE_TEST_ALONE
from recproxy.report.listed_misses import listed_misses


def told(number, module=""):
    """The text of a miss; one of a renamed module has the command for it."""
    moved = f"{MODULE_RENAMED}recproxy mv {module} new\n" + "".join(f"{each}x\n" for each in ONE_TEST_ALONE)
    return f"recproxy: miss\n\n  request  GET /{number}\n\n{moved if module else ''}to record it: this\n"


def test_equal_ones_are_one_with_a_count_and_the_run_is_no_test():
    assert listed_misses([("t", told(1)), ("run", told(1)), ("t", told(1))]) == [
        ("miss in t (2 times)", told(1).removeprefix("recproxy: ")),
        ("miss", told(1).removeprefix("recproxy: ")),
    ]


def test_those_of_a_renamed_module_are_one_where_the_first_stands():
    misses = [
        ("new.a", told(1, "old")),
        ("new.a", told(2, "old")),
        ("new.b", told(3, "old")),
        ("other", told(4, "gone")),
    ]
    misses.insert(1, ("new.a", told(5)))

    got = listed_misses(misses)

    assert [title for title, _ in got] == ["miss in new.a and 1 more test", "miss in new.a", "miss in other"]
    assert got[0][1] == (
        "miss\n\n  request  GET /1\n  and      2 more requests that this command mends\n\n"
        f"{MODULE_RENAMED}recproxy mv old new\nto record it: this\n"
    )
    assert got[2][1] == told(4, "gone").removeprefix("recproxy: ")


def test_two_requests_of_one_test_are_one_too():
    assert [title for title, _ in listed_misses([("new.a", told(1, "old")), ("new.a", told(2, "old"))])] == [
        "miss in new.a"
    ]
