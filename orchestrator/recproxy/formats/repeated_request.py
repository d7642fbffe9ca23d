"""What a person's program gives its client to send a recorded request again: what the client adds is left out. Pure."""

from __future__ import annotations

from recproxy.formats.writing import plain_request
from recproxy.recording import Headers, Request
from recproxy.recording.counting import counted

__all__ = ["given_body", "given_headers", "without_body"]

#: What clients make by themselves, from the URL, the body and the connection.
_MADE_BY_CLIENTS = frozenset((b"host", b"content-length", b"connection", b"transfer-encoding", b"proxy-connection"))


def given_headers(request: Request) -> Headers:
    """The headers without those that every client makes."""
    return tuple((name, value) for name, value in request.headers if name.lower() not in _MADE_BY_CLIENTS)


def given_body(request: Request) -> bytes:
    """The body in the encoding that the headers name."""
    return plain_request(request).body if request.body else request.body


def without_body(request: Request, mark: str) -> list[str]:
    """A line that says what was not stored, as a comment that begins with `mark`; none where all was."""
    if request.omitted is None:
        return []
    return [f"{mark} without its body of {counted(request.omitted, 'byte')}, which was not stored"]
