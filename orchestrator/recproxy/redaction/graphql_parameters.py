"""Secrets of a GraphQL request in the query of a URL, or in a form: `?query={me(password: "...")}&variables={"p": "..."}`.

Finds spans, masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.redaction.graphql import argument, passed_names, variables_of
from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.pointed_places import pointed_spans
from recproxy.redaction.spans import Span
from recproxy.redaction.views import View, percent_decoded

__all__ = ["graphql_spans", "parameter_spans"]

_DOCUMENT = lazy_pattern(repeated(rb"[\s,]++|#[^\n]*\n") + rb"[^{}]*+\{")
_JSON = (b"variables", b"extensions")
_PARAMETERS = frozenset({b"query", *_JSON})


def graphql_spans(url: bytes, rules: NameRules) -> Iterator[Span]:
    """The arguments of a document, the variables that it passes on, and what JSON Pointers into a body lead to."""
    head, _, query = url.partition(b"#")[0].partition(b"?")
    for span in parameter_spans(query, rules):
        yield span.moved(span.start + len(head) + 1, span.end + len(head) + 1)


def parameter_spans(query: bytes, rules: NameRules) -> Iterator[Span]:
    """The same in a query or a form. A parameter may be there more than once, and which one counts is the server's."""
    found: dict[bytes, list[tuple[View, int]]] = {}
    at = 0
    for piece in query.split(b"&"):
        written, _, value = piece.partition(b"=")
        name = percent_decoded(written, plus=True).text if b"%" in written else written
        if name in _PARAMETERS:
            found.setdefault(name, []).append((percent_decoded(value, plus=True), at + len(written) + 1))
        at += len(piece) + 1
    documents = [each for each in found.get(b"query", ()) if _DOCUMENT.match(each[0].text)]
    for view, base in documents:
        spans = (argument(view.text, start) for _, start, _ in rules.hits(view.text))
        yield from _moved((span for span in spans if span is not None), view, base)
    passed = passed_names(b"\n".join(view.text for view, _ in documents))
    for name in _JSON:
        for view, base in found.get(name, ()):
            pointers = [steps[1:] for steps in rules.pointers if len(steps) > 1 and steps[0] in (name, b"*")]
            yield from _moved(pointed_spans(view.text, pointers), view, base)
            if name == b"variables":
                yield from _moved(variables_of(passed, view.text), view, base)


def _moved(spans: Iterator[Span], view: View, base: int) -> Iterator[Span]:
    for span in spans:
        start, end = view.raw(span.start, span.end)
        yield span.moved(start + base, end + base)
