"""What the content type of a request or response says of gRPC. Every request of a replay is asked for it."""

from __future__ import annotations

import re

from recproxy.recording.values import Headers, header

__all__ = ["framing_of"]

_MEDIA = re.compile(rb"application/(grpc-web-text|grpc-web|grpc|proto)(?:\+proto)?(?:;.*)?", re.IGNORECASE | re.DOTALL)


def framing_of(headers: Headers) -> str:
    """How messages are framed by the content type; empty where it is none of gRPC, or messages are not in protobuf."""
    found = _MEDIA.fullmatch((header(headers, b"content-type") or b"").strip())
    return found[1].decode().lower() if found is not None else ""
