"""Google's Cloud Pub/Sub on loopback, by grpcio: two links in a subscription, the second when the first is acknowledged.

`python pubsub_service.py DESCRIPTORS` prints its port, and serves until its stdin ends.
"""

import sys
from concurrent import futures
from pathlib import Path

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

TOKEN = "ya29." + "a0AfH6SMBx-" + "0a1b2c3d" * 6
SUBSCRIPTION = "projects/newsroom/subscriptions/links"
QUEUED = ({"link": "http://slashdot.org/", "message": "nerdy!"}, {"message": "no link"})
FILES = descriptor_pb2.FileDescriptorSet.FromString(Path(sys.argv[1]).read_bytes())
POOL = descriptor_pool.DescriptorPool()
for each in FILES.file:
    POOL.Add(each)
CLASSES = message_factory.GetMessageClassesForFiles(["pubsub.proto"], POOL)
Asked, Told = (CLASSES[f"google.pubsub.v1.StreamingPull{name}"] for name in ("Request", "Response"))


def pull(asked, context):
    if ("authorization", f"Bearer {TOKEN}") not in context.invocation_metadata():
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials.")
    if next(asked).subscription != SUBSCRIPTION:
        context.abort(grpc.StatusCode.NOT_FOUND, "Resource not found (resource=links).")
    for number, attributes in enumerate(QUEUED, 1):
        told = Told()
        received = told.received_messages.add(ack_id=f"RkhRNxkIaFEOT14jPzUgKEUaBAgUBXx9c1tXdV-{number}")
        received.message.message_id = f"1915016352271{number}"
        received.message.attributes.update(attributes)
        yield told
        assert list(next(asked).ack_ids) == [received.ack_id]
    assert list(asked) == []  # the program has enough


def written(told):
    return told.SerializeToString(deterministic=True)  # else the order of a map is another in each process


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(2))
    handler = grpc.stream_stream_rpc_method_handler(pull, Asked.FromString, written)
    kinds = grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", {"StreamingPull": handler})
    server.add_generic_rpc_handlers((kinds,))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(0)


if __name__ == "__main__":
    serve()
