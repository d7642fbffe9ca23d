"""The four kinds of call by Connect's client, in the protocol gRPC, to the base URL."""

import os
import sys

sys.path.insert(0, sys.argv[1])
from connectrpc.client import ConnectClientSync
from connectrpc.compat import google_protobuf_binary_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from notes_messages import Note, Reply
from pyqwest import HTTPVersion, SyncClient, SyncHTTPTransport

TYPES = {
    "Send": StreamType.UNARY,
    "Upload": StreamType.CLIENT_STREAM,
    "List": StreamType.SERVER_STREAM,
    "Talk": StreamType.BIDI_STREAM,
}


def method(name):
    return MethodInfo(
        name=name,
        service_name="notes.v1.Notes",
        input=Note,
        output=Reply,
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=TYPES[name],
    )


with (
    SyncHTTPTransport(http_version=HTTPVersion.HTTP2) as transport,
    ConnectClientSync(
        os.environ["NOTES_BASE_URL"],
        codec=google_protobuf_binary_codec(),
        protocol=ProtocolType.GRPC,
        http_client=SyncClient(transport),
        timeout_ms=20_000,
    ) as client,
):
    print(client.execute_unary(request=Note(text="hi"), method=method("Send")).text)
    upload = iter([Note(text="a"), Note(text="b")])
    print(client.execute_client_stream(request=upload, method=method("Upload")).text)
    print([each.count for each in client.execute_server_stream(request=Note(text="hi"), method=method("List"))])
    talk = iter([Note(text="hi"), Note(text="bye")])
    print([each.text for each in client.execute_bidi_stream(request=talk, method=method("Talk"))])
    try:
        client.execute_unary(request=Note(text="forbidden"), method=method("Send"))
    except ConnectError as error:
        print(error.code.name, error.message.splitlines()[-1])
