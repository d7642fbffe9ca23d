"""Names of scopes whose tests' names hold secrets."""

import pytest

from recproxy.recording.scope_names import is_name_of, masked_name

ONE, TWO = "test_shop.test_login[first-password]", "test_shop.test_login[second-password]"
MASKED = "test_shop.test_login[XXX]"


def test_a_name_without_a_secret_stays():
    assert masked_name("test_shop.test_a", "test_shop.test_a") == "test_shop.test_a"


def test_names_that_are_masked_alike_are_told_apart_by_the_same_sign_each_time():
    assert masked_name(ONE, MASKED) == f"{MASKED}~2d"
    assert masked_name(TWO, MASKED) == f"{MASKED}~6b"


def test_a_teardown_has_the_sign_of_its_test():
    assert masked_name(f"{ONE} teardown", f"{MASKED} teardown") == f"{MASKED}~2d teardown"


def test_a_name_that_is_masked_once_more_keeps_its_sign():
    assert masked_name("test_a[XXX-more]~7f", "test_a[XXX-XXX]~7f") == "test_a[XXX-XXX]~7f"


@pytest.mark.parametrize(
    ("recorded", "test", "wanted"),
    [
        (ONE, ONE, True),
        (f"{MASKED}~2d", ONE, True),
        (f"{MASKED}~2d teardown", f"{ONE} teardown", True),
        (f"{MASKED}~2d teardown", ONE, False),
        (f"{MASKED}~2d", f"{ONE} teardown", False),
        (f"{MASKED}~2d", TWO, False),
        (f"{MASKED}~6b", TWO, True),
        (MASKED, ONE, False),
        ("test_shop.test_other[XXX]~2d", ONE, False),
    ],
)
def test_a_recorded_name_is_that_of_its_own_test_only(recorded, test, wanted):
    assert is_name_of(recorded, test) is wanted
