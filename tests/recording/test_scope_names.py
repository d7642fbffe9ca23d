"""Names of scopes whose tests' names hold secrets."""

import pytest

from recproxy.recording.scope_names import is_name_of, masked_file_name, masked_name, own_scopes

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


@pytest.mark.parametrize(
    ("name", "test", "masked", "wanted"),
    [
        # Letters that a file name cannot have are underscores in it.
        (
            "test_p[_earer__k19q81c192ac]-29947235.rec",
            "test_x.test_p[Bearer Zk19q81C192ac]",
            "test_x.test_p[Bearer XXX]",
            "test_p[_earer__k19q81c192ac]-29947235.rec",
        ),
        (
            "test_p[_earer__k19q81c192ac]-29947235.rec",
            "test_x.test_p[Bearer Zk19q81c192ac]",
            "test_x.test_p[Bearer XXX]",
            "test_p[_earer_XXX]-29947235.rec",
        ),
        (
            "test_p[_k19q81c192ac-ab_12].rec",
            "test_p[Zk19q81c192ac-aB12]",
            "test_p[XXX[token]-aB12]",
            "test_p[XXX-ab_12].rec",
        ),
        # Its end may be missing.
        (
            "test_p[a=_k19q81c192ac-29947235.rec",
            "test_p[a=Zk19q81c192ac5678]",
            "test_p[a=XXX]",
            "test_p[a=XXX-29947235.rec",
        ),
        ("test_p[_______________].rec", "test_p[ABCDEFGHIJKLMNO]", "test_p[XXX]", "test_p[_______________].rec"),
        ("test_p[a].rec", "test_p[a]", "test_p[a]", "test_p[a].rec"),
        ("run.rec", "other", "XXX", "run.rec"),
    ],
)
def test_a_file_name_shows_no_piece_of_what_was_masked_in_the_name_of_its_test(name, test, masked, wanted):
    assert masked_file_name(name, test, masked) == wanted


def test_the_scopes_of_a_test_are_those_that_bear_its_name():
    assert own_scopes({"test_a", "test_b", "test_a teardown"}, "test_a") == {"test_a"}
    assert own_scopes({"test_a"}, "test_c") == frozenset()
    assert own_scopes({"test_a"}, None) == frozenset()
