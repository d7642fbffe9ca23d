"""The content coding of a body that another tool stored: it may still be on the body, or only in the headers.

Knows headers and bodies, no format and no file.
"""

from __future__ import annotations

from collections.abc import Callable

from recproxy.recording import CODINGS, DecodeError, Headers, header_values

__all__ = ["as_recorded", "payload_of", "stored_coding", "without_header"]

#: Undoes a coding: raises DecodeError for what is not coded so.
_Decode = Callable[[bytes, str], bytes]
_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


def stored_coding(headers: Headers) -> str | None:
    """What Content-Encoding says, without what changes nothing; None where a body is not coded."""
    values = [value.decode("latin-1").strip().lower() for value in header_values(headers, b"content-encoding")]
    names = [name for value in values for name in (word.strip() for word in value.split(",")) if name != "identity"]
    return ", ".join(name for name in names if name) or None


def as_recorded(
    headers: Headers, body: bytes, decode: _Decode, *, decoded: bool, recode: bool
) -> tuple[Headers, bytes, str | None]:
    """The headers and the body of a response as they are recorded, and the coding that replay puts on the body.

    `decoded` says that the source always undoes it, else the body tells. With `recode` a coding that was undone is put
    on again.
    """
    coding = stored_coding(headers)
    if not body or coding is None:
        return headers, body, None
    payload = None if decoded else payload_of(body, coding, decode)
    if payload is not None:
        return headers, payload, coding
    if not decoded and _looks_coded(body, coding):
        return headers, body, None
    if recode and _known(coding):
        return headers, body, coding
    return without_header(headers, b"content-encoding"), body, None


def without_header(headers: Headers, left_out: bytes) -> Headers:
    """Headers without those of a name."""
    return tuple((name, value) for name, value in headers if name.lower() != left_out)


def payload_of(body: bytes, coding: str, decode: _Decode) -> bytes | None:
    """What a coded body holds; None where it is not coded so, or in a way that nobody here can undo."""
    if not _known(coding) or (_has_no_magic(coding) and _reads(body)):
        return None
    try:
        return decode(body, coding)
    except DecodeError:
        return None


def _has_no_magic(coding: str) -> bool:
    return coding.rpartition(",")[2].strip() in ("br", "deflate")


def _reads(body: bytes) -> bool:
    """Whether a body is plain text; many a short one, such as `3`, would pass for brotli. Nothing, in brotli, is `;`."""
    return body != b";" and body.isascii() and body.translate(None, b"\t\r\n").decode().isprintable()


def _known(coding: str) -> bool:
    return all(name.strip() in CODINGS or name.strip() == "x-gzip" for name in coding.split(","))


def _looks_coded(body: bytes, coding: str) -> bool:
    """Whether a body that cannot be decoded is coded all the same, and damaged: then it is sent as it stands."""
    return not _known(coding) or body.startswith(_MAGIC.get(coding.rpartition(",")[2].strip(), b"\xff\xff\xff\xff"))
