"""What other libraries stored of a message, made into one that can be sent again.

They keep what their client saw: without chunks, sometimes decoded, with the framing headers of another day. Knows
HTTP, no format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus

from recproxy.formats.coded_bodies import as_recorded, payload_of, stored_coding, without_header
from recproxy.formats.values import Note
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import (
    DecodeError,
    Headers,
    Request,
    Response,
    decode,
    header_values,
    unused,
    with_length,
)
from recproxy.recording.counting import counted
from recproxy.recording.grammar import METHOD, usual_method

__all__ = [
    "Notebook",
    "absolute",
    "for_any_query",
    "header_fields",
    "http_version",
    "is_web_socket",
    "request",
    "response",
    "without_any_query",
]

#: A coded body that holds more than this is a bomb, and so is a file whose bodies together hold so much more.
MOST_DECODED = 64_000_000
#: All decoded bodies together, as a multiple of the file: far more than text compresses to.
_MOST_GROWN = 20
#: All stored bodies together, as a multiple of the file: only aliases can make them larger than the file.
_MOST_REPEATED = 8
#: What tools that store bodies as text put in the place of bytes that are not UTF-8. A text may hold it itself.
_REPLACED = "\ufffd".encode()
_TEXT = lazy_pattern(rb"text/|image/svg|application/.*(json|xml|script|urlencoded|graphql|yaml)|$", re.IGNORECASE)
_UNSAFE = lazy_pattern(r"[\x00-\x20\x7f]")  # in a URL
_BODILESS = frozenset((204, 304))
_STATUSES = frozenset(HTTPStatus)
#: A word in the place of an address, which the suite fills in when it loads the file.
_PLACEHOLDER = lazy_pattern(r"<+[\w .-]+>+|\{+[\w .-]+\}+")
_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Notebook:
    """The notes of one file of `size` bytes, taken as it is read; `where` is the place they are about.

    It also counts what the file grows to: text that stands once and is meant many times (YAML has aliases), and
    bodies that are coded.
    """

    def __init__(self, size: int = 0) -> None:
        self.notes: list[Note] = []
        self.where = ""
        self._stored = _MOST_REPEATED * size + 1_000_000
        self._decoded = max(_MOST_GROWN * size, 4 * MOST_DECODED)

    def store(self, body: bytes) -> bytes:
        """A body, counted. Raises ValueError where bodies together are far larger than the file that holds them."""
        self._stored -= len(body)
        if self._stored < 0:
            raise ValueError("its bodies are many times larger than the file: it repeats itself by aliases")
        return body

    def decode(self, body: bytes, coding: str) -> bytes:
        """A coded body decoded, counted. Raises ValueError for a bomb, DecodeError for what is not coded so."""
        try:
            payload = decode(body, coding, limit=MOST_DECODED)
        except DecodeError as problem:
            if "more than" in str(problem):
                raise ValueError(f"a body of {counted(len(body), 'byte')}: {problem}") from None
            raise
        self._decoded -= len(payload)
        if self._decoded < 0:
            raise ValueError("its coded bodies hold many times more than the file")
        return payload

    def made_up(self, text: str) -> None:
        """What the source did not say and was filled in."""
        self.notes.append(Note(kind="synthesized", where=self.where, text=text))

    def beware(self, text: str) -> None:
        """What came over, and what a person should know all the same."""
        self.notes.append(Note(kind="beware", where=self.where, text=text))

    def lost(self, text: str) -> None:
        """What the source said and could not be taken."""
        self.notes.append(Note(kind="lost", where=self.where, text=text))


def request(
    method: str, url: str, headers: Iterable[tuple[bytes, bytes]], body: bytes, notes: Notebook, *, version: str | None
) -> Request:
    """A stored request; every byte of it is literal. Raises ValueError where it is none."""
    if not METHOD.fullmatch(method.encode()):
        raise ValueError(f"{_beginning(method.encode())!r} is not a method")
    kept = tuple(header_fields(headers, notes))
    _note_replaced("request", kept, body, notes)
    coding = stored_coding(kept)
    payload = payload_of(body, coding, notes.decode) if coding is not None and body else None
    return Request(
        method=usual_method(method.encode()).decode(),  # a tool above the client stores what the program wrote
        url=absolute(url),
        headers=kept,
        body=notes.store(body) if payload is None else payload,
        encoding=coding if payload is not None else None,
        version=http_version(version),
        wild=None,
    )


def response(
    status: int,
    reason: str | bytes | None,
    headers: Iterable[tuple[bytes, bytes]],
    body: bytes,
    notes: Notebook,
    *,
    method: str,
    version: str | None = None,
    decoded: bool = False,
    recode: bool = False,
) -> Response:
    """A stored response. Raises ValueError where it is none.

    Transfer-Encoding goes, Content-Length is made anew. Content-Encoding stays where the body is still coded, and goes
    where it was undone: `decoded` says that the source always undoes it, else the body tells. With `recode` a coding
    that was undone is put on again when the response is played.
    """
    if not 200 <= status <= 999:
        raise ValueError(f"{status} is not the status of a final response")
    text = _phrase(status, reason, notes)
    kept = tuple(header_fields(headers, notes))
    notes.store(body)
    _note_replaced("response", kept, body, notes)
    if body and (status in _BODILESS or method == "HEAD"):
        notes.lost(
            f"a body of {counted(len(body), 'byte')}, which the answer to {method} with status {status} does not have"
        )
        body = b""
    kept, body, encoding = as_recorded(kept, body, notes.decode, decoded=decoded, recode=recode)
    made = Response(
        status=status,
        reason=text,
        headers=_one_length(without_header(kept, b"transfer-encoding")),
        body=body,
        encoding=encoding,
        version=http_version(version),
        wild=None,
    )
    return with_length(made, method)


def for_any_query(request: Request) -> Request:
    """A request without a query made one that any query fits."""
    if "?" in request.url:
        return request
    word = unused(request.url.encode("ascii", "surrogateescape"), request.body)
    return replace(request, url=f"{request.url}?{word}", wild=word)


def without_any_query(request: Request) -> Request:
    """The same request as it was before `for_any_query`."""
    if request.wild is None or not request.url.endswith(f"?{request.wild}"):
        return request
    return replace(request, url=request.url.removesuffix(f"?{request.wild}"))


def is_web_socket(url: str, notes: Notebook) -> bool:
    """Whether a URL is that of a WebSocket, whose interaction is left out and noted."""
    if url.partition(":")[0].lower() not in ("ws", "wss"):
        return False
    notes.lost(f"{url[:200]}: left out, because a WebSocket cannot be replayed")
    return True


def absolute(url: str) -> str:
    """A URL as a recording holds it: absolute, without fragment, spaces and control characters percent-encoded."""
    text = url.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape").strip().partition("#")[0]
    scheme, mark, rest = text.partition("://")
    if not mark or scheme.lower() not in ("http", "https") or not rest or rest[0] in "/?":
        found = _PLACEHOLDER.match(text)
        advice = f": put an address in place of {found[0]}" if found is not None else ""
        raise ValueError(f"{url[:80]!r} is not an absolute http or https URL{advice}")
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", text)


def http_version(version: str | None) -> str:
    """A version as a first line has it; HTTP/1.1 where there is none, or one of no number."""
    text = (version or "").strip().upper().replace("HTTP/2.0", "HTTP/2").replace("HTTP/3.0", "HTTP/3")
    known = {"H2": "HTTP/2", "H3": "HTTP/3", "HTTP/1.0": "HTTP/1.0", "HTTP/2": "HTTP/2", "HTTP/3": "HTTP/3"}
    return known.get(text, "HTTP/1.1")


def _phrase(status: int, reason: str | bytes | None, notes: Notebook) -> bytes:
    """The reason phrase of a response: what was stored, else the usual one. Raises ValueError where it is none."""
    if reason is None:
        reason = HTTPStatus(status).phrase if status in _STATUSES else ""
        notes.made_up(f"the reason phrase {reason!r}")
    text = reason.encode() if isinstance(reason, str) else reason
    if any((byte < 0x20 and byte != 9) or byte == 0x7F for byte in text):
        raise ValueError(f"control characters in the reason phrase {text!r}")
    return text


def header_fields(headers: Iterable[tuple[bytes, bytes]], notes: Notebook) -> Iterator[tuple[bytes, bytes]]:
    """The headers, or trailers, that HTTP has; what is left out or changed is noted."""
    for name, value in headers:
        if name.startswith(b":"):
            continue  # a pseudo-header of HTTP/2
        if not name or set(name) - _TOKEN:
            notes.lost(f"a header whose name is none: {_beginning(name)!r}")
            continue
        if b"\r" in value or b"\n" in value or b"\0" in value:
            value = b" ".join(value.replace(b"\0", b"").split())  # noqa: PLW2901 - RFC 9110 section 5.5
            notes.made_up(f"header {name.decode()}: line breaks in its value became spaces")
        yield name, value.strip(b" \t")


def _note_replaced(whose: str, headers: Headers, body: bytes, notes: Notebook) -> None:
    text = _TEXT.match(b"".join(header_values(headers, b"content-type"))) and not body.startswith(b"\x1f" + _REPLACED)
    if _REPLACED in body and not text:  # the second is the beginning of gzip
        notes.lost(f"bytes of the {whose}'s body that are not UTF-8: the file has U+FFFD in their place")


def _beginning(name: bytes) -> str:
    """As much of a name as is one: what follows may be a value, and secret."""
    end = next((place for place, byte in enumerate(name) if byte not in _TOKEN), len(name))
    return name[:end].decode() + ("..." if end < len(name) else "")


def _one_length(headers: Headers) -> Headers:
    """Headers with the first Content-Length only: two of them are no HTTP."""
    seen = False
    kept: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        if name.lower() == b"content-length":
            if seen:
                continue
            seen = True
        kept.append((name, value))
    return tuple(kept)
