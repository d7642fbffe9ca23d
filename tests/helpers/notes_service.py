"""The types of the service in tests/grpc/data/notes.proto, and the bytes of its messages made by hand."""

import struct
from pathlib import Path

from recproxy.grpc.descriptors import load_descriptors

DATA = Path(__file__).parents[1] / "grpc" / "data"
PLACE = str(DATA / "notes.binpb")
SERVICES = load_descriptors((DATA / "notes.binpb").read_bytes())
TYPES = SERVICES.types
NOTE = "notes.v1.Note"


def varint(value):
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def piece(number, data):
    """A field of bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def integer(number, value):
    """A field of an integer."""
    return varint(number << 3) + varint(value % (1 << 64))


def double(number, value):
    """A field of eight bytes."""
    return varint(number << 3 | 1) + struct.pack("<d", value)


def framed(*messages, flag=0):
    """Messages behind a flag and a length each."""
    return b"".join([bytes((flag,)) + len(each).to_bytes(4, "big") + each for each in messages])
