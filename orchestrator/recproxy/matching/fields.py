"""A request as comparable fields: the same reading for what was recorded and for what is live."""

from __future__ import annotations

from dataclasses import replace

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.bodies import (
    EMPTY,
    Body,
    FormFields,
    Json,
    Multipart,
    Raw,
    content_type,
    protocol_of,
    raw_body,
    read_body,
)
from recproxy.matching.field_values import Hidden, Value, hidden_value, read_value, shown
from recproxy.matching.graphql import body_of_query, with_normal_documents
from recproxy.matching.rules import UNCOMPARED, ComparedParts
from recproxy.matching.url import (
    NO_PAIRS,
    Pairs,
    UrlAuthority,
    UrlParts,
    gathered,
    normal_path,
    read_authority,
    read_pairs,
    split_url,
)
from recproxy.recording.grammar import usual_method
from recproxy.recording.steps import WEBSOCKET, WEBSOCKET_SCHEMES
from recproxy.recording.values import Headers, Request
from recproxy.recording.wildcard import Pattern, named_places

__all__ = ["Fields", "names_of", "read_fields", "whole_path"]

_WEBSOCKET_SCHEMES = frozenset(each.encode() for each in WEBSOCKET_SCHEMES)
_AS_JSON = ((b"content-type", b"application/json"),)


@dataclass(slots=True)
class Fields:
    """What of a request is compared. `path` are its segments; what is not compared is empty.

    `protocol` is the content type of a remote call, or None for any.
    """

    authority: UrlAuthority
    method: Value
    path: tuple[Value, ...]
    query: Pairs
    headers: Pairs
    body: Body
    request: Request
    word: str | None
    protocol: bytes | None = b""

    @property
    def hides(self) -> bool:
        """Whether values may be hidden: a request that was recorded without any wild word may have hidden ones."""
        body = self.body
        if isinstance(body, Json):
            hides = body.hides
        elif isinstance(body, FormFields):
            hides = any(isinstance(value, Hidden) for value in body.pairs.values)
        else:
            hides = isinstance(body, Multipart) and any(isinstance(part.content, Pattern) for part in body.parts)
        return hides or any(isinstance(value, Hidden) for value in (*self.query.values, *self.headers.values))

    @property
    def media_type(self) -> str | None:
        """The protocol for people, or else the content type; None without one."""
        return shown(self.protocol or content_type(self.request.headers)) or None

    def raw(self) -> Value:
        """The body as bytes, whatever its type."""
        if isinstance(self.body, Raw):
            return self.body.value
        return raw_body(self.request.headers, self.request.body, self.word).value


def read_fields(request: Request, plan: ComparedParts) -> Fields:
    """The fields of a request; its wild places are patterns where `request.wild` names a word.

    What is recorded is read by a plan, what is live by its `live`: secret values are hidden in what is recorded only.
    """
    word = _word_used(request)
    parts = split_url(request.url)
    if word is not None and request.url.strip() == word:
        parts = UrlParts(b"", None, word.encode(), word.encode())
    headers = request.headers
    if plan.graphql is not None and parts.query and not request.body and plan.query and plan.body:
        request, parts = _with_document(request, parts, plan, word)
    # A request for a WebSocket is another one than one for the same address without.
    method = WEBSOCKET if parts.scheme in _WEBSOCKET_SCHEMES else request.method
    return Fields(
        read_authority(parts, word, plan),
        read_value(method.encode("utf-8", "surrogateescape"), word, usual_method) if plan.method else b"",
        _segments(parts.path, word) if plan.path else (),
        read_pairs(_query(parts.query, plan), word, plan.query_names) if plan.query else NO_PAIRS,
        _headers(headers, plan, word) if plan.headers != frozenset() else NO_PAIRS,
        _body(request, parts, plan, word),
        request,
        word,
        protocol_of(request, word),
    )


def _with_document(
    request: Request, parts: UrlParts, plan: ComparedParts, word: str | None
) -> tuple[Request, UrlParts]:
    """A GraphQL request whose parameters are in its URL, as it is with the same in its body."""
    if plan.graphql is None or plan.raw_body or not plan.graphql.match(_line(request, parts)):
        return request, parts
    ignored = plan.query_names.ignored | {name for name, _ in plan.query_names.defaults}
    made = body_of_query(parts.query, word, ignored)
    if made is None:
        return request, parts
    return replace(request, headers=_AS_JSON, body=made[0]), parts._replace(query=made[1])


def _line(request: Request, parts: UrlParts) -> str:
    return f"{request.method} {normal_path(parts.path or b'/').decode('utf-8', 'replace')}"


def _body(request: Request, parts: UrlParts, plan: ComparedParts, word: str | None) -> Body:
    body = request.body
    if body and (plan.bodiless is not None or plan.graphql is not None):
        line = _line(request, parts)
        if plan.bodiless is not None and plan.bodiless.match(line):
            return EMPTY
        if plan.graphql is not None and plan.graphql.match(line):
            body = with_normal_documents(body, word)
    return read_body(request.headers, body, plan, word)


def _query(text: bytes, plan: ComparedParts) -> bytes:
    if not plan.filled_query:
        return text
    return b"&".join([piece for piece in text.split(b"&") if piece.partition(b"=")[2]])


def names_of(request: Request) -> frozenset[str]:
    """The names of the wild places in a recorded request's URL and body, whether they take part in matching or not."""
    word = request.wild
    mark = f"{word}[".encode()
    texts = (request.url.encode("utf-8", "surrogateescape"), request.body)
    if word is None or not any(mark in text for text in texts):
        return frozenset()
    return frozenset(name for text in texts for name, _, _ in named_places(text, word))


def whole_path(path: tuple[Value, ...]) -> Value:
    """The segments of a path as one value again."""
    pieces: list[bytes] = [b""]
    names: list[str | None] = []
    for number, segment in enumerate(path):
        slash = b"/" if number else b""
        if isinstance(segment, bytes):
            pieces[-1] += slash + segment
        else:
            pieces[-1] += slash + segment.pieces[0]
            pieces.extend(segment.pieces[1:])
            names.extend(segment.names)
    return Pattern(tuple(pieces), tuple(names)) if names else pieces[0]


def _word_used(request: Request) -> str | None:
    """The wild word where the request holds it at all: most do not, and are read faster for it."""
    word = request.wild
    if word is None or word in request.url or word in request.method:
        return word
    wild = word.encode()
    if wild in request.body or any(wild in value for _, value in request.headers):
        return word
    # Text in UTF-16 has the word in letters of two bytes.
    return word if b"\0" in request.body[:8] and wild in request.body.replace(b"\0", b"") else None


def _segments(path: bytes, word: str | None) -> tuple[Value, ...]:
    if word is None:
        return tuple(normal_path(path or b"/").split(b"/"))
    return tuple([read_value(segment, word, normal_path) for segment in (path or b"/").split(b"/")])


def _headers(headers: Headers, plan: ComparedParts, word: str | None) -> Pairs:
    compared, (ignored, secret, *_) = plan.headers, plan.header_names
    pairs: list[tuple[bytes, Value]] = []
    for name, value in headers:
        key = name.lower()
        if key in ignored:
            continue
        if key in compared if compared is not None else key not in UNCOMPARED:
            read = hidden_value if key in secret else read_value
            pairs.append((key, read(value.strip(b" \t"), word)))
    return gathered(pairs, [], rest=False)
