"""Messages as JSON: by their types, and by what their bytes look like."""

import contextlib

import pytest
from notes_service import NOTE, TYPES, double, integer, piece

from recproxy.grpc.reading import MessageReader
from recproxy.grpc.types import Types, parse_types
from recproxy.grpc.wire import Unreadable, put_tag


def read(data, name=NOTE, types=TYPES):
    return MessageReader(types).message(data, name)


def guessed(data):
    return read(data, "", Types())


def test_fields_of_a_known_type_have_their_names():
    data = (
        piece(1, b"hello") + integer(2, -5) + piece(3, b"a") + piece(3, b"b") + piece(4, b"\x01\x02")
        + piece(5, piece(1, b"Ann")) + piece(6, piece(1, b"k") + piece(2, b"v")) + integer(7, 2) + double(8, 1.5)
        + piece(9, b"\xff") + integer(10, 5) + integer(13, 1)
    )  # fmt: skip

    assert read(data) == {
        "text": "hello", "id": -5, "tags": ["a", "b"], "sizes": [1, 2], "by": {"name": "Ann"}, "parts": {"k": "v"},
        "kind": "PHOTO", "score": 1.5, "blob": "/w==", "delta": -3, "ok": True,
    }  # fmt: skip


def test_only_the_types_that_were_used_are_kept():
    reader = MessageReader(TYPES)
    reader.message(piece(1, b"hello") + piece(5, piece(1, b"Ann")) + integer(7, 2), NOTE)

    assert list(reader.used.lines(NOTE)) == [
        "message notes.v1.Note text=1 by=5:notes.v1.User kind=7:notes.v1.Kind",
        "message notes.v1.User name=1",
        "enum notes.v1.Kind PHOTO=2",
    ]


def test_what_a_type_does_not_know_has_its_number():
    assert read(integer(99, 7) + piece(100, b"more")) == {"99": 7, "100": "more"}


def test_what_the_bytes_do_not_keep_to_is_guessed():
    assert read(piece(2, b"no number")) == {"2": "no number"}
    assert read(piece(1, b"once") + piece(1, b"twice")) == {"1": ["once", "twice"]}
    assert read(integer(4, 1)) == {"4": 1}
    assert read(piece(1, b"\xff")) == {"1:bytes": "/w=="}
    assert read(integer(5, 1)) == {"5": 1}


def test_a_map_of_unusual_entries_is_a_list_of_them():
    assert read(piece(6, piece(2, b"v") + piece(1, b"k"))) == {"parts": [{"2": "v", "1": "k"}]}
    assert read(piece(6, piece(1, b"k"))) == {"parts": [{"1": "k"}]}
    assert read(piece(14, integer(1, 3) + piece(2, piece(1, b"Ann")))) == {"users": {"3": {"name": "Ann"}}}


def test_an_unknown_value_of_an_enum_is_its_number():
    assert read(integer(7, 9)) == {"kind": 9}


def test_without_types_values_are_what_they_look_like():
    data = (
        piece(1, b"text") + integer(2, 3) + double(3, 0.25) + piece(4, b"\xff\xfe") + piece(5, piece(1, b"inner"))
        + put_tag(6, 5) + b"\x07\0\0\0" + put_tag(7, 3) + integer(1, 1) + put_tag(7, 4) + piece(8, b"")
        + put_tag(9, 5) + b"\0\0\xc0\x3f" + piece(10, b"two\nlines")
    )  # fmt: skip

    assert guessed(data) == {
        "1": "text", "2": 3, "3:double": 0.25, "4:bytes": "//4=", "5": {"1": "inner"}, "6:fixed32": 7,
        "7:group": {"1": 1}, "8": "", "9:float": 1.5, "10": "two\nlines",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        piece(1, b"a") + integer(2, 1) + piece(1, b"b"),
        piece(1, b"a") + integer(1, 1),
        b"\x08\x80\x00",
    ],
    ids=["apart", "of two types", "a long number"],
)
def test_what_could_not_be_written_again_is_unreadable(data):
    with pytest.raises(Unreadable):
        guessed(data)


def test_a_message_in_a_message_that_is_unreadable_is_bytes():
    inner = piece(1, b"\x01") + integer(2, 1) + piece(1, b"b")

    assert set(guessed(piece(1, inner))) == {"1:bytes"}


def test_any_is_read_by_the_type_it_names():
    types = parse_types([("message", "google.protobuf.Any type_url=1 value=2:bytes"), ("message", "a.B name=1")])[1]
    known = piece(1, b"type.googleapis.com/a.B") + piece(2, piece(1, b"Ann"))
    other = piece(1, b"type.googleapis.com/a.C") + piece(2, piece(1, b"Ann"))
    none = piece(1, b"type.googleapis.com/a.C") + piece(2, b"\xff")

    assert read(known, "google.protobuf.Any", types)["value"] == {"name": "Ann"}
    assert read(other, "google.protobuf.Any", types)["value"] == {"1": "Ann"}
    assert read(none, "google.protobuf.Any", types)["value"] == "/w=="


def test_hostile_messages_come_to_an_end():
    nested = b""
    for _ in range(200):
        nested = piece(1, nested + b"\x10\x01")
    for data in (nested * 20, integer(1, (1 << 64) - 1) * 5000, put_tag(1, 3) * 50_000, b"\n\x02" * 30_000):
        with contextlib.suppress(Unreadable):
            guessed(data)
