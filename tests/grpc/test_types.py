"""Types, and the lines that stand for them."""

import pytest

from recproxy.grpc.types import Field, Types, parse_types, types_of

LINES = [
    (
        "message",
        "a.Note text=1 id=2:int64 tags=3[] sizes=4:int32[packed] by=5:a.User parts=6:map<string,a.User> g=7:group<a.G>[]",
    ),
    ("message", "a.User name=1"),
    ("enum", "a.Kind MINUS=-1 OPEN=1"),
]


def test_lines_are_read_and_come_back():
    root, types = parse_types(LINES)

    assert root == "a.Note"
    assert types.messages["a.Note"][4] == Field("sizes", 4, "int32", repeated=True, packed=True)
    assert types.messages["a.Note"][6] == Field("parts", 6, "a.User", repeated=True, key="string")
    assert types.messages["a.Note"][7] == Field("g", 7, "a.G", repeated=True, group=True)
    assert types.enums == {"a.Kind": {-1: "MINUS", 1: "OPEN"}}
    assert [tuple(line.split(" ", 1)) for line in types.lines(root)] == LINES


def test_the_lines_of_a_coding_are_its_types():
    assert types_of("grpc gzip\nmessage a.User name=1") == ("a.User", Types({"a.User": {1: Field("name", 1)}}))
    assert types_of("grpc") == ("", Types())


def test_types_are_joined_and_the_first_have_precedence():
    types = parse_types(LINES)[1]

    types.add(parse_types([("message", "a.User title=1 age=2:int32 name=3"), ("enum", "a.Kind SHUT=1 GONE=2")])[1])

    assert [field.name for field in types.messages["a.User"].values()] == ["name", "age"]
    assert types.enums["a.Kind"] == {-1: "MINUS", 1: "OPEN", 2: "GONE"}


def test_a_word_that_is_no_field_is_refused():
    with pytest.raises(ValueError, match="not a field: 'text'"):
        parse_types([("message", "a.Note text")])
