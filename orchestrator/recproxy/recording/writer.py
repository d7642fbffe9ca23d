"""Writing recordings: `dump` gives the text of format 2 that `load` reads as the same recording.

The same value gives the same bytes. Linear in the bodies.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from recproxy.recording import directives
from recproxy.recording.bodies import write_body
from recproxy.recording.codings import codings_of
from recproxy.recording.conversations import conversation_lines, wild_line
from recproxy.recording.faults import read_fault
from recproxy.recording.framing import with_length
from recproxy.recording.grammar import ABSOLUTE, FIELD_NAME, FIRST_LINE, METHOD, REASON, VERSION, is_plain, is_utf8
from recproxy.recording.message_coding import check_framing, check_type, is_message_coding, order_lines, type_lines
from recproxy.recording.messages import message_lines
from recproxy.recording.steps import WEBSOCKET
from recproxy.recording.values import Headers, Interaction, Recording, Request, Response
from recproxy.recording.webhooks import as_sent
from recproxy.recording.wildcard import unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["dump", "interaction_pieces", "pieces"]


def dump(recording: Recording) -> bytes:
    """The text of a recording, in format 2.

    A block whose wild word is None gets one that its text does not hold; Content-Length of a response becomes the
    length of its body where `load` would make it again. Raises ValueError for what the text has no form for: a URL
    that is not absolute, a header name that is no token, a control character in a first line or a comment, a body
    where `omitted` says there is none, and numbers out of range.
    """
    return b"".join(pieces(recording))


def pieces(recording: Recording, written: Iterable[bytes] | None = None) -> Iterator[bytes]:
    """The text of `dump`, a few lines at a time, so that a large recording need not be in memory twice.

    The text of its interactions may be given as `written`, if `interaction_pieces` has made it elsewhere.
    """
    yield FIRST_LINE + b"\n"
    yield from _comments(recording.comments)
    if recording.match_on is not None:
        yield _match_on(recording.match_on)
    if recording.repeat is not None:
        if recording.repeat not in directives.REPEATS:
            raise ValueError(f"not a word for repeats: {recording.repeat!r}")
        yield f":repeat {recording.repeat}\n".encode()
    if recording.correlate is not None:
        yield f":correlate {'yes' if recording.correlate else 'no'}\n".encode()
    yield from interaction_pieces(recording.interactions) if written is None else written
    if recording.closing:
        yield b"\n"
        yield from _comments(recording.closing)


def interaction_pieces(interactions: Iterable[Interaction]) -> Iterator[bytes]:
    """The text of interactions, a few lines at a time."""
    for interaction in interactions:
        yield b"\n"
        yield from _interaction(interaction)


def _comments(comments: tuple[str, ...]) -> Iterator[bytes]:
    for comment in comments:
        if "\n" in comment or "\r" in comment:
            raise ValueError(f"a comment is one line: {comment!r}")
        yield f"# {comment}\n".encode() if comment else b"#\n"


def _match_on(words: tuple[str, ...]) -> bytes:
    for word in words:
        if not word.isprintable() or word.replace(",", " ").split() != [word]:
            raise ValueError(f"not a name for a part of a request: {word!r}")
    return " ".join((":match_on", *words)).encode() + b"\n"


def _interaction(interaction: Interaction) -> Iterator[bytes]:
    yield from _comments(interaction.comments)
    if interaction.scope is not None:
        yield directives.scope(interaction.scope).encode() + b"\n"
    if interaction.recorded is not None:
        yield f":recorded {interaction.recorded.isoformat()[:10]}\n".encode()
    if interaction.protocol == WEBSOCKET:
        yield from _websocket(interaction)
        return
    if interaction.webhook is not None:
        delay = interaction.webhook.delay
        yield f":webhook {directives.seconds_text(delay)}\n".encode() if delay else b":webhook\n"
        sent = as_sent(interaction)
        yield from _request(sent.request)
        yield from _response(with_length(sent.answer, sent.request.method))
        return
    if interaction.steps:
        yield from conversation_lines(interaction)
        return
    yield from _request(interaction.request)
    yield from _response(with_length(interaction.response, interaction.request.method))


def _websocket(interaction: Interaction) -> Iterator[bytes]:
    """A request, its response, and the messages that follow it; one word is the wild one in all of them."""
    request, response = interaction.request, interaction.response
    if response.body or response.omitted is not None:
        raise ValueError("a WebSocket begins behind the head of a response")
    if request.wild is None or response.wild is None:
        texts = (
            request.url.encode("ascii", "surrogateescape"),
            request.body,
            response.reason,
            *(value for _, value in itertools.chain(request.headers, response.headers)),
            *(step.data for step in interaction.steps),
        )
        word = request.wild or response.wild or unused(*texts)
        request, response = replace(request, wild=word), replace(response, wild=word)
    yield from _request(request)
    *head, end = _response(response)
    yield from head
    yield from message_lines(interaction.steps, request.wild)
    yield end


def _request(request: Request) -> Iterator[bytes]:
    method, version = request.method.encode(), request.version.encode()
    url = request.url.encode("ascii", "surrogateescape")
    if not METHOD.fullmatch(method) or not VERSION.fullmatch(version):
        raise ValueError(f"not a method and a version: {request.method!r}, {request.version!r}")
    if not ABSOLUTE.fullmatch(url):
        raise ValueError(f"not an absolute URL: {request.url!r}")
    line, latin = _first_line(url)
    yield b"%s %s %s\n" % (method, line, version)
    yield from _above(request, latin, url)
    yield from _headers(request.headers)
    yield from _below(request)
    yield b"====\n"


def _response(response: Response) -> Iterator[bytes]:
    version = response.version.encode()
    if not 100 <= response.status <= 999 or not VERSION.fullmatch(version):
        raise ValueError(f"not a version and a status: {response.version!r}, {response.status!r}")
    if not REASON.fullmatch(response.reason):
        raise ValueError(f"a control character in the reason: {response.reason!r}")
    reason, latin = _first_line(response.reason)
    yield b"%s %d%s\n" % (version, response.status, b" " + reason if reason else b"")
    yield from _above(response, latin, response.reason)
    if response.framing is not None:
        if response.framing != "close":
            raise ValueError(f"not a framing: {response.framing!r}")
        yield b":framing close\n"
    if response.delay:
        yield f":delay {directives.seconds_text(response.delay)}\n".encode()
    if response.fault is not None:
        read_fault(response.fault)
        yield f":fault {response.fault}\n".encode()
    yield from _headers(response.headers)
    for line in (*directives.chunks(response.chunks), *order_lines(response.after)):
        yield line.encode() + b"\n"
    yield from _below(response)
    yield b"=======\n"


def _first_line(text: bytes) -> tuple[bytes, bool]:
    """Text for a first line, and whether it is written as Latin-1 because it is not UTF-8."""
    return (text, False) if is_utf8(text) else (text.decode("latin-1").encode(), True)


def _above(block: Request | Response, latin: bool, first: bytes) -> Iterator[bytes]:
    """The directives above the headers of a block whose first line holds the text `first`."""
    values = (value for _, value in itertools.chain(block.headers, block.trailers))
    yield from wild_line(block.wild, first, block.body, *values)
    if latin:
        yield b":line latin-1\n"


def _headers(headers: Headers) -> Iterator[bytes]:
    for name, value in headers:
        if not FIELD_NAME.fullmatch(name):
            raise ValueError(f"not a header name: {name!r}")
        if is_plain(name, value):
            yield b"%s: %s\n" % (name, value) if value else b"%s:\n" % name
        else:
            yield directives.coded_header("header", name, value) + b"\n"


def _below(block: Request | Response) -> Iterator[bytes]:
    """The directives below the headers of a block, a blank line, and the body."""
    for line in _headers(block.trailers):
        yield line.replace(b":header", b":trailer", 1) if line.startswith(b":header ") else b":trailer " + line
    if block.encoding is not None:
        yield from _coding(block.encoding)
    if block.omitted is not None:
        if block.body or not 0 <= block.omitted < 10**18:
            raise ValueError("a body too large to store has a size and no bytes")
        yield b":body omitted %d\n" % block.omitted
    style, text = write_body(block.body, block.wild)
    if style:
        yield " ".join((":body", *style)).encode() + b"\n"
    yield b"\n"
    if block.body:
        yield text
        yield b"\n"


def _coding(encoding: str) -> Iterator[bytes]:
    """The directives that name a content coding, or how messages were coded."""
    first = encoding.partition("\n")[0]
    if is_message_coding(encoding):
        check_framing(first)
    elif not codings_of(encoding) or not encoding.isprintable() or encoding.strip() != encoding:
        raise ValueError(f"not a content coding: {encoding!r}")
    yield f":encoding {first}\n".encode()
    for kind, text in type_lines(encoding):
        check_type(kind, text)
        yield f":{kind} {text}\n".encode()
