"""Secrets of a text by name, shape and pattern: what a URL, a form, JSON, XML, HTML or lines of settings give away.

A value that is itself coded text, as JSON in a form field is, is looked into again. Finds spans and masks nothing;
knows no values.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import lru_cache, partial

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.assigned_places import assigned_in_json, assigned_in_lines
from recproxy.redaction.card_places import card_spans
from recproxy.redaction.coded_places import coded_run, coded_runs, data_runs
from recproxy.redaction.command_places import argument_spans
from recproxy.redaction.filter_places import filter_spans
from recproxy.redaction.graphql_parameters import parameter_spans
from recproxy.redaction.header_values import header_spans
from recproxy.redaction.inner_strings import strings_in
from recproxy.redaction.joined_texts import joined_texts
from recproxy.redaction.json_forms import SAYS, said_values
from recproxy.redaction.json_spans import json_spans
from recproxy.redaction.json_tables import json_tables
from recproxy.redaction.language import Language, sniffed
from recproxy.redaction.literal_places import is_php, php_spans, printed_spans
from recproxy.redaction.markup import html_spans, xml_spans
from recproxy.redaction.member_places import MEMBERS, is_flat, member_spans, variable_lines
from recproxy.redaction.name_rules import NameHits, NameRules
from recproxy.redaction.parameter_places import link_spans, pair_spans, url_spans
from recproxy.redaction.pointed_places import pointed_spans
from recproxy.redaction.setting_places import line_spans
from recproxy.redaction.shapes import Hints, hints_of, shapes
from recproxy.redaction.spans import Span
from recproxy.redaction.sql_places import sql_spans
from recproxy.redaction.tables import drawn_spans, is_table, string_tables, table_spans
from recproxy.redaction.told_places import CALLS, login_spans, told_spans
from recproxy.redaction.views import View, decoded, event_data, percent_decoded, views

__all__ = ["header_places", "may_have_places", "text_places"]

_DEEP = 6  # texts one inside another that are read for names
_KEPT = 128  # bytes of a header whose places are kept
_NESTED = lazy_pattern(rb"\s*(?:[\[{<]|[A-Za-z][A-Za-z0-9+.-]{1,12}://|[A-Za-z_][A-Za-z0-9_.-]*=)")
_PROPERTY = lazy_pattern(rb"\\{1,2}([=:#!])")
_ESCAPED = lazy_pattern(rb"(?i)%(?:7b|5b|3c)|[a-z_][a-z0-9_.-]*%3d")


def text_places(text: bytes, language: Language, rules: NameRules, depth: int = 0) -> list[Span]:
    """The places of a text that hold a secret by name, shape or pattern."""
    if language is Language.EVENTS:
        view = event_data(text)
        spans = list(_mapped(list(_of_events(view.text, rules, depth)), view, 0))
    else:
        hints = hints_of(text)
        spans = [*_named(text, language, rules, depth, hints), *_shaped(text, rules, hints)]
    if depth == 0:
        for view in views(text):
            spans += _mapped(_shaped(view.text, rules), view, 0)
        for joined in joined_texts(text) if language in (Language.EVENTS, Language.JSON) else ():
            for span in text_places(joined.text, sniffed(joined.text), rules, 1) if not joined.words else ():
                spans += joined.in_pieces(span)
    return spans


def _of_events(text: bytes, rules: NameRules, depth: int) -> Iterator[Span]:
    """The secrets of server-sent events, which hold JSON or, for a page that changes, markup."""
    hints = hints_of(text)
    yield from _named(text, Language.JSON, rules, depth, hints)
    if b"\n<" in text or text[:1] == b"<":
        yield from _named(text, Language.HTML, rules, depth, hints)
        yield from _named(text, Language.XML, rules, depth, hints)
    yield from _shaped(text, rules, hints)


def _shaped(text: bytes, rules: NameRules, hints: Hints | None = None) -> list[Span]:
    spans = list(shapes(text, hints))
    for pattern in rules.patterns_for(text):
        spans += (Span(start, end, "profile pattern", value=text[start:end]) for start, end in pattern.places(text))
    return spans


def _named(text: bytes, language: Language, rules: NameRules, depth: int, hints: Hints) -> Iterator[Span]:
    if is_php(text):
        yield from php_spans(text)
    if language is Language.CODE or depth > _DEEP:
        return

    inside = partial(_inside, rules=rules, depth=depth)
    if language is Language.FORM:
        yield from card_spans(text, rules.hits(text))
        yield from parameter_spans(text, rules)
        yield from pair_spans(text, rules.form, "form", inside)
        return
    if language is Language.URL:
        yield from url_spans(text, rules, inside, whole=True)
        return
    signs = hints.signs
    yield from _by_structure(text, language, rules, depth, signs)
    hits = rules.hits(text)
    if not hits and b"\\u00" not in signs and b'"kty"' not in signs:
        return
    yield from card_spans(text, hits)
    if language is Language.HTML:
        yield from html_spans(
            text, lambda url: list(url_spans(url, rules, inside)), lambda json: list(_json(json, rules, depth))
        )
    elif language is Language.TABLE:
        yield from table_spans(text, rules)
    elif language is Language.XML:
        yield from xml_spans(text, partial(_nested, rules=rules, depth=depth))
        yield from link_spans(text, rules, inside)
    elif language in (Language.JSON, Language.GRAPHQL):
        yield from _named_in_json(text, language, rules, depth, hits, signs)
    else:
        yield from _named_in_lines(text, rules, depth, hits, signs)


def _named_in_json(
    text: bytes, language: Language, rules: NameRules, depth: int, hits: NameHits, signs: set[bytes]
) -> Iterator[Span]:
    """The secrets of JSON, and of the texts that its strings are: properties, tables, SQL, commands."""
    yield from _json(text, rules, depth, hits, signs, graphql=language is Language.GRAPHQL)
    if b"=" in text and any(text.find(b"=", end, end + 48) >= 0 for _, _, end in hits):
        yield from link_spans(text, rules, partial(_inside, rules=rules, depth=depth))
    yield from _of_properties(text, rules, depth, in_json=True)
    yield from printed_spans(text)
    yield from told_spans(text, hits)
    yield from string_tables(text, hits, rules)
    yield from sql_spans(text)
    if b"[" in text:
        yield from json_tables(text, hits, rules)
    if not signs.isdisjoint((b" -", b'"-', b"set ")):
        yield from argument_spans(text, hits, rules)
    if language is Language.JSON and text[:1] not in b"{[" and depth == 0:
        yield from _settings(text, hits, rules)


def _named_in_lines(text: bytes, rules: NameRules, depth: int, hits: NameHits, signs: set[bytes]) -> Iterator[Span]:
    """The secrets of a text of no language: lines of settings, tables, and what stands in it."""
    if is_table(text):
        yield from table_spans(text, rules)
    if b"|" in text and b"--" in text:
        yield from drawn_spans(text, rules)
    yield from _settings(text, hits, rules)
    yield from _of_properties(text, rules, depth, in_json=False)
    yield from _json(text, rules, depth, hits, signs)
    yield from link_spans(text, rules, partial(_inside, rules=rules, depth=depth))


def _by_structure(text: bytes, language: Language, rules: NameRules, depth: int, signs: set[bytes]) -> Iterator[Span]:
    """The secrets whose own name says nothing: what a pointer leads to, what is coded, what stands beside them tells."""
    coded = partial(_coded, rules=rules, depth=depth)
    is_json = language is Language.JSON
    if is_json and (pointers := rules.pointers_for(text)):
        yield from pointed_spans(text, pointers)
    yield from coded_runs(text, coded, strings=is_json)
    if b"data:" in signs:
        yield from data_runs(text, coded)
    if not signs.isdisjoint(CALLS):
        yield from login_spans(text)
    if is_json and not signs.isdisjoint(SAYS):
        yield from said_values(text)
    if is_json and (not signs.isdisjoint(MEMBERS) or is_flat(text)):
        yield from member_spans(text)
    if language is Language.LINES:
        yield from variable_lines(text)


def _of_properties(text: bytes, rules: NameRules, depth: int, *, in_json: bool) -> Iterator[Span]:
    """The secrets of a file of properties, which has a backslash before the marks in names and values."""
    if b"\\=" not in text:
        return
    view = decoded(text, _PROPERTY, lambda found: found[1])
    hits = rules.hits(view.text)
    found = assigned_in_json(view.text, hits) if in_json else assigned_in_lines(view.text, hits)
    links = link_spans(view.text, rules, partial(_inside, rules=rules, depth=depth))
    yield from _mapped([*found, *links], view, 0)


def _settings(text: bytes, hits: NameHits, rules: NameRules) -> Iterator[Span]:
    yield from line_spans(text, hits, rules)
    if b"=" in text:
        yield from assigned_in_lines(text, hits)
    yield from printed_spans(text)
    yield from argument_spans(text, hits, rules)
    yield from told_spans(text, hits)
    yield from sql_spans(text)


def _json(
    text: bytes,
    rules: NameRules,
    depth: int,
    hits: NameHits | None = None,
    signs: Container[bytes] | None = None,
    *,
    graphql: bool = False,
) -> Iterator[Span]:
    hits = rules.hits(text) if hits is None else hits
    signs = hints_of(text).signs if signs is None else signs
    yield from json_spans(text, hits, signs, rules, graphql=graphql)
    for raw, start, view in strings_in(text):
        if view is None and raw[:1] != b"<":
            found = url_spans(raw, rules, partial(_inside, rules=rules, depth=depth))
        else:
            found = iter(_nested(view.text if view else raw, rules.within_strings(), depth))
        yield from (
            _mapped(list(found), view, start)
            if view
            else (span.moved(span.start + start, span.end + start) for span in found)
        )


def _inside(text: bytes, decoded: bool, *, rules: NameRules, depth: int) -> Iterator[Span]:
    """The secrets of a parameter's value."""
    if decoded:
        yield from _shaped(text, rules)
    if depth < _DEEP:
        yield from _nested(text, rules, depth)
    yield from filter_spans(text, rules)
    if b" " in text:
        yield from told_spans(text, rules.hits(text))


def _nested(text: bytes, rules: NameRules, depth: int) -> list[Span]:
    """The secrets of a value, where it is itself text with names and values."""
    if b"%" in text and _ESCAPED.match(text) and depth < _DEEP:
        view = percent_decoded(text)
        return list(_mapped(_nested(view.text, rules, depth + 1), view, 0))
    coded = coded_run(text, lambda plain: _coded(plain, rules, depth + 1)) if depth < _DEEP else []
    if coded or not _NESTED.match(text):
        return coded or (list(table_spans(text, rules)) if is_table(text) else [])
    language = sniffed(text)
    if language is Language.LINES:
        return []
    return text_places(text, language, rules, depth + 1)


def _coded(text: bytes, rules: NameRules, depth: int) -> list[Span]:
    """The secrets of what base64 holds; also lines of settings, as a file for Kubernetes has."""
    # A message with such parts is opened by the search for values.
    has_parts = b"base64" in text and b"ontent-" in text[:512]
    if b"\n" in text and depth < _DEEP and not has_parts and sniffed(text) is Language.LINES:
        return text_places(text, Language.LINES, rules, depth + 1)
    return _nested(text, rules, depth)


def _mapped(spans: Sequence[Span], view: View, base: int) -> Iterator[Span]:
    for span in spans:
        start, end = view.raw(span.start, span.end)
        yield span.moved(start + base, end + base)


def header_places(name: bytes, value: bytes, rules: NameRules) -> list[Span]:
    """The places of a header's value that hold a secret."""
    return list(_kept_places(name, value, rules) if len(value) <= _KEPT else _header_places(name, value, rules))


def may_have_places(name: bytes, value: bytes, rules: NameRules) -> bool:
    """Whether a header's value may hold a secret; most are known to hold none."""
    return len(value) > _KEPT or bool(_kept_places(name, value, rules))


@lru_cache(maxsize=4096)
def _kept_places(name: bytes, value: bytes, rules: NameRules) -> tuple[Span, ...]:
    """Most headers are the same in all requests of a program, and in many recordings."""
    return tuple(_header_places(name, value, rules))


def _header_places(name: bytes, value: bytes, rules: NameRules) -> list[Span]:
    if not value:
        return []
    spans = header_spans(name, value, rules.headers)
    if spans is not None:
        return spans + _shaped(value, rules)
    if whole := coded_run(value, lambda plain: _nested(plain, rules, 0)):
        return whole
    language, inside = sniffed(value), partial(_inside, rules=rules, depth=0)
    if language is Language.LINES:
        coded = coded_runs(value, lambda plain: _nested(plain, rules, 0), strings=False)
        places = [*_of_words(value, rules), *coded]
        if b"%" in value:  # a name of a file, RFC 8187, and a link in another
            view = percent_decoded(value)
            places += _mapped(_of_words(view.text, rules), view, 0)
        return places
    places = text_places(value, language, rules)
    # `main="https://..."` looks like a form.
    return [*places, *link_spans(value, rules, inside)] if language is Language.FORM and b"?" in value else places


def _of_words(value: bytes, rules: NameRules) -> list[Span]:
    """The secrets of a header's value that is no form, JSON or URL: links in it, settings, and what has a form."""
    links = link_spans(value, rules, partial(_inside, rules=rules, depth=0))
    return [*links, *assigned_in_lines(value, rules.hits(value) if b"=" in value else ()), *_shaped(value, rules)]
