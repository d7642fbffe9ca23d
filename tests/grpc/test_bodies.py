"""Bodies of messages as JSON and back."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes_service import NOTE, TYPES, framed, integer, piece

from recproxy.grpc.bodies import LARGEST, is_readable, message_count, messages_of, on_the_wire, read_messages
from recproxy.grpc.types import Types
from recproxy.recording import Recording, Request, Response, dump, encode, load
from recproxy.recording.values import Interaction

HELLO = piece(1, b"hello") + integer(2, 5)


def request(body, kind=b"application/grpc", *headers):
    return Request(
        method="POST",
        url="https://notes.example/notes.v1.Notes/Send",
        headers=((b"content-type", kind), *headers),
        body=body,
        wild=None,
    )


def response(body, kind=b"application/grpc", *headers):
    return Response(status=200, headers=((b"content-type", kind), *headers), body=body, wild=None)


def named(block):
    return read_messages(block, TYPES, NOTE)


def test_one_message_is_an_object_and_several_are_a_list():
    assert named(request(framed(HELLO))).body == b'{"text": "hello", "id": 5}'
    assert named(request(framed(HELLO, b""))).body == b'[{"text": "hello", "id": 5}, {}]'
    assert messages_of(named(request(framed(HELLO)))) == [{"text": "hello", "id": 5}]


def test_the_types_that_were_used_stand_in_the_coding():
    assert named(request(framed(HELLO))).encoding == "grpc\nmessage notes.v1.Note text=1 id=2:int64"
    assert read_messages(request(framed(HELLO)), Types(), "").encoding == "grpc"


def test_a_message_without_a_readable_form_is_its_bytes():
    odd = piece(1, b"a") + integer(2, 1) + piece(1, b"b")
    block = named(request(framed(odd, HELLO)))

    assert block.body == b'["CgFhEAEKAWI=", {"text": "hello", "id": 5}]'
    assert on_the_wire(block).body == framed(odd, HELLO)


def test_messages_are_decompressed_and_compressed_again():
    packed = encode(HELLO, "gzip")
    coding = (b"grpc-encoding", b"gzip")
    every = named(request(framed(packed, packed, flag=1), b"application/grpc", coding))
    second = named(request(framed(HELLO) + framed(packed, flag=1), b"application/grpc", coding))

    assert every.encoding.partition("\n")[0] == "grpc gzip"
    assert second.encoding.partition("\n")[0] == "grpc gzip 2"
    assert on_the_wire(every).body == framed(packed, packed, flag=1)
    assert on_the_wire(second).body == framed(HELLO) + framed(packed, flag=1)


@pytest.mark.parametrize("lines", [b"grpc-status: 0\r\n", b"grpc-status:0\r\ngrpc-message:\r\n"])
def test_the_trailers_of_grpc_web_are_trailers(lines):
    body = framed(HELLO) + framed(lines, flag=0x80)
    block = named(response(body, b"application/grpc-web+proto"))

    assert block.trailers[0] == (b"grpc-status", b"0")
    assert block.body == b'{"text": "hello", "id": 5}'
    assert on_the_wire(block) == response(body, b"application/grpc-web+proto")


def test_grpc_web_text_is_read_and_coded_again():
    body = base64.b64encode(framed(HELLO) + framed(b"grpc-status: 5\r\n", flag=0x80))
    block = named(response(body, b"application/grpc-web-text"))

    assert block.trailers == ((b"grpc-status", b"5"),)
    assert on_the_wire(block).body == body


def test_trailers_alone_are_the_whole_body():
    body = framed(b"grpc-status: 5\r\n", flag=0x80)
    block = named(response(body, b"application/grpc-web"))

    assert (block.body, block.trailers) == (b"", ((b"grpc-status", b"5"),))
    assert on_the_wire(block).body == body


def test_a_message_of_connect_has_no_frame():
    block = named(request(HELLO, b"application/proto"))

    assert (block.body, block.encoding.partition("\n")[0]) == (b'{"text": "hello", "id": 5}', "proto")
    assert on_the_wire(block).body == HELLO


@pytest.mark.parametrize(
    "block",
    [
        request(framed(HELLO)[:-1]),
        request(framed(HELLO, flag=1)),
        request(framed(HELLO, flag=1), b"application/grpc", (b"grpc-encoding", b"snappy")),
        request(framed(HELLO), b"application/grpc", (b"content-encoding", b"gzip")),
        request(framed(HELLO), b"application/grpc+json"),
        request(framed(HELLO), b"text/plain"),
        request(framed(b"x" * LARGEST)),
        request(b""),
        replace(response(framed(b"a: 1\r\n", flag=0x80), b"application/grpc-web"), trailers=((b"b", b"2"),)),
        response(framed(b"a: 1\r\n", flag=0x80) + framed(HELLO), b"application/grpc-web"),
        request(b"AA", b"application/grpc-web-text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_stays(block):
    assert named(block) == block
    assert on_the_wire(block) == block


def test_what_is_read_is_not_read_again():
    block = named(request(framed(HELLO)))

    assert is_readable(block)
    assert named(block) is block


def test_times_of_pieces_are_no_part_of_messages():
    block = replace(response(framed(HELLO)), delay=0.5)

    assert named(block).delay == 0


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4), st.sampled_from([NOTE, ""]))
def test_any_messages_come_back_through_a_recording(messages, root):
    said = read_messages(response(framed(*messages)), TYPES, root)
    asked = read_messages(request(framed(*messages)), TYPES, root)
    [back] = load(dump(Recording(interactions=(Interaction(request=asked, response=said),)))).interactions

    assert on_the_wire(back.response).body == framed(*messages)
    assert on_the_wire(back.request).body == framed(*messages)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "no JSON"),
        (b'[{"text": "a"}, {"id": "b"}]', "message 2: id: 'b' is no int64"),
        (b"5", "message 1: write an object of JSON"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_text_that_is_no_message_is_told(body, why):
    with pytest.raises(ValueError, match=why):
        on_the_wire(replace(named(response(framed(HELLO))), body=body))


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"", 0),
        (b'{"text": "a"}', 1),
        (b'[{"text": "a"}, {"text": "b"}, {}]', 3),
        (b'[{"text": "a", "size": XXX}, {"text": "b", "size": XXX[size.number]}, XXX]', 3),
        (b"XXX", 1),
        (b"[{]", 1),
    ],
)
def test_messages_of_a_recording_are_counted(body, count):
    block = replace(response(body, b"application/grpc-web"), encoding="grpc-web", wild="XXX")

    assert message_count(block) == count


def test_a_message_of_connect_may_have_a_content_coding():
    coded = encode(HELLO, "gzip")
    block = replace(request(HELLO, b"application/proto", (b"content-encoding", b"gzip")), encoding="gzip")

    assert named(block).encoding.partition("\n")[0] == "proto gzip"
    assert on_the_wire(named(block)).body == coded
