"""The languages of a text, as far as redaction tells them apart: what has names and values, and what has none.

Told by the media type, else by how the text begins; of a text that a service calls plain, the ending of its address
may say that it is source code. Knows no secrets.
"""

from __future__ import annotations

import re
from enum import Enum

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import check_json
from recproxy.recording.values import WILD

__all__ = ["Language", "language_of", "path_of", "sniffed"]


class Language(Enum):
    """What a text is written in. No rule of names acts on CODE, nor on the text of HTML."""

    JSON = "json"
    FORM = "form"
    URL = "url"
    XML = "xml"
    HTML = "html"
    LINES = "lines"
    CODE = "code"
    GRAPHQL = "graphql"
    TABLE = "table"
    EVENTS = "events"


_FORM_LIKE = lazy_pattern(rb"[A-Za-z_$][A-Za-z0-9_.%+\[\]$-]*=[^\s<>{}()]*\Z")
_JSON_LIKE = lazy_pattern(
    rb"(?:\xef\xbb\xbf)?(?:\)\]\}'?,?\s*)?\s*(?:[\[{]\s*(?:[\"{\[\]}0-9tfn-]|\Z)|\"[^\"]*\"\s*\Z)"
)
_CALL = lazy_pattern(
    rb"\s*(?:/\*.{0,80}?\*/\s*)?(?:typeof [A-Za-z0-9_.$]{1,80} ?={2,3} ?['\"]function['\"] ?&& ?)?(?:[A-Za-z0-9_.$]{1,80} ?&& ?)?"
    rb"[A-Za-z_$][A-Za-z0-9_.$]{0,80}\((?=\s*[\[{])",
    re.DOTALL,
)
_HTML_LIKE = lazy_pattern(
    rb"\s*(?:<!--.{0,400}?-->\s*)?<(?:!doctype html|html|head|body|div|p|form|span|input|script|a|meta|table|ul)(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
#: Server-sent events with JSON; YAML may have the same names.
_EVENTS_LIKE = lazy_pattern(
    rb"(?:(?:|event|id|retry):[^\r\n]*(?:\r\n?|\n))*data: ?(?:\{\s*[\"}]|\[|\{(?:\r\n?|\n)data:)"
)
_URL_LIKE = lazy_pattern(rb"[a-z][a-z0-9+.-]{1,20}://\S*\Z")
_CODE_LIKE = lazy_pattern(
    rb"\s*(?:/\*|//(?!\S+/:_)|\(function|!function|;?\(\(\)|\"use strict\"|'use strict'|function[ (]|(?:var|let|const) \w+\s*=|import \w|from \w+ import|def \w|class \w|#include|#!/|package \w|@charset|@import|\.\w+\s*\{)"
)
_CODE_TYPES = lazy_pattern(
    rb"javascript|ecmascript|css|typescript|x-(?:python|ruby|perl|c|java|go|rust|sh|lua|php|diff)|wasm"
)
_CODE_FILES = lazy_pattern(
    r"\.(?:m?js|cjs|jsx|tsx?|css|scss|less|py|rb|go|rs|java|kt|c|h|cc|cpp|hpp|cs|php|swift|scala|lua|pl|sh|vue|map|patch|diff)\Z"
)
_TABLE_FILES = (".csv", ".tsv")


def path_of(url: str) -> str:
    """The path of a URL, whatever else it is: the standard library refuses one with brackets in its user info."""
    rest = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")
    return rest[2].partition("/")[2] if rest[1] else rest[0]


def language_of(media: bytes, text: bytes, path: str = "") -> Language:
    """The language of a body; `media` is its Content-Type, `path` that of its address."""
    kind = media.partition(b";")[0].strip().lower()
    if kind == b"application/x-www-form-urlencoded":
        return Language.FORM
    if b"json" in kind:
        return Language.JSON
    if kind == b"text/event-stream":
        return Language.EVENTS
    if _CODE_TYPES.search(kind):
        # JSONP and JSON that calls itself JavaScript are data all the same.
        return Language.JSON if _JSON_LIKE.match(text) or _is_jsonp(text) else Language.CODE
    if b"csv" in kind or kind == b"text/tab-separated-values" or (path.endswith(_TABLE_FILES) and b"," in text[:4096]):
        return Language.TABLE
    if b"html" in kind:
        return Language.HTML if not _FORM_LIKE.match(text[:4096]) and not _JSON_LIKE.match(text) else sniffed(text)
    if b"xml" in kind:
        return Language.XML
    if b"graphql" in kind:
        return Language.GRAPHQL if not _JSON_LIKE.match(text) else Language.JSON
    found = sniffed(text)
    if found is Language.LINES and (_CODE_FILES.search(path) or _CODE_LIKE.match(text)):
        return Language.CODE
    return found


def _is_jsonp(text: bytes) -> bool:
    """Whether a script is one call with JSON: `callback({"id": 1});`."""
    found = _CALL.match(text)
    if found is None:
        return False
    inner = text[found.end() :].rstrip(b"; \t\r\n").removesuffix(b")")
    try:
        check_json(inner.decode(), WILD)  # in a recording, a number may be a wildcard without quotes
    except ValueError:
        return False
    return True


def sniffed(text: bytes) -> Language:
    """The language of a text by itself."""
    if _JSON_LIKE.match(text):
        return Language.JSON
    if b"=" in text[:4096] and _FORM_LIKE.match(text):
        return Language.FORM
    if text[:1] == b"<" or text[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Language.HTML if _HTML_LIKE.match(text) else Language.XML
    if _URL_LIKE.match(text[:4096]):
        return Language.URL
    return Language.EVENTS if _EVENTS_LIKE.match(text) else Language.LINES
