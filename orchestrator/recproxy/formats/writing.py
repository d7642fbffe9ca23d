"""A recording made ready for a format that says less.

Messages have their bodies as they go over the wire, and notes say what is left unsaid. Knows HTTP and recordings, no format.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from recproxy.formats.values import Note
from recproxy.grpc.bodies import is_readable, on_the_wire
from recproxy.recording import Headers, Interaction, Request, Response, encode, header_values

__all__ = ["body_text", "plain_request", "sendable", "unsaid", "url_text"]


def plain_request(request: Request) -> Request:
    """A request with its body as it was sent."""
    if is_readable(request):
        try:
            return on_the_wire(request)
        except ValueError:  # it has wild places, of which there are no bytes
            return dataclasses.replace(request, encoding=None)
    if request.encoding is None:
        return request
    return dataclasses.replace(request, body=encode(request.body, request.encoding), encoding=None)


def sendable(interaction: Interaction, *, coded: bool, renamed: bool = True) -> Response:
    """A response with its body as it is sent, or decoded, and headers that fit it: no chunks, the right length.

    Of a decoded body the headers do not name the coding any more, unless `renamed` is false.
    """
    response = on_the_wire(interaction.response)
    body, headers = response.body, response.headers
    if response.encoding is not None:
        if coded:
            body = encode(body, response.encoding)
        elif renamed:
            headers = _without(headers, b"content-encoding")
    headers = _without(headers, b"transfer-encoding")
    if response.omitted is None and interaction.request.method != "HEAD" and response.status != 304:
        length = b"%d" % len(body)
        headers = tuple((name, length if name.lower() == b"content-length" else value) for name, value in headers)
    return dataclasses.replace(response, body=body, headers=headers, encoding=None)


def body_text(body: bytes) -> str | bytes:
    """A body as text if it is UTF-8, else as bytes."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def url_text(url: str) -> str:
    """A URL as text that every format can hold: bytes in it that are no UTF-8 are replaced."""
    return url.encode("ascii", "surrogateescape").decode("utf-8", "replace")


def unsaid(interaction: Interaction, where: str, match_on: tuple[str, ...]) -> Iterator[Note]:
    """What a format of whole requests and responses cannot hold of an interaction."""
    request, response = interaction.request, interaction.response

    def lost(text: str) -> Note:
        return Note(kind="lost", where=where, text=text)

    if request.omitted is not None or response.omitted is not None:
        yield lost("a body that was too large to store")
    if request.wild is not None and request.wild in request.url:
        yield lost(f"{request.wild} in the URL, which stood for anything")
    elif request.wild is not None and request.wild.encode() in request.body and {"body", "raw_body"} & set(match_on):
        yield lost(f"{request.wild} in the body, which stood for anything")
    if response.wild is not None and _names(response):
        yield lost(f"{response.wild}[...] in the response, which repeated a value of the request")
    if response.fault is not None:
        yield lost(f"the fault {response.fault!r}")
    if response.trailers or request.trailers:
        yield lost("header lines behind the body")
    if not _is_text(request.url.encode("ascii", "surrogateescape")):
        yield lost("bytes in the URL that are not UTF-8")
    if any(not _is_text(value) for _, value in (*request.headers, *response.headers)):
        yield lost("bytes in a header that are not UTF-8")
    if len(header_values(response.headers, b"content-length")) > 1:
        yield lost("a second Content-Length")


def _without(headers: Headers, name: bytes) -> Headers:
    return tuple((key, value) for key, value in headers if key.lower() != name)


def _names(response: Response) -> bool:
    mark = f"{response.wild}[".encode()
    return mark in response.body or any(mark in value for _, value in response.headers)


def _is_text(value: bytes) -> bool:
    return isinstance(body_text(value), str)
