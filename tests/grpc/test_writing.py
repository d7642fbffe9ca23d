"""Messages from JSON, and that they are what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes_service import NOTE, TYPES, piece

from recproxy.grpc.reading import MessageReader
from recproxy.grpc.types import Types, parse_types
from recproxy.grpc.wire import Unreadable, put_number, put_tag
from recproxy.grpc.writing import MessageWriter

NUMBERS = st.integers(1, 20) | st.sampled_from([25, 2000, (1 << 29) - 1])


@st.composite
def wire_messages(draw, depth=3):
    """Messages of any shape, mostly valid ones."""
    data = b""
    for _ in range(draw(st.integers(0, 5))):
        number, wire = draw(NUMBERS), draw(st.sampled_from([0, 1, 2, 2, 2, 3, 5]))
        if wire == 0:
            inside = put_number(draw(st.integers(0, (1 << 64) - 1)))
        elif wire == 2:
            text = st.text(max_size=8).map(str.encode) | st.binary(max_size=8)
            content = draw(text if depth == 0 else text | wire_messages(depth=depth - 1))
            inside = put_number(len(content)) + content
        elif wire == 3:
            inside = (draw(wire_messages(depth=depth - 1)) if depth else b"") + put_tag(number, 4)
        else:
            size = 8 if wire == 1 else 4
            inside = draw(st.binary(min_size=size, max_size=size))
        data += put_tag(number, wire) + inside
    return data


@given(wire_messages() | st.binary(max_size=60), st.sampled_from([NOTE, ""]))
def test_what_was_read_is_written_as_the_same_bytes(data, name):
    reader = MessageReader(TYPES)
    try:
        tree = reader.message(data, name)
    except Unreadable:
        return
    lines = [tuple(line.split(" ", 1)) for line in reader.used.lines(name)]

    assert MessageWriter(parse_types(lines)[1]).message(tree, name) == data


def test_text_that_a_named_place_left_is_read_as_its_kind():
    writer = MessageWriter(TYPES)

    assert writer.message({"id": "150"}, NOTE) == b"\x10\x96\x01"
    assert writer.message({"2": "x"}, NOTE) == piece(2, b"x")


def test_a_string_is_the_bytes_of_a_message():
    assert MessageWriter(Types()).message("CAE=", "") == b"\x08\x01"


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"id": "XXX"}, "id: 'XXX' is no int64"),
        ({"by": {"name": 5}}, "by.name: 5 is no string"),
        (
            {"txt": "x"},
            "txt: no field of notes.v1.Note: write it in a line :message below :encoding, or write its number",
        ),
        ({"tags": "a"}, "tags: write a list"),
        ({"by": 5}, "by: write an object of JSON"),
        ({"1:color": 5}, "1:color: no type 'color': known are bool, bytes,"),
        ({"kind": "OPEN"}, "kind: 'OPEN' is no int32"),
        ({"99": {"x": 1}}, "99.x: no field: write it"),
        ("*", r"'\*' is not base64"),
        ([], "write an object of JSON"),
    ],
)
def test_what_is_no_message_is_told_with_its_field(tree, message):
    with pytest.raises(ValueError, match=message):
        MessageWriter(TYPES).message(tree, NOTE)
