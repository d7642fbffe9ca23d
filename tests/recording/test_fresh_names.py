"""The names of places whose values a program makes anew say which values fit."""

import pytest

from recproxy.recording.fresh_names import fits_fresh, fresh_ending, fresh_kind, fresh_value
from recproxy.recording.wildcard import pattern

ID, OTHER = b"7d1f3a52-4c0e-4b7b-9f43-2f6f6a1b7c90", b"b20c55be-8a34-4f1e-8c1d-3be0d2a9e611"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("order_id.new-uuid", "uuid"), ("id.2.new-hex", "hex"), ("at.new-number", "number"), ("key.new-id", "id"),
     ("id", None), ("id.uuid", None), ("new-uuid", None), ("id.new-uuid.more", None), ("id.new-date", None)],
)  # fmt: skip
def test_the_end_of_a_name_says_what_the_values_are(name, kind):
    assert fresh_kind(name) == kind


def test_what_has_no_form_of_its_own_is_an_id():
    assert [fresh_ending(kind) for kind in ("uuid", "ulid")] == [".new-uuid", ".new-id"]


@pytest.mark.parametrize("kind", ["uuid", "hex", "number", "id"])
def test_a_value_that_is_made_for_a_place_fits_there_and_is_another_by_chance(kind):
    name = f"order.new-{kind}"
    made = [fresh_value(name, chance) for chance in ("a", "b", "a")]

    assert made[0] == made[2] != made[1]
    assert all(fits_fresh(name, value, {}) for value in made)
    assert fresh_value("order", "a") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("a.new-uuid", b"latest"), ("a.new-uuid", ID + b"/items"), ("a.new-hex", b"12"), ("a.new-number", b"42"),
     ("a.new-id", b"short"), ("a.new-id", b"with a space in it"), ("a.new-uuid", b"")],
)  # fmt: skip
def test_no_other_value_fits(name, value):
    assert not fits_fresh(name, value, {})


def test_two_places_never_have_one_value():
    both = pattern(b"/XXX[a.new-uuid]/XXX[b.new-uuid]", "XXX")

    assert both.fits(b"/%s/%s" % (ID, OTHER)) == {"a.new-uuid": ID, "b.new-uuid": OTHER}
    assert both.fits(b"/%s/%s" % (ID, ID)) is None
    assert both.fits(b"/%s/%s" % (ID, OTHER), {"c.new-uuid": OTHER}) is None
    assert both.fits(b"/%s/%s" % (ID, OTHER), {"c": OTHER}) is not None
