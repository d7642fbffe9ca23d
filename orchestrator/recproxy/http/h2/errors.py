"""What a peer must not do, as the codes of RFC 9113 section 7 have it. Pure."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Code", "PeerError", "StreamError"]


class Code(IntEnum):
    """Why a stream or a connection ends."""

    NO_ERROR = 0x0
    PROTOCOL_ERROR = 0x1
    INTERNAL_ERROR = 0x2
    FLOW_CONTROL_ERROR = 0x3
    FRAME_SIZE_ERROR = 0x6
    REFUSED_STREAM = 0x7
    CANCEL = 0x8
    COMPRESSION_ERROR = 0x9
    ENHANCE_YOUR_CALM = 0xB
    HTTP_1_1_REQUIRED = 0xD


class PeerError(Exception):
    """The connection ends: the peer broke its rules, or asks for too much."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class StreamError(Exception):
    """One stream ends: what came on it is malformed."""

    def __init__(self, reason: str, code: Code = Code.PROTOCOL_ERROR) -> None:
        super().__init__(reason)
        self.code = code
