from __future__ import annotations

from recproxy.control.places import places


def test_a_position_is_a_number_in_a_file():
    files = (("a.rec", 2), ("empty.rec", 0), ("b.rec", 1))

    assert list(places(files, (0, 1, 2))) == [("a.rec", 0), ("a.rec", 1), ("b.rec", 0)]
    assert list(places(files, (2,))) == [("b.rec", 0)]
    assert list(places(files, ())) == []
