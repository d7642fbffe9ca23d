"""The classes of the messages in tests/grpc/data/notes.proto, for clients and servers of grpcio."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from notes_service import DATA

FILES = descriptor_pb2.FileDescriptorSet.FromString((DATA / "notes.binpb").read_bytes())
POOL = descriptor_pool.DescriptorPool()
for _file in FILES.file:
    POOL.Add(_file)
CLASSES = message_factory.GetMessageClassesForFiles(["notes.proto"], POOL)
Note, Reply = CLASSES["notes.v1.Note"], CLASSES["notes.v1.Reply"]
#: The methods of the service, and whether each side streams.
METHODS = {"Send": (False, False), "Upload": (True, False), "List": (False, True), "Talk": (True, True)}


def stubs(channel):
    """The methods of a client by name."""
    kinds = {(0, 0): "unary_unary", (1, 0): "stream_unary", (0, 1): "unary_stream", (1, 1): "stream_stream"}
    return {
        name: getattr(channel, kinds[streams])(f"/notes.v1.Notes/{name}", Note.SerializeToString, Reply.FromString)
        for name, streams in METHODS.items()
    }
