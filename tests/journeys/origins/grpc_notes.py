"""The service of tests/grpc/data/notes.proto, by grpcio: four kinds of call, details of errors, reflection if asked."""

import sys
import threading
from concurrent import futures
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "helpers"))

import grpc
from deadlines import seconds
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from notes_messages import METHODS, POOL, Note, Reply


def send(note, context):
    if note.text == "never":
        until_left(context)
    if note.text == "forbidden":
        detail = any_pb2.Any()
        detail.Pack(error_details_pb2.ErrorInfo(reason="NOT_YOURS", domain="notes.example", metadata={"id": "7"}))
        context.abort_with_status(rpc_status.to_status(status_pb2.Status(code=7, message="no,\nzoë", details=[detail])))
    context.send_initial_metadata((("x-first", "1"), ("x-first-bin", b"\xff\0")))
    context.set_trailing_metadata((("x-last-bin", b"\1\2"),))
    return Reply(id=note.request_id, text=note.text.upper(), count=1)


def upload(notes, _):
    texts = [note.text for note in notes]
    return Reply(text=",".join(texts), count=len(texts))


def listed(note, context):
    for number in range(3):
        yield Reply(text=note.text, count=number)
    if note.text == "never":
        until_left(context)


def until_left(context):
    """Wait until the client leaves, as it must."""
    left = threading.Event()
    if context.add_callback(left.set):
        assert left.wait(seconds(30))


def talk(notes, _):
    yield Reply(text="welcome")
    for note in notes:
        yield Reply(text=f"you said {note.text}")
        if note.text == "bye":
            return


def serve(with_reflection):
    kinds = {
        "Send": grpc.unary_unary_rpc_method_handler(send, Note.FromString, Reply.SerializeToString),
        "Upload": grpc.stream_unary_rpc_method_handler(upload, Note.FromString, Reply.SerializeToString),
        "List": grpc.unary_stream_rpc_method_handler(listed, Note.FromString, Reply.SerializeToString),
        "Talk": grpc.stream_stream_rpc_method_handler(talk, Note.FromString, Reply.SerializeToString),
    }
    assert kinds.keys() == METHODS.keys()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("notes.v1.Notes", kinds),))
    if with_reflection:
        from grpc_reflection.v1alpha import reflection

        names = ("notes.v1.Notes", reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server, pool=POOL)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(0)


if __name__ == "__main__":
    serve("reflection" in sys.argv)
