"""Secrets of a GraphQL request in the query of a URL: `?query={me(password: "...")}&variables={"p": "..."}`.

Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.redaction.graphql import argument, variables_of
from recproxy.redaction.json_spans import pointed_spans
from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.spans import Span
from recproxy.redaction.views import View, percent_decoded

__all__ = ["graphql_spans"]

_DOCUMENT = re.compile(rb"(?:\s|,|#[^\n]*\n)*+[^{}]*+\{")
_JSON = (b"variables", b"extensions")


def graphql_spans(url: bytes, rules: NameRules) -> Iterator[Span]:
    """The arguments of a document, the variables that it passes on, and what JSON Pointers into a body lead to."""
    head, _, query = url.partition(b"#")[0].partition(b"?")
    if not any(name in query for name in (b"query=", b"variables=", b"extensions=")):
        return
    views: dict[bytes, tuple[View, int]] = {}
    at = len(head) + 1
    for piece in query.split(b"&"):
        name, _, value = piece.partition(b"=")
        views[name] = percent_decoded(value, plus=True), at + len(name) + 1
        at += len(piece) + 1
    document = views[b"query"][0].text if b"query" in views else b""
    if _DOCUMENT.match(document):
        found = (argument(document, start) for _, start, _ in rules.hits(document))
        yield from _moved((span for span in found if span is not None), *views[b"query"])
    for name in _JSON:
        if name in views:
            text = views[name][0].text
            pointers = [steps[1:] for steps in rules.pointers if len(steps) > 1 and steps[0] in (name, b"*")]
            yield from _moved(pointed_spans(text, pointers), *views[name])
            if name == b"variables":
                yield from _moved(variables_of(document, text), *views[name])


def _moved(spans: Iterator[Span], view: View, base: int) -> Iterator[Span]:
    for span in spans:
        start, end = view.raw(span.start, span.end)
        yield span.moved(start + base, end + base)
