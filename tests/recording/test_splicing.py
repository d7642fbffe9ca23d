"""Other texts in places of a text, and the sizes of pieces then."""

import pytest

from recproxy.recording import Chunk
from recproxy.recording.splicing import resized, same, spliced

PLACES = [(2, 4, b"four"), (4, 5, b""), (7, 9, b"x")]


def test_offsets_are_found_again_and_those_inside_of_a_place_go_behind_it():
    text, moved = spliced(b"ab12c45de", PLACES)
    assert text == b"abfour45x"
    assert [moved(offset) for offset in range(10)] == [0, 1, 2, 6, 6, 6, 7, 8, 9, 9]


def test_where_nothing_changes_the_text_is_the_same():
    assert spliced(b"abc", []) == (b"abc", same)
    assert same(7) == 7


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [([9], [9]), ([3, 6], [6, 3]), ([2, 1, 1, 5], [2, 4, 0, 3]), ([4, 4], [4, 4])],
)
def test_a_place_that_pieces_cut_goes_into_the_first_of_them(sizes, wanted):
    _, moved = spliced(b"ab12c45de", PLACES)
    got = resized(tuple(Chunk(size=size, gap=0.5) for size in sizes), 9, moved, 9)
    assert [chunk.size for chunk in got] == wanted
    assert {chunk.gap for chunk in got} == {0.5}
