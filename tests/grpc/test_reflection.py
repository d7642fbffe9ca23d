"""Descriptors that a service tells itself."""

import pytest
from notes_service import DATA, piece

from recproxy.grpc.reflection import asked_for, reflected_services
from recproxy.grpc.wire import fields

FILE = next(fields((DATA / "notes.binpb").read_bytes())).value


def test_a_service_is_asked_for_by_its_name():
    assert asked_for("notes.v1.Notes") == piece(4, b"notes.v1.Notes")


def test_files_of_all_answers_are_read_once():
    answer = piece(1, b"host") + piece(4, piece(1, FILE))

    assert "/notes.v1.Notes/Talk" in reflected_services([answer, answer]).methods


@pytest.mark.parametrize("messages", [[], [piece(7, b"\x08\x05")], [piece(4, piece(1, b"\xff"))], [b"\xff"]])
def test_an_answer_without_descriptors_is_refused(messages):
    with pytest.raises(ValueError, match=r"."):
        reflected_services(messages)
