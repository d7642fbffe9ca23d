"""Where the block of an interaction begins in the text of a recording."""

import pytest

from recproxy.play.block_starts import block_start

LINES = [
    b"#recproxy 2",
    b"",
    b":scope one",
    b"GET https://a.example/ HTTP/1.1",
    b"====",
    b"HTTP/1.1 200 OK",
    b"=======",
    b"",
    b"# why",
    b":scope two",
    b"GET https://a.example/two HTTP/1.1",
    b"GET https://a.example/three HTTP/1.1",
]


@pytest.mark.parametrize(("line", "start"), [(4, 0), (11, 7), (12, 11), (1, 0)])
def test_a_block_begins_with_the_comments_and_directives_above_its_request(line, start):
    assert block_start(LINES, line) == start
