"""Google's Cloud Pub/Sub, by gRPC: links that others put into a subscription come over a stream both ways."""

import os
from pathlib import Path
from queue import SimpleQueue

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from share.service import ServiceError

HOST = "pubsub.googleapis.com:443"
_FILES = descriptor_pb2.FileDescriptorSet.FromString(Path(__file__).with_name("pubsub.binpb").read_bytes())
_POOL = descriptor_pool.DescriptorPool()
for _file in _FILES.file:
    _POOL.Add(_file)
_CLASSES = message_factory.GetMessageClassesForFiles(["pubsub.proto"], _POOL)
Asked, Told = (_CLASSES[f"google.pubsub.v1.StreamingPull{name}"] for name in ("Request", "Response"))


def links(subscription, *, most):
    """The attributes of so many messages, each acknowledged when the next is asked for.

    Raises:
        ServiceError: the service refused, or the stream broke off.
    """
    asked = SimpleQueue()
    asked.put(Asked(subscription=subscription, stream_ack_deadline_seconds=60))
    with grpc.secure_channel(HOST, grpc.ssl_channel_credentials()) as channel:
        pull = channel.stream_stream(
            "/google.pubsub.v1.Subscriber/StreamingPull", Asked.SerializeToString, Told.FromString
        )
        metadata = (("authorization", f"Bearer {os.environ['PUBSUB_TOKEN']}"),)
        try:
            for told in pull(iter(asked.get, None), metadata=metadata, timeout=60):
                for received in told.received_messages:
                    yield dict(received.message.attributes)
                    asked.put(Asked(ack_ids=[received.ack_id]))
                    most -= 1
                if most <= 0:
                    asked.put(None)
        except grpc.RpcError as error:
            code, _ = error.code().value
            raise ServiceError(provider="google.com", message=error.details(), status=200, code=code) from error
        finally:
            asked.put(None)
