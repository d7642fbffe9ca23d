"""Secrets in the value of a filter: `q=password:abc`, `$filter=password eq 'abc'`, `header=X-Api-Key: abc`.

Services write such conditions in many ways: a name, a sign or a word, and what is compared with. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.recording.field_names import is_listed
from recproxy.redaction.header_values import HEADERS_WITH_RULES, header_spans
from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.names import is_secret
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.spans import Span, wild_name

__all__ = ["filter_spans"]

_WORD = rb" (?:eq|ne|co|sw|ew)"
_TERM = lazy_pattern(
    rb"(?i)(?<![A-Za-z0-9_.$-])([A-Za-z_][A-Za-z0-9_.-]{1,60})"
    rb"(?::(?:eq|is|in|like|exact|contains|match):| ?(?:==?|=~|~=?|!=) ?|:(?! )|"
    + _WORD
    + repeated(_WORD)
    + rb" | (?:not )?(?:in|like|ilike|is|contains) ?(?=[\"'(]))"
    rb"(?:\"([^\"]+)\"|'([^']+)'|\(([^()]+)\)|([^\s\"'()&,;]+))"
)
_HEADER = lazy_pattern(rb"([A-Za-z][A-Za-z0-9-]{1,60}): +(\S.*)\Z", re.DOTALL)
#: What may follow a name in an order, a scope or a question.
_WORDS = frozenset(
    b"asc desc ascending descending read write manage admin list create update delete view edit rotate exists missing "
    b"empty any null required optional reset change forgot eq ne in is like not".split()
)
_LONGEST = 4096  # bytes: filters stand in URLs, headers and short values


def filter_spans(text: bytes, rules: NameRules) -> Iterator[Span]:
    """The values that names of secrets are compared with in a decoded text."""
    if len(text) > _LONGEST or not rules.hits(text):
        return
    header = _HEADER.match(text)
    if header is not None and (b"-" in header[1] or header[1].lower() in HEADERS_WITH_RULES):
        for span in header_spans(header[1], header[2], rules.headers) or ():
            yield span.moved(span.start + header.start(2), span.end + header.start(2))
        return
    for found in _TERM.finditer(text):
        group = found.lastindex or 2
        value = found[group]
        is_named = is_listed(found[1], rules.query) or is_secret(found[1], value)
        if value.lower() not in _WORDS and not is_placeholder(value) and is_named:
            yield Span(*found.span(group), "query", wild_name(found[1]), value=value)
