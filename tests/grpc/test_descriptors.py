"""Descriptors as `protoc` writes them."""

import pytest
from notes_service import DATA, piece

from recproxy.grpc.descriptors import Method, Services, load_descriptors
from recproxy.grpc.types import Field

SERVICES = load_descriptors((DATA / "notes.binpb").read_bytes())


def test_methods_are_known_by_the_path_of_their_calls():
    assert SERVICES.methods["/notes.v1.Notes/List"] == Method("notes.v1.Note", "notes.v1.Reply")
    assert len(SERVICES.methods) == 4


def test_fields_have_their_types():
    note = SERVICES.types.messages["notes.v1.Note"]

    assert note[2] == Field("id", 2, "int64")
    assert note[3] == Field("tags", 3, "string", repeated=True)
    assert note[4] == Field("sizes", 4, "int32", repeated=True, packed=True)
    assert note[6] == Field("parts", 6, "string", repeated=True, key="string")
    assert note[7] == Field("kind", 7, "notes.v1.Kind")
    assert note[14] == Field("users", 14, "notes.v1.User", repeated=True, key="int32")
    assert SERVICES.types.enums["notes.v1.Kind"] == {0: "KIND_UNSPECIFIED", 1: "LINK", 2: "PHOTO"}


def test_entries_of_maps_are_no_types():
    assert sorted(SERVICES.types.messages) == ["notes.v1.Note", "notes.v1.Reply", "notes.v1.User"]


def test_what_is_no_descriptor_is_refused():
    for data in (b"\xff", b"", b"\x0a\x02hi", piece(1, piece(4, piece(2, b"\x28\x63")))):
        with pytest.raises(ValueError, match="descriptors"):
            load_descriptors(data)


def test_proto2_packs_what_it_is_told_to():
    packed = piece(1, b"a") + b"\x18\x01\x20\x03\x28\x05" + piece(8, b"\x10\x01")
    plain = piece(1, b"b") + b"\x18\x02\x20\x03\x28\x05"
    group = piece(1, b"c") + b"\x18\x03\x20\x01\x28\x0a" + piece(6, b".M.C")
    file = piece(4, piece(1, b"M") + piece(2, packed) + piece(2, plain) + piece(2, group))

    fields = load_descriptors(piece(1, file)).types.messages["M"]

    assert [fields[n].text() for n in (1, 2, 3)] == ["a=1:int32[packed]", "b=2:int32[]", "c=3:group<M.C>"]


def test_an_edition_packs_unless_it_is_told_not_to():
    usual = piece(1, b"a") + b"\x18\x01\x20\x03\x28\x05"
    expanded = piece(1, b"b") + b"\x18\x02\x20\x03\x28\x05" + piece(8, b"\xaa\x01\x02\x18\x02")
    file = piece(4, piece(1, b"M") + piece(2, usual) + piece(2, expanded)) + b"\x70\xe8\x07"

    fields = load_descriptors(piece(1, file)).types.messages["M"]

    assert (fields[1].packed, fields[2].packed) == (True, False)


def test_a_negative_value_of_an_enum():
    value = piece(1, b"BELOW") + b"\x10" + b"\xff" * 9 + b"\x01"
    file = piece(5, piece(1, b"E") + piece(2, value)) + piece(4, piece(1, b"M"))

    assert load_descriptors(piece(1, file)).types.enums == {"E": {-1: "BELOW"}}


def test_services_are_joined():
    services = Services()
    services.add(SERVICES)

    assert services.methods == SERVICES.methods
