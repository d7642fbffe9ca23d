"""Where the values of a JSON body stand in the text of an interaction."""

import pytest

from recproxy.errors import RecordingError
from recproxy.ui.json_places import json_place

BLOCK = """POST https://a.example/ HTTP/1.1

{"a": [1, {"b": "x, ]"}], "a": XXX[n], "b": XXX}
====
HTTP/1.1 200 OK

[{"c": "\\"é"}, -1.5e3]
=======""".encode()


@pytest.mark.parametrize(
    ("side", "path", "text", "is_whole"),
    [
        ("request", [], b'{"a": [1, {"b": "x, ]"}], "a": XXX', True),
        ("request", [0], b'[1, {"b": "x, ]"}]', True),
        ("request", [0, 0], b"1", False),
        ("request", [0, 1, 0], b"x, ]", False),
        ("request", [1], b"XXX[n]", False),
        ("request", [2], b"XXX", False),
        ("response", [0, 0], '\\"é'.encode(), False),
        ("response", [1], b"-1.5e3", False),
    ],
)
def test_a_value_is_found_by_its_place_in_the_tree(side, path, text, is_whole):
    place = json_place(BLOCK, side, path)
    assert (BLOCK[place.start : place.end].startswith(text), place.is_whole) == (True, is_whole)


@pytest.mark.parametrize(
    "block", [b"GET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======", BLOCK.replace(b"]}", b"")]
)
def test_a_text_that_has_no_such_value_is_told(block):
    with pytest.raises(RecordingError, match="no such value"):
        json_place(block, "request", [0, 1, 0, 7])
