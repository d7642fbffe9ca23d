"""The status of a call: its message, its details as a person reads them, and the answer that is nothing else.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, https://github.com/googleapis/googleapis (google.rpc).
"""

from __future__ import annotations

import base64
import binascii
import json
from urllib.parse import quote

from recproxy.grpc.reading import MessageReader
from recproxy.grpc.types import parse_types
from recproxy.grpc.writing import MessageWriter
from recproxy.recording.values import Headers

__all__ = ["DETAILS", "message_text", "readable_details", "with_details"]

DETAILS = b"grpc-status-details-bin"
#: The names of metadata whose values are base64 end with this.
_BINARY = b"-bin"
_STATUS = "google.rpc.Status"
#: Characters of a message that clients take in a header of a few kilobytes, with each escape three of them.
_LONGEST = 4000
_LINES = """\
google.rpc.Status code=1:int32 message=2 details=3:google.protobuf.Any[]
google.protobuf.Any type_url=1 value=2:bytes
google.protobuf.Duration seconds=1:int64 nanos=2:int32
google.rpc.ErrorInfo reason=1 domain=2 metadata=3:map<string,string>
google.rpc.RetryInfo retry_delay=1:google.protobuf.Duration
google.rpc.DebugInfo stack_entries=1[] detail=2
google.rpc.QuotaFailure violations=1:google.rpc.QuotaFailure.Violation[]
google.rpc.QuotaFailure.Violation subject=1 description=2
google.rpc.PreconditionFailure violations=1:google.rpc.PreconditionFailure.Violation[]
google.rpc.PreconditionFailure.Violation type=1 subject=2 description=3
google.rpc.BadRequest field_violations=1:google.rpc.BadRequest.FieldViolation[]
google.rpc.BadRequest.FieldViolation field=1 description=2 reason=3 localized_message=4:google.rpc.LocalizedMessage
google.rpc.RequestInfo request_id=1 serving_data=2
google.rpc.ResourceInfo resource_type=1 resource_name=2 owner=3 description=4
google.rpc.Help links=1:google.rpc.Help.Link[]
google.rpc.Help.Link description=1 url=2
google.rpc.LocalizedMessage locale=1 message=2"""
_TYPES = parse_types([("message", line) for line in _LINES.splitlines()])[1]


def message_text(text: str) -> str:
    """A text as the header grpc-message has it, shortened to what clients take."""
    coded = quote(text.strip()[:_LONGEST], safe=" !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return coded if len(coded) <= _LONGEST else coded[:_LONGEST].rpartition("%0A")[0] or coded[:_LONGEST]


def readable_details(headers: Headers) -> Headers:
    """Headers or trailers with the details of the status as JSON, where that gives the same bytes again."""
    return tuple((name, _readable(value) if name.lower() == DETAILS else value) for name, value in headers)


def with_details(headers: Headers, wild: str | None = None) -> Headers:
    """The same with the details as they are sent, and masks in base64 where the name asks for that.

    Raises ValueError where they cannot be sent.
    """
    return tuple((name, _sent(name, value, wild)) for name, value in headers)


def _sent(name: bytes, value: bytes, wild: str | None) -> bytes:
    if name.lower() == DETAILS and value[:1] == b"{":
        return _coded(value)
    is_masked = wild is not None and name.lower().endswith(_BINARY) and wild.encode() in value
    return base64.b64encode(value).rstrip(b"=") if is_masked else value


def _readable(value: bytes) -> bytes:
    bare = value.rstrip(b"=")  # padding is optional, and means nothing
    if not bare:
        return value
    try:
        data = base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
        text = json.dumps(MessageReader(_TYPES).message(data, _STATUS)).encode()
        return text if _coded(text) == bare else value
    except (binascii.Error, ValueError):
        return value


def _coded(value: bytes) -> bytes:
    try:
        data = MessageWriter(_TYPES).message(json.loads(value), _STATUS)
    except RecursionError:
        raise ValueError(f"{DETAILS.decode()}: nested too deep") from None
    except ValueError as problem:
        raise ValueError(f"{DETAILS.decode()}: {problem}") from None
    return base64.b64encode(data).rstrip(b"=")
