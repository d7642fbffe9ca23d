"""Asking a service for its descriptors: https://github.com/grpc/grpc/blob/master/doc/server-reflection.md.

Makes the message that asks, and reads the answers.
"""

from __future__ import annotations

from recproxy.grpc.descriptors import Services, load_descriptors
from recproxy.grpc.wire import Unreadable, fields, put_number, put_tag

__all__ = ["REFLECTION_PATHS", "asked_for", "reflected_services"]

#: The methods that answer, the newer first.
REFLECTION_PATHS = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)
_SYMBOL, _FILES, _FILE = 4, 4, 1


def asked_for(service: str) -> bytes:
    """The message that asks for the file of a service, and those that it imports."""
    return _piece(_SYMBOL, service.encode())


def reflected_services(messages: list[bytes]) -> Services:
    """What the messages of an answer tell. Raises ValueError where that is nothing."""
    files = [
        file.value
        for message in messages
        for answer in fields(message)
        if answer.number == _FILES and isinstance(answer.value, bytes)
        for file in fields(answer.value)
        if file.number == _FILE and isinstance(file.value, bytes)
    ]
    if not files:
        raise Unreadable("no descriptors in the answer")
    return load_descriptors(b"".join([_piece(1, file) for file in dict.fromkeys(files)]))


def _piece(number: int, data: bytes) -> bytes:
    return put_tag(number, 2) + put_number(len(data)) + data
