"""What was said between a program and a service, as frozen values.

Knows nothing of files, text forms, sockets or matching. Header names and values, and bodies, are bytes as they
stood on the wire; a body whose content coding was undone names that coding in `encoding`.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.steps import WEBSOCKET, WEBSOCKET_SCHEMES, Step

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

__all__ = [
    "CUT_SHORT",
    "MADE_BY_INIT",
    "WILD",
    "Chunk",
    "Headers",
    "Interaction",
    "Recording",
    "Request",
    "Response",
    "Webhook",
    "begins_websocket",
    "conversation",
    "header",
    "header_values",
    "is_websocket",
]

#: Header lines in wire order: name and value, case and repeats kept.
Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

#: The word that stands for anything, unless a block names another one.
WILD = "XXX"

#: The status of a response behind which another protocol begins.
_SWITCHING = 101
#: The comment at the top of a recording that `recproxy init` wrote: no service has sent its responses.
MADE_BY_INIT = "Written by `recproxy init`, not by the service: replace it with a request of your program."
#: The comment above an interaction whose request was cut short.
CUT_SHORT = "the service answered before the client had sent the whole body: any body matches"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it was sent.

    `url` is absolute, or in a 2011 recording possibly a path; bytes outside ASCII are kept by surrogateescape.
    `body` is the payload; where `encoding` names a content coding, the wire carried it coded. `wild` is the word
    that stands for anything in this block (`XXX` unless the traffic itself held those letters); None in a live
    request, in which every byte is literal. `omitted` is the size in bytes of a body too large to store; such a
    request cannot be matched.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    encoding: str | None = None
    version: str = "HTTP/1.1"
    trailers: Headers = ()
    omitted: int | None = None
    wild: str | None = WILD


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a streamed body: its `size` in bytes of the stored body, and the `gap` in seconds before it."""

    size: int
    gap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response as it was received.

    `framing` is "close" where the end of the connection ended the body, else None (the headers tell). `delay` is
    the time in seconds to its head, `fault` how its replay goes wrong on purpose. `chunks` is empty unless the boundaries of a stream were kept. `omitted` is the
    size in bytes of a body too large to store; such a response cannot be replayed. `after` says of each gRPC message,
    and then of the status, how many messages of the client came before it; -1 is after the client's end.
    """

    status: int
    reason: bytes = b""
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    encoding: str | None = None
    version: str = "HTTP/1.1"
    framing: str | None = None
    trailers: Headers = ()
    delay: float = 0.0
    fault: str | None = None
    chunks: tuple[Chunk, ...] = ()
    after: tuple[int, ...] = ()
    omitted: int | None = None
    wild: str | None = WILD


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """What a webhook has besides: the `method` it was sent with, and the `delay` in seconds behind the response before it."""

    method: str = "POST"
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One request and its response, or a conversation: then `steps` hold what was said.

    The request of a conversation has its protocol as the method (`SMTP`), its address as the URL
    (`smtp://mail.example:587`) and nothing else but the wild word; its response is empty, with status 0. A WebSocket has
    the request that began it and its response without a body (101), and the messages as steps. `scope` names the test that recorded it, `recorded` the day; `comments` are the file's lines above it, without
    `#`. `webhook` is there for what the service sent on its own account (see webhooks.py). `line` and `response_line` (1-based, 0 where there is no file) say where it stands and do not take part in
    comparison.
    """

    request: Request
    response: Response
    scope: str | None = None
    recorded: dt.date | None = None
    comments: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    webhook: Webhook | None = None
    line: int = field(default=0, compare=False)
    response_line: int = field(default=0, compare=False)

    @property
    def protocol(self) -> str:
        """The protocol of a conversation: SMTP, IMAP or WEBSOCKET; empty where it is a request and its response."""
        if begins_websocket(self.request, self.response):
            return WEBSOCKET
        return self.request.method if self.steps else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Interactions with one service, in recorded order.

    `format` is 2, or 1 for a file of 2011 (there the host is any host of the profile). `match_on` names the parts
    of a request that are compared where the file says so itself, `repeat` what follows the last recorded repeat (last,
    miss or cycle), `correlate` whether what a program makes anew gets a name; None leaves it to the profile. `comments` are the lines at the head of the file; `closing` those
    after the last interaction.
    """

    interactions: Sequence[Interaction] = ()
    match_on: tuple[str, ...] | None = None
    repeat: str | None = None
    correlate: bool | None = None
    comments: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    format: int = 2
    path: str | None = field(default=None, compare=False)


def conversation(
    protocol: str,
    url: str,
    steps: tuple[Step, ...],
    *,
    wild: str | None = WILD,
    scope: str | None = None,
    recorded: dt.date | None = None,
    comments: tuple[str, ...] = (),
    line: int = 0,
) -> Interaction:
    """The interaction that a conversation is."""
    return Interaction(
        request=Request(method=protocol, url=url, wild=wild),
        response=Response(status=0, wild=wild),
        scope=scope,
        recorded=recorded,
        comments=comments,
        steps=steps,
        line=line,
        response_line=line,
    )


def begins_websocket(request: Request, response: Response) -> bool:
    """Whether messages follow a response: the service agreed to a WebSocket."""
    return response.status == _SWITCHING and is_websocket(request)


def is_websocket(request: Request) -> bool:
    """Whether a request asks for a WebSocket: its address says so."""
    return request.url[:2] in ("ws", "WS") and request.url.partition("://")[0].lower() in WEBSOCKET_SCHEMES


def header_values(headers: Headers, name: bytes) -> list[bytes]:
    """All values of a header, by its lower-case name, in wire order."""
    return [value for key, value in headers if key.lower() == name]


def header(headers: Headers, name: bytes) -> bytes | None:
    """The first value of a header, by its lower-case name, or None."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None
