"""What stands where another version of a text is masked."""

import pytest

from recproxy.play.masked_places import without_masked_values

H = "(hidden: masked in the other version)"


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("hunter2", "XXX", (H, "XXX")),
        ("XXX[key]", "hunter2", ("XXX[key]", H)),
        ("a Xavier b", "a XXX b", (f"a {H} b", "a XXX b")),
        ("id=hunter2X", "id=XXX", (f"id={H}", "id=XXX")),
        ("id=hunter2&n=1", "id=XXX&n=2", (f"id={H}", f"id={H}")),
        ("id=XXX&n=1", "id=XXX&n=2", ("id=XXX&n=1", "id=XXX&n=2")),
        ("id=hunter2&key=XXX", "id=XXX&key=XXX", (f"id={H}&key=XXX", "id=XXX&key=XXX")),
        ("a", "b", ("a", "b")),
    ],
)
def test_a_value_is_hidden_where_the_other_version_has_a_mask(one, other, shown):
    assert without_masked_values(one, other) == shown


def test_each_version_has_its_own_word():
    assert without_masked_values("hunter2", "QQ", ("XXX", "QQ")) == (H, "QQ")
