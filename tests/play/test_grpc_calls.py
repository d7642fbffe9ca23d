"""Calls with the types of their messages."""

import shutil
import sys

import pytest
from notes_service import DATA, NOTE, PLACE, TYPES, framed, integer, piece

from recproxy.errors import ProfileError
from recproxy.grpc.bodies import read_messages
from recproxy.grpc.types import Types, types_of
from recproxy.play.grpc_calls import LiveCalls, call_path, load_services, readable_interaction
from recproxy.recording import Interaction, Recording, Request, Response, dump, load, locate

KIND = ((b"content-type", b"application/grpc"),)
HELLO = framed(piece(1, b"hello") + integer(2, 5))


def request(body=HELLO, path="/notes.v1.Notes/Send", headers=KIND):
    return Request(method="POST", url=f"https://notes.example{path}", headers=headers, body=body, wild=None)


def recording(*requests):
    interactions = tuple(Interaction(request=each, response=Response(status=200)) for each in requests)
    return Recording(interactions=interactions)


def bodies(calls, live):
    return [each.body for each in calls.forms(live)]


def test_an_interaction_is_read_by_the_types_of_its_method():
    said = Response(status=200, headers=KIND, body=framed(piece(1, b"7")), wild=None)
    got = readable_interaction(Interaction(request=request(), response=said), PLACE)

    assert got.request.body == b'{"text": "hello", "id": 5}'
    assert got.response.body == b'{"id": "7"}'


def test_what_is_no_call_stays():
    plain = Interaction(request=request(headers=()), response=Response(status=200))

    assert readable_interaction(plain, PLACE) is plain
    assert LiveCalls((), PLACE).forms(plain.request) == (plain.request,)


def test_a_live_call_is_read_as_it_was_recorded():
    recorded = recording(read_messages(request(), TYPES, NOTE))
    text = dump(recorded)

    for each in (recorded, load(text), locate(text)):
        assert bodies(LiveCalls([each], ""), request()) == [b'{"text": "hello", "id": 5}']


def test_what_the_recording_does_not_know_the_descriptors_do():
    recorded = recording(read_messages(request(framed(piece(1, b"a"))), TYPES, NOTE))

    assert bodies(LiveCalls([recorded], ""), request()) == [b'{"text": "hello", "2": 5}']
    assert bodies(LiveCalls([recorded], PLACE), request()) == [b'{"text": "hello", "id": 5}']
    assert bodies(LiveCalls([], PLACE), request()) == [b'{"text": "hello", "id": 5}']


def test_a_call_recorded_without_names_is_compared_without_them_too():
    nameless = recording(read_messages(request(), Types(), ""))

    assert bodies(LiveCalls([nameless], ""), request()) == [b'{"1": "hello", "2": 5}']
    assert bodies(LiveCalls([nameless], PLACE), request()) == [
        b'{"text": "hello", "id": 5}',
        b'{"1": "hello", "2": 5}',
    ]


def test_the_form_that_fits_is_taken():
    class Found:
        def __init__(self, groups):
            self.groups = groups

    nameless = recording(read_messages(request(), Types(), ""))
    calls = LiveCalls([nameless], PLACE)

    assert calls.located(request(), lambda one: Found(b'"1"' in one.body))[0].body == b'{"1": "hello", "2": 5}'
    assert calls.located(request(), lambda _: Found(()))[0].body == b'{"text": "hello", "id": 5}'


def test_types_of_several_recorded_calls_are_joined():
    recorded = recording(
        read_messages(request(framed(piece(1, b"a"))), TYPES, NOTE),
        read_messages(request(framed(integer(2, 7))), TYPES, NOTE),
        request(b"", headers=()),
    )

    assert bodies(LiveCalls([recorded], ""), request()) == [b'{"text": "hello", "id": 5}']


def test_a_field_that_was_renamed_since_has_its_recorded_name_and_one_that_is_new_its_own():
    root, types = types_of(f"grpc\nmessage {NOTE} words=1 id=2:int64")
    recorded = recording(read_messages(request(), types, root))
    added = request(framed(HELLO[5:] + piece(19, b"r")))

    assert bodies(LiveCalls([recorded], PLACE), request()) == [b'{"words": "hello", "id": 5}']
    assert bodies(LiveCalls([recorded], PLACE), added) == [b'{"words": "hello", "id": 5, "request_id": "r"}']


def test_the_path_of_a_call():
    assert call_path("https://notes.example/notes.v1.Notes/Send?x=1") == "/notes.v1.Notes/Send"
    assert call_path("http://127.0.0.1:1/v1/notes.v1.Notes/Send") == "/notes.v1.Notes/Send"


def test_a_proto_file_is_compiled(tmp_path):
    pytest.importorskip("grpc_tools")
    shutil.copy(DATA / "notes.proto", tmp_path)

    assert load_services(str(tmp_path / "notes.proto")).methods.keys() == load_services(PLACE).methods.keys()
    (tmp_path / "broken.proto").write_text("syntax = 5")
    with pytest.raises(ProfileError, match=r"broken.proto: cannot be compiled: .*broken.proto"):
        load_services(str(tmp_path / "broken.proto"))


def test_a_missing_compiler_is_named_with_the_command_that_installs_it(tmp_path, monkeypatch):
    (tmp_path / "a.proto").write_text('syntax = "proto3";\n')
    (tmp_path / "python").write_text("#!/bin/sh\necho 'python: No module named grpc_tools' >&2\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    with pytest.raises(ProfileError, match=r"named grpc_tools: install protoc, or pip install 'recproxy\[grpc\]'$"):
        load_services(str(tmp_path / "a.proto"))


def test_a_file_that_is_not_there_or_holds_none_is_told(tmp_path):
    (tmp_path / "none.binpb").write_bytes(b"\xff")

    for name, why in (("gone.binpb", "No such file"), ("gone.proto", "No such file"), ("none.binpb", "no descriptors")):
        with pytest.raises(ProfileError, match=why):
            load_services(str(tmp_path / name))
    assert load_services("").methods == {}
