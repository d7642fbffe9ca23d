"""What recproxy itself answers in the client's own terms: a status and a text of HTTP, or of gRPC to a call.

A client of gRPC shows the text of a status alone. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

from __future__ import annotations

from recproxy.http.request_events import Head
from recproxy.http.responses import error_response
from recproxy.recording import Headers, header
from recproxy.recording.message_coding import is_call
from recproxy.recording.printable import printable

__all__ = ["NOT_RETRIED", "UNAVAILABLE", "refusal_answer", "status_lines"]

#: FAILED_PRECONDITION: "the client should not retry until the system state has been explicitly fixed". No client does.
NOT_RETRIED = 9
#: What a client of gRPC makes of 502 and 504 itself.
UNAVAILABLE = 14


def status_lines(call_status: int, text: str) -> Headers:
    """A status of gRPC with its text, as headers or trailers have it."""
    from recproxy.grpc.statuses import message_text  # noqa: PLC0415 - most services have no gRPC

    said = text if text.startswith("recproxy: ") else f"recproxy: {text}"
    return (b"grpc-status", b"%d" % call_status), (
        b"grpc-message",
        message_text(printable(said)).encode("latin-1", "replace"),
    )


def refusal_answer(
    head: Head, status: int, text: str, *, call_status: int, reason: str = "", close: bool = True
) -> bytes:
    """The answer with a text: of this status, or to a call one that is nothing but the status of gRPC."""
    if not is_call(head.headers):
        return error_response(status, text, reason=reason, head_only=head.method == b"HEAD", close=close)
    kind = (header(head.headers, b"content-type") or b"").decode("latin-1")
    lines = [
        "HTTP/1.1 200 OK",
        f"Content-Type: {printable(kind)}",
        *(f"{name.decode()}: {value.decode('latin-1')}" for name, value in status_lines(call_status, text)),
        "Cache-Control: no-store",
        "Content-Length: 0",
    ]
    if (origin := header(head.headers, b"origin")) is not None:  # a page sees these headers only if it is told so
        lines.append(f"Access-Control-Allow-Origin: {printable(origin.decode('latin-1'))}")
        lines.append("Access-Control-Expose-Headers: grpc-status, grpc-message")
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
