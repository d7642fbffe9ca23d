"""A live request as matching sees it, whether a proxy read it from a socket or a client library was asked for it."""

from __future__ import annotations

from recproxy.recording import Headers, Request, decode, header

__all__ = ["received_request"]


def received_request(method: str, url: str, headers: Headers, body: bytes) -> Request:
    """A request whose payload is without its content coding, and in which nothing is a placeholder."""
    payload, encoding = body, None
    coding = header(headers, b"content-encoding")
    if coding is not None and body:
        encoding = coding.decode("latin-1").strip().lower()
        try:
            payload = decode(body, encoding)
        except ValueError:
            encoding = None
    return Request(method=method, url=url, headers=headers, body=payload, encoding=encoding, wild=None)
