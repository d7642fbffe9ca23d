"""A live request as matching sees it, whether a proxy read it from a socket or a client library was asked for it."""

from __future__ import annotations

from recproxy.recording import Headers, Request, decode, header

__all__ = ["received_request", "without_coding"]


def received_request(method: str, url: str, headers: Headers, body: bytes) -> Request:
    """A request whose payload is without its content coding, and in which nothing is a placeholder."""
    payload, encoding = without_coding(body, headers)
    return Request(method=method, url=url, headers=headers, body=payload, encoding=encoding, wild=None)


def without_coding(body: bytes, headers: Headers) -> tuple[bytes, str | None]:
    """The payload without its content coding, and that coding; the bytes as they are where it cannot be undone."""
    coding = (header(headers, b"content-encoding") or b"").decode("latin-1").strip().lower()
    if not coding or coding == "identity" or not body:
        return body, None
    try:
        return decode(body, coding), coding
    except ValueError:
        return body, None
