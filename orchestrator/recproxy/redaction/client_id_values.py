"""Where a request has a random value under a name which says that its client made it.

The name alone is not enough: an idempotency key may be `invoice-2024-05`, which a test chose. The value alone is not
either: a UUID may be the id of the thing that is asked for. Knows names and the looks of values. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.request_patterns import SAFE_METHODS
from recproxy.recording.values import Request

__all__ = ["made_by_client"]

_FROM = rb"(?:x|ms|amz|aws|amzn|sdk|http|goog|wsa|wsse)*"
_NAME = lazy_pattern(
    _FROM
    + rb"(?:idempoten(?:cy|ce|t)(?:key|token|id)?|nonce|correlationid|(?:client)?requestid|(?:client)?requesttoken"
    rb"|clienttoken|client(?:order|mutation|transaction|tran|txn|message|msg|event|reference|ref)(?:id)?"
    rb"|clordid|callerreference|invocationid|randomid|tempid)"
)
#: Names that say so only in a header, a URL, or XML.
_HEADER_NAME = lazy_pattern(_FROM + rb"(?:traceid|b3traceid|transactionid|messageid)")
_QUERY_NAME = lazy_pattern(rb"state|nonce")
_XML_NAME = lazy_pattern(rb"messageid")
#: Letters that all these names share parts of: a text without them is not read.
_ANY = lazy_pattern(rb"(?i)idempoten|nonce|[_-]?id\b|token|client|caller|state")

_VALUE = rb"[^\s\"'\\<>&]{16,160}"
_QUERY = lazy_pattern(rb"(?:\A|[?&])([A-Za-z][\w.%%-]{1,60})=(%s)(?=[&#]|\Z)" % _VALUE.replace(b"&", b"&#"))
_JSON = lazy_pattern(rb'"([A-Za-z_][\w.-]{1,60})"\s{0,40}:\s{0,40}"(%s)"' % _VALUE)
_XML = lazy_pattern(rb"<(?:[\w.-]{1,60}:)?([A-Za-z][\w.-]{1,60})(?:\s[^<>]{0,400})?>\s{0,40}(%s)\s{0,40}</" % _VALUE)
_PART = lazy_pattern(rb"name=\"([\w.-]{1,60})\"\r\n(?:[^\r\n]{1,200}\r\n){0,4}\r\n(%s)\r\n--" % _VALUE)

_UUID = lazy_pattern(rb"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_PIECE = lazy_pattern(rb"[0-9A-Za-z]{16,}")
_SCHEME = lazy_pattern(rb"\A(?:[a-z]{3,10}:){1,2}")
_HEX = lazy_pattern(rb"(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])[0-9a-fA-F]+\Z")
_TOKEN = lazy_pattern(rb"[0-9A-Za-z_+/.~-]{16,160}={0,2}\Z")
#: What somebody may have chosen: words and short pieces between separators, words run together, numbers.
_READABLE = lazy_pattern(
    rb"(?<![0-9A-Za-z])(?:[A-Za-z]?[a-z]+|[0-9A-Za-z]{1,2})(?![0-9A-Za-z])"
    rb"|[A-Z]{5,}|[A-Z][a-z]{3,}|[a-z]{4,}|[0-9]{4,}|[_+/.~=-]+"
)
_DIGIT, _LOWER, _UPPER = (lazy_pattern(letters) for letters in (rb"[0-9]", rb"[a-z]", rb"[A-Z]"))
_LARGEST = 1 << 20  # bytes: a larger body is a file that is uploaded, and its ids are not the client's


def made_by_client(request: Request) -> Iterator[tuple[bytes, bytes]]:
    """The random values that the client of a request made, each with the name it stands under."""
    for name, value in request.headers:
        if _says(name, _HEADER_NAME) and _is_random(value):
            yield value, name
    if "?" in request.url:
        query = request.url.partition("?")[2].encode("utf-8", "surrogateescape")
        if _ANY.search(query):
            for found in _QUERY.finditer(query):
                # What the URL of a GET names is what it asks for.
                if _says(found[1], _QUERY_NAME) and (
                    request.method not in SAFE_METHODS or _QUERY_NAME.fullmatch(found[1])
                ):
                    yield from _random(unquote_to_bytes(found[2]), found[1])
    body = request.body
    if not body or len(body) > _LARGEST or not _ANY.search(body):
        return
    for places, more in ((_JSON, None), (_XML, _XML_NAME), (_PART, None)):
        for found in places.finditer(body):
            if _says(found[1], more):
                yield from _random(found[2], found[1])
    if body[:1].isalpha():
        for found in _QUERY.finditer(body):
            if _says(found[1], _QUERY_NAME):
                yield from _random(unquote_to_bytes(found[2]), found[1])


@lru_cache(maxsize=4096)
def _says(name: bytes, more: re.Pattern[bytes] | None) -> bool:
    bare = re.sub(rb"[^0-9a-z]", b"", name.lower())
    return bool(_NAME.fullmatch(bare) or (more is not None and more.fullmatch(bare)))


def _random(value: bytes, name: bytes) -> Iterator[tuple[bytes, bytes]]:
    if _is_random(value):
        yield value, name


def _is_random(value: bytes) -> bool:
    """Whether nobody chose a value: a UUID, long hexadecimal, or letters and digits that make no words.

    Of 30 random letters and digits about one value in 200 is not seen to be one; the bound on what may be readable in
    it is that high because a value that is missed once makes a recording that does not replay.
    """
    if _UUID.search(value) or any(map(_HEX.match, _PIECE.findall(value))):
        return True
    token = _SCHEME.sub(b"", value)
    readable = sum(len(each) for each in _READABLE.findall(token))
    if not _TOKEN.match(token):
        return False
    if _DIGIT.search(token):
        return 4 * readable < 3 * len(token)
    return 3 * readable < len(token) and bool(_LOWER.search(token) and _UPPER.search(token))
