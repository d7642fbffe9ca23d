"""A body read by its content type: JSON, messages of gRPC as JSON, form, multipart, a mail message, or bytes.

The media type only chooses the reading; it is not itself compared. Where it is absent, a body that is a JSON object
or array, or that looks like a form, is read as one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.field_values import Value, read_value
from recproxy.matching.json_values import Node, parse_json
from recproxy.matching.multipart import Part, parse_multipart, read_message
from recproxy.matching.rules import ComparedParts
from recproxy.matching.url import NO_PAIRS, Pairs, read_pairs
from recproxy.recording.counting import counted
from recproxy.recording.message_coding import is_message_coding
from recproxy.recording.multipart import parameters
from recproxy.recording.values import Headers, Request

__all__ = [
    "EMPTY",
    "Body",
    "FormFields",
    "Json",
    "Multipart",
    "Raw",
    "content_type",
    "protocol_of",
    "raw_body",
    "read_body",
    "summary",
]


class Json(NamedTuple):
    """A JSON body; its strings may hold wild places where `word` is given, and `hides` says that values may be hidden.

    `messages` says that it is what messages of gRPC were read as.
    """

    tree: Node
    word: str | None = None
    hides: bool = False
    messages: bool = False


class FormFields(NamedTuple):
    """A form, as named values."""

    pairs: Pairs


class Multipart(NamedTuple):
    """A multipart body's parts."""

    parts: tuple[Part, ...]


class Raw(NamedTuple):
    """Any other body; text is brought to UTF-8 where its character set is named."""

    value: Value


Body: TypeAlias = Json | FormFields | Multipart | Raw

EMPTY = Raw(b"")

_FORM_LIKE = lazy_pattern(rb"[!-<>-~]+=[!-~]*\Z")
_JSON_LIKE = lazy_pattern(rb"\s*[\[{]")
_MESSAGES_LIKE = lazy_pattern(rb"\s*[\[{\"]")


class _Media(NamedTuple):
    kind: str
    charset: str | None
    protocol: bytes


def read_body(headers: Headers, body: bytes, plan: ComparedParts, word: str | None) -> Body:
    """The body as its content type, or its look, says; as bytes where it is not what it says."""
    if not body or not plan.body:
        return EMPTY
    media = _media(content_type(headers))
    if word is not None and body.strip() == word.encode():
        return Raw(read_value(body.strip(), word))
    read: Body | None = None
    if plan.raw_body:
        pass
    elif media.kind == "json" or (media.kind == "" and _JSON_LIKE.match(body)):
        tree = parse_json(body, media.charset, plan.json, word)
        read = None if tree is None else Json(tree[0], word, plan.json.hides)
    elif media.kind == "messages" and _MESSAGES_LIKE.match(body):
        tree = parse_json(body, media.charset, plan.messages, word)
        read = None if tree is None else Json(tree[0], word, plan.messages.hides, messages=True)
    elif media.kind == "form" or (media.kind == "" and _FORM_LIKE.match(body)):
        read = FormFields(_form(body, media.charset, plan, word))
    elif media.kind == "multipart":
        parts = parse_multipart(body, content_type(headers), word, plan.form_names)
        read = None if parts is None else Multipart(parts)
    elif media.kind == "mail":
        message = read_message(body, word, plan.form_names)
        read = None if message is None else Raw(message)
    return _text(body, media.charset, word) if read is None else read


def raw_body(headers: Headers, body: bytes, word: str | None) -> Raw:
    """The body as bytes, whatever its type."""
    return _text(body, _media(content_type(headers)).charset, word)


def protocol_of(request: Request, word: str | None) -> bytes | None:
    """The content type of a remote call, which says how its messages are framed and written; empty for other requests.

    A response has the form of its request: gRPC, gRPC-Web and Connect understand no other's. None, for any, if a
    request with wild places has no content type, or one with a wild place.
    """
    if request.method not in ("POST", word):
        return b""
    name = content_type(request.headers)
    if name:
        return None if word is not None and word.encode() in name else _media(name).protocol
    if request.encoding is not None and is_message_coding(request.encoding):  # recorded by hand, without the header
        return b"application/" + request.encoding.split()[0].encode()
    return b"" if word is None else None


def content_type(headers: Headers) -> bytes:
    """The first Content-Type as it stands there; empty without one."""
    for name, value in headers:
        if len(name) == 12 and name.lower() == b"content-type":
            return value
    return b""


@lru_cache(maxsize=256)
def _media(content_type: bytes) -> _Media:
    name = content_type.partition(b";")[0].decode("latin-1").strip().lower()
    said = parameters(content_type).get(b"charset")
    charset = None if said is None else said.value.decode("latin-1")
    if charset is not None and charset.lower().replace("_", "-") in ("utf-8", "utf8", "us-ascii", "ascii"):
        charset = None
    protocol = name.removesuffix("+proto") if name.startswith("application/grpc") else ""
    if name.startswith("application/connect+") or name == "application/proto":
        protocol = name
    return _Media(_kind(name), charset, protocol.encode("latin-1"))


def _kind(name: str) -> str:
    if "/" not in name:
        return ""
    if name == "application/x-www-form-urlencoded":
        return "form"
    if name.startswith("multipart/"):
        return "multipart"
    if name == "message/rfc822":
        return "mail"
    if (name.startswith("application/grpc") and not name.endswith("json")) or name == "application/proto":
        return "messages"
    _, _, subtype = name.partition("/")
    return "json" if "json" in re.split(r"[+.-]", subtype) else "other"


def _text(body: bytes, charset: str | None, word: str | None) -> Raw:
    if charset is not None:
        body = _utf8(body, charset)
    return Raw(read_value(body, word))


def _utf8(text: bytes, charset: str) -> bytes:
    try:
        return text.decode(charset).encode()
    except (LookupError, ValueError):
        return text


def _form(body: bytes, charset: str | None, plan: ComparedParts, word: str | None) -> Pairs:
    pairs = read_pairs(body.strip(b"\r\n"), word, plan.form_names)
    if charset is None or pairs is NO_PAIRS:
        return pairs
    values = tuple(_utf8(value, charset) if isinstance(value, bytes) else value for value in pairs.values)
    return pairs._replace(names=tuple(_utf8(name, charset) for name in pairs.names), values=values)


def summary(body: Body, request: Request) -> str:
    """What kind of body a request has, and how large it is."""
    if request.omitted is not None:
        return f"a body of {counted(request.omitted, 'byte')}, too large to be stored"
    kind = {Json: "JSON", FormFields: "form", Multipart: "multipart", Raw: "other"}[type(body)]
    size = len(request.body)
    return f"a body of {counted(size, 'byte')}, read as {kind}" if size else "no body"
