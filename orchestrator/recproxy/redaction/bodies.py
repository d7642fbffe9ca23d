"""Bodies: what is secret in one by its content type, and what to do with one that cannot be read as it stands.

A body that is coded, archived or packed in base64 is taken apart as far as it goes; where that fails and a secret is
known, the body is unsafe. Knows bytes and media types; masks by a function that it is given.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator

from recproxy.recording.codings import DecodeError, decode, encode
from recproxy.recording.values import Headers, header
from recproxy.redaction.deep import still_holds
from recproxy.redaction.names import is_secret
from recproxy.redaction.rules import Plan, Unsafe
from recproxy.redaction.spans import Layer, Span
from recproxy.redaction.text import header_value, json_text, leaf, pairs, plain_text

__all__ = ["body_spans", "check_archive", "packed_coding", "text_charset", "undone"]

_LIMIT = 256_000_000
_DEEPEST = 20
_FORM_LIKE = re.compile(rb"[A-Za-z0-9_.%+\[\]-]+=[^\s<>{}]*\Z")
_JSON_LIKE = re.compile(rb"\s*(?:[\[{]|\"[^\"]*\"\s*\Z)")
_MAGIC = {
    b"\x1f\x8b\x08": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x78\x01": "deflate",
    b"\x78\x9c": "deflate",
    b"\x78\xda": "deflate",
}


def body_spans(headers: Headers, body: bytes, plan: Plan, depth: int = 0) -> Iterator[Span]:
    """The secrets of a body whose bytes are text or nearly so, `depth` parts inside of another."""
    media = (header(headers, b"content-type") or b"").lower()
    kind = media.partition(b";")[0].strip()
    if body.strip() in plan.known.short:
        yield Span(0, len(body), "known value", value=body.strip())
    if kind.startswith(b"multipart/") or (body.startswith(b"--") and b"ontent-" in body[:512]):
        yield from _multipart(headers, body, plan, depth)
    elif kind == b"application/x-www-form-urlencoded" or (b"=" in body[:256] and _FORM_LIKE.match(body)):
        yield from pairs(body, plan.form, plan, "form")
        yield from plain_text(body, plan)
    elif b"json" in kind or kind == b"text/event-stream" or _JSON_LIKE.match(body):
        yield from json_text(body, plan)
        if kind == b"text/event-stream" or not _JSON_LIKE.match(body):
            yield from plain_text(body, plan)
    else:
        yield from leaf(body, plan)


def _multipart(headers: Headers, body: bytes, plan: Plan, depth: int) -> Iterator[Span]:
    if depth > _DEEPEST:
        raise Unsafe("has parts in parts, too deep to be read")
    found = re.search(rb'(?i)boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))', header(headers, b"content-type") or b"")
    first = body.lstrip(b"\r\n").partition(b"\n")[0].strip()
    marker = b"--" + (found[1] or found[2]) if found else first
    edges = _edges(marker, body)
    if not edges and first.startswith(b"--"):  # the header names another boundary than the body has
        edges = _edges(first, body)
    ends = [*(edge.start() for edge in edges[1:]), len(body)][: len(edges)]
    for edge, end in zip(edges, ends, strict=True):
        yield from _part(body, edge.end(), end, plan, depth)
    yield from plain_text(body, plan)


def _edges(marker: bytes, body: bytes) -> list[re.Match[bytes]]:
    return list(re.finditer(rb"(?:\A|\r?\n)" + re.escape(marker) + rb"(?:--)?[ \t]*(?:\r?\n|\Z)", body))


def _part(body: bytes, start: int, end: int, plan: Plan, depth: int) -> Iterator[Span]:
    blank = re.compile(rb"\r?\n\r?\n|\A\r?\n").search(body, start, end)
    if blank is None:
        return
    lines: list[tuple[bytes, bytes]] = []
    for line in re.finditer(rb"([!-9;-~]+):[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", body[start : blank.start()]):
        lines.append((line[1], line[2]))
        yield from (Layer(b"").raw(span, start + line.start(2)) for span in header_value(line[1], line[2], plan))
    content = body[blank.end() : end]
    disposition = header(tuple(lines), b"content-disposition") or b""
    named = re.search(rb'(?i);\s*name\s*=\s*(?:"([^"]*)"|([^;\s]+))', disposition)
    name = (named[1] or named[2] or b"") if named else b""
    if content and (name.lower() in plan.form or is_secret(name, content.strip())):
        yield Span(
            blank.end(), end, "multipart", re.sub(r"\W+", "_", name.decode("latin-1"))[:40] or "part", value=content
        )
    elif content in plan.known.short:
        yield Span(blank.end(), end, "known value", value=content)
    elif content:
        yield from (Layer(b"").raw(span, blank.end()) for span in body_spans(tuple(lines), content, plan, depth + 1))


def undone(headers: Headers, body: bytes) -> tuple[bytes, str] | None:
    """Payload and coding of a body that still has a content coding on it; None where it has none.

    Raises ValueError where the coding is unknown or the body damaged.
    """
    coding = (header(headers, b"content-encoding") or b"").decode("latin-1").strip().lower()
    if not body or coding in ("", "identity", "none", "utf-8"):
        return None
    return decode(body, coding, limit=_LIMIT), coding


def packed_coding(body: bytes) -> str | None:
    """The coding of a body that is a compressed file."""
    return next((coding for magic, coding in _MAGIC.items() if body.startswith(magic)), None)


def repacked(body: bytes, coding: str, redact: Callable[[bytes], bytes], plan: Plan) -> bytes:
    """A compressed file with its content redacted; byte for byte the same where nothing in it is secret."""
    try:
        content = decode(body, coding, limit=_LIMIT)
    except (DecodeError, zlib.error) as problem:
        if plan.known.long and coding != "deflate":
            raise Unsafe(f"is {coding} data that is damaged or too large to look into") from problem
        return body
    clean = redact(content)
    return body if clean == content else encode(clean, coding)


def check_archive(body: bytes, plan: Plan) -> None:
    """Refuse a zip archive that holds a known secret, or may hold one that cannot be seen."""
    if not body.startswith(b"PK\x03\x04") or not plan.known.long:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(each.file_size for each in archive.infolist()) > _LIMIT:
                raise Unsafe("is a zip archive too large to look into")
            held = any(still_holds(archive.read(each), plan.known, 1) for each in archive.infolist())
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError, ValueError):
        raise Unsafe("is a zip archive that cannot be read") from None
    if held:
        raise Unsafe("is a zip archive that holds a known secret")


def text_charset(headers: Headers, body: bytes) -> str | None:
    """The character set of text that is not made of ASCII bytes; None for all other bodies."""
    if body.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    found = re.search(rb'(?i)charset\s*=\s*"?(utf-?(?:16|32)(?:-?[bl]e)?)', header(headers, b"content-type") or b"")
    if found:
        return found[1].decode().lower()
    for wide, spaced in (("utf-16-le", body[1:64:2]), ("utf-16-be", body[0:64:2])):
        if len(body) >= 8 and len(body) % 2 == 0 and not spaced.strip(b"\0") and body[:64].strip(b"\0"):
            return wide
    return None
