from __future__ import annotations

from recproxy.matching.field_values import read_value, shown, solid
from recproxy.recording.wildcard import Pattern


def test_a_text_is_a_pattern_where_its_wild_word_stands():
    assert read_value(b"a", "XXX") == b"a"
    assert read_value(b"XXX", None) == b"XXX"
    assert read_value(b"a-XXX", "XXX") == Pattern((b"a-", b""), (None,))


def test_pieces_are_decoded_after_the_pattern_was_found():
    assert read_value(b"A", None, bytes.lower) == b"a"
    assert read_value(b"AXXXB", "XXX", bytes.lower) == Pattern((b"a", b"b"), (None,))


def test_a_pattern_with_one_unnamed_place_is_solid():
    assert solid(Pattern((b"a", b"b"), (None,)))
    assert not solid(Pattern((b"a", b"b"), ("id",)))
    assert not solid(Pattern((b"a", b"-", b"b"), (None, None)))


def test_a_value_is_shown_as_it_was_written():
    assert shown(Pattern((b"a-", b"-", b"\xff"), (None, "id"))) == "a-XXX-XXX[id]\\xff"
    assert shown(Pattern((b"", b""), (None,)), "ZZZ") == "ZZZ"
