"""Targets that read messages of gRPC: from services and clients, from descriptors, and from recordings that were edited."""

from fuzz_target import Target
from notes_service import NOTE, TYPES, framed, integer, piece

from recproxy.grpc.bodies import on_the_wire, read_messages
from recproxy.grpc.descriptors import load_descriptors
from recproxy.grpc.frames import untexted
from recproxy.grpc.types import Types
from recproxy.recording import Interaction, Recording, Request, Response, dump, load

KINDS = (b"application/grpc", b"application/grpc-web+proto", b"application/grpc-web-text", b"application/proto")
HELLO = piece(1, b"hello") + integer(2, 5) + piece(5, piece(1, b"Ann")) + piece(6, piece(1, b"k") + piece(2, b"v"))


def messages(data):
    """A body, whose first byte chooses a content type: what was read is sent as the same messages."""
    choice, body = data[:1] or b"\0", data[1:]
    headers = ((b"content-type", KINDS[choice[0] % 4]), (b"grpc-encoding", b"gzip"))
    for types, root in ((TYPES, NOTE), (Types(), "")):
        block = read_messages(Response(status=200, headers=headers, body=body, wild=None), types, root)
        asked = Request(method="POST", url="http://a.example/a.B/C", wild=None)
        text = dump(Recording(interactions=(Interaction(request=asked, response=block),)))
        sent = on_the_wire(load(text).interactions[0].response)
        assert b"gzip" in (block.encoding or "").encode() or _plain(sent.body, choice) == _plain(body, choice)


def _plain(body, choice):
    if choice[0] % 4 != 2:
        return body
    try:
        return untexted(body)
    except ValueError:
        return body


def descriptors(data):
    """Descriptors that somebody names."""
    try:
        load_descriptors(data)
    except ValueError:
        return


GRPC = (
    Target(
        name="grpc-messages",
        run=messages,
        seeds=(
            b"\0" + framed(HELLO, b""),
            b"\1" + framed(HELLO) + framed(b"grpc-status: 0\r\n", flag=0x80),
            b"\3" + HELLO,
        ),
        tokens=(b"\0\0\0\0\5", b"\x0a", b"\x80", b"\xff\xff\xff\xff\x0f", b"\x0b", b"\x0c"),
    ),
    Target(
        name="grpc-descriptors",
        run=descriptors,
        seeds=(piece(1, piece(2, b"a") + piece(4, piece(1, b"B") + piece(2, piece(1, b"c") + b"\x18\x01\x28\x09"))),),
        tokens=(b"\x0a", b"\x12", b"\x22", b"\x28", b"\x18"),
    ),
)
