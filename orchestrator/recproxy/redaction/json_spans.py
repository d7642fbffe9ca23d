"""Secrets in JSON by name, at the places where letters of such a name stand.

Reads around each place and not the whole text, so that text without such names costs nothing. Lenient: several
values one behind another and text that breaks off are read as far as they go, so the strict readers of
`recording.json_reader` do not serve, but their tokens do. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.redaction.assigned_places import assigned_in_json
from recproxy.redaction.graphql import argument, of_a_password, passed_variables
from recproxy.redaction.header_values import HEADERS_WITH_RULES, header_spans
from recproxy.redaction.json_forms import holds_secrets, is_message, kubernetes_secrets, listed_header, says_how_it_is
from recproxy.redaction.name_rules import NameHits, NameRules
from recproxy.redaction.names import (
    header_is_secret,
    is_label,
    is_secret,
    is_wordy,
    looks_like_a_token,
    may_be_secret,
)
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import json_unescaped

__all__ = ["SIGNERS", "json_spans"]

_COLON = lazy_pattern(rb"\s*:\s*")
_ESCAPED_KEY = lazy_pattern(rb"\"((?:[^\"\\]|\\.)*\\u00[4-7](?:[^\"\\]|\\.)*)\"\s*:\s*")
_NAMING = lazy_pattern(
    rb"\"(?:name|key|header|headername|field|param|parameter|label|id|k|path|column|property|attribute)\"\s*:\s*\Z",
    re.IGNORECASE,
)
_BEARING = frozenset(
    {b"value", b"values", b"plaintext", b"string", b"content", b"text", b"v", b"val", b"stringvalue", b"raw"}
    | {b"old", b"new", b"current", b"previous", b"plain", b"first", b"second", b"confirm", b"confirmation"}
    | {b"$eq", b"_eq", b"eq", b"equals", b"$in", b"_in", b"set", b"exact", b"_like"}  # of a filter
)
_VALUES = frozenset({b"value", b"values", b"val", b"v", b"stringvalue", b"plaintext"})
_GRANTED = frozenset({b"code", b"key", b"assertion", b"auth_code"})  # in a request for a token
_ASKED = frozenset({b"code"})
_SIGNED = frozenset({b"sign", b"signature"})  # of a request that names its key, as those of exchanges do
#: Keys of JSON that such a request has.
SIGNERS = (b'"apiKey"', b'"api_key"', b'"apikey"', b'"passphrase"')
_JWK = lazy_pattern(rb"\"(d|p|q|dp|dq|qi|k)\"\s*:\s*\"([A-Za-z0-9_-]{16,})\"")
_NESTED = 6  # objects one inside another in which the value of a secret name is sought
_FAR = 120  # bytes of a name
_WIDE = 65536  # bytes of an object of a name and a value


def json_spans(
    text: bytes,
    hits: NameHits,
    signs: Container[bytes],
    rules: NameRules,
    *,
    graphql: bool = False,
) -> Iterator[Span]:
    """Secrets under keys that say so.

    `hits` are the places where letters of such names stand, `signs` the words in the text that `hints_of` looks for.
    """
    granted = _granted(signs)
    graphql = graphql or b'"query"' in signs or b'"mutation"' in signs
    yield from _by_letters(text, hits, rules, granted=granted, graphql=graphql)
    if b"\\u00" in signs:
        for found in _ESCAPED_KEY.finditer(text):
            yield from _under(json_unescaped(found[1]).text, found.end(), text, rules, granted=granted)
    if b'"Secret"' in signs or b'"SecretList"' in signs:
        yield from kubernetes_secrets(text)
    if b"=" in text and b'"' in text:
        yield from assigned_in_json(text, hits)
    if graphql and b"assword" in text:
        yield from of_a_password(text)
    if graphql and b'"variables"' in signs:
        yield from passed_variables(text)
    if b'"kty"' in signs:
        for found in _JWK.finditer(text):
            yield Span(*found.span(2), "json", wild_name(b"jwk_" + found[1]), value=found[2])


def _granted(signs: Container[bytes]) -> frozenset[bytes]:
    """The keys that hold a secret in a request for a token, and in one that is signed."""
    if b'"grant_type"' in signs:
        return _GRANTED
    # One that need not say which kind it grants, as those of GitHub.
    asks = b'"client_id"' in signs and (b'"client_secret"' in signs or b'"code_verifier"' in signs)
    asked = _ASKED if asks else frozenset[bytes]()
    return asked | _SIGNED if any(each in signs for each in SIGNERS) else asked


def _by_letters(
    text: bytes, hits: NameHits, rules: NameRules, *, granted: frozenset[bytes], graphql: bool
) -> Iterator[Span]:
    """Secrets at the places where letters of a name stand: under a key, beside a name, in a list of header lines."""
    done = argued = -1
    harmless: dict[bytes, bool] = {}  # keys repeat: most are decided once
    for _, start, end in hits:
        if start < done:
            continue
        opening = text.rfind(b'"', max(0, start - _FAR), start)
        closing = text.find(b'"', end - 1, end + _FAR)  # letters to look for may end with the quote
        if graphql and start >= argued:
            span = argument(text, start)
            if span is not None:
                yield span
                argued = span.end
                continue
        if opening < 0 or closing < 0:
            continue
        key = text[opening + 1 : closing]
        if harmless.get(key) and text.startswith(b":", closing + 1) and b"\\" not in key:
            done = closing
            continue
        if key.endswith(b"\\"):  # a string in a string, which is read by itself
            yield from listed_header(key, opening, closing, text, rules.headers)
            continue
        if b"\\" in key:
            key = json_unescaped(key).text
        colon = _COLON.match(text, closing + 1)
        if colon is not None:
            done = closing
            if (skip := harmless.get(key)) is None:
                skip = harmless[key] = _is_harmless(key, rules)
            if skip:
                continue
            is_scalar = text[colon.end() : colon.end() + 1] not in (b"{", b"[")
            for span in _under(key, colon.end(), text, rules, granted=granted):
                done = max(done, span.end) if is_scalar else done  # what an object keeps may have names of its own
                yield span
        elif _NAMING.search(text, max(0, opening - 40), opening):
            done = closing
            name = key.rpartition(b"/")[2] if key.startswith(b"/") else key  # a JSON Patch, RFC 6902
            yield from _beside(name, opening, closing, text, chosen=name.lower() in rules.keys)
        else:
            for span in listed_header(key, opening, closing, text, rules.headers):
                done = max(done, span.end)
                yield span


def _is_harmless(key: bytes, rules: NameRules) -> bool:
    """Whether nothing under a key is secret because of the key, whatever it is."""
    lower = key.lower()
    return not (
        lower in rules.keys
        or lower in _GRANTED
        or lower in _SIGNED
        or lower in HEADERS_WITH_RULES
        or may_be_secret(key, json=True)
    )


def _under(key: bytes, at: int, text: bytes, rules: NameRules, *, granted: frozenset[bytes]) -> Iterator[Span]:
    """The secret scalars of the value at `at`, which stands under a key."""
    chosen = key.lower() in rules.keys
    asked = key.lower() in granted
    first = text[at : at + 1]
    if first in (b"{", b"["):
        if chosen or may_be_secret(key, json=True):
            yield from _inside(key, at, text, chosen=chosen)
        return
    quoted = first == b'"'
    found = RECORDED_TOKEN.match(text, at)
    if found is None or found[2] is not None:
        return
    start, end = found.span(1 if quoted else 3)
    # Where nothing says what is granted, `code` may also be that of an error.
    if asked and granted is not _GRANTED:
        value = text[start:end]
        asked = quoted and not is_wordy(value) and (key.lower() in _ASKED or looks_like_a_token(value))
    yield from _scalar(key, start, end, text, quoted=quoted, chosen=chosen or asked)


def _scalar(
    key: bytes,
    start: int,
    end: int,
    text: bytes,
    *,
    quoted: bool,
    chosen: bool,
    named: bool = False,
    listed: bool = False,
) -> Iterator[Span]:
    raw = text[start:end]
    if not raw or (not quoted and raw in (b"true", b"false", b"null")):
        return
    value = json_unescaped(raw).text if quoted and b"\\" in raw else raw
    if not chosen and quoted and key.lower() in HEADERS_WITH_RULES and b"://" not in value[:8]:
        if value == raw:
            for span in header_spans(key, value, frozenset()) or ():
                yield span.moved(span.start + start, span.end + start)
        else:
            yield Span(start, end, "json", wild_name(key), value=value)
    elif chosen or (
        (is_secret(key, value, json=True) or (named and header_is_secret(key)))
        and not is_label(key, value)
        and not is_message(value, text, start, listed=listed)
    ):
        yield Span(start, end, "json", wild_name(key), "text" if quoted else "scalar", value=value)


def _inside(key: bytes, at: int, text: bytes, *, chosen: bool) -> Iterator[Span]:
    """The scalars of an object or array under a secret name: of arrays all, of objects those that bear the value.

    Under a name that a profile has `chosen`, all bear it but what says of it how it is: states, kinds and dates.
    """
    levels: list[list[bytes]] = []  # the kind of each open level, and the key in it
    wants_key = False
    for found in RECORDED_TOKEN.finditer(text, at):
        mark = found[2]
        if not chosen and len(levels) > _NESTED:
            return
        if mark is not None:
            if mark in b"{[":
                levels.append([mark, b""])
                wants_key = mark == b"{"
            elif mark in b"}]":
                levels.pop()
                if not levels:
                    return
                wants_key = False
            elif mark == b",":
                wants_key = levels[-1][0] == b"{"
            else:
                wants_key = False
            continue
        quoted = found[1] is not None
        if wants_key and quoted:
            levels[-1][1] = found[1]
            continue
        if chosen:
            if not _is_said(levels):
                yield from _scalar(key, *found.span(1 if quoted else 3), text, quoted=quoted, chosen=True)
        elif len(levels) < _NESTED and (
            all(level[1].lower() in _BEARING for level in levels[1:] if level[0] == b"{")
            and (levels[0][0] != b"{" or levels[0][1].lower() in _BEARING or holds_secrets(key, levels[0][1]))
        ):
            listed = levels[-1][0] == b"["
            yield from _scalar(key, *found.span(1 if quoted else 3), text, quoted=quoted, chosen=False, listed=listed)


def _is_said(levels: Sequence[Sequence[bytes]]) -> bool:
    """Whether the key of an open level, or of one around it, says how an object is."""
    return any(says_how_it_is(level[1], is_object=level is not levels[-1]) for level in levels if level[0] == b"{")


def _beside(name: bytes, opening: int, closing: int, text: bytes, *, chosen: bool) -> Iterator[Span]:
    """The value beside a name that is itself a value: `{"name": "X-Api-Key", "value": "..."}`, in either order."""
    if not (chosen or header_is_secret(name) or name.lower() in HEADERS_WITH_RULES or may_be_secret(name, json=True)):
        return
    start = opening
    for _ in range(3):
        start = text.rfind(b"{", max(0, opening - _WIDE), start)
        if start < 0:
            return
        depth, key, wants_key = 0, b"", True
        values: list[tuple[int, int, bool]] = []
        for found in RECORDED_TOKEN.finditer(text, start, min(len(text), closing + _WIDE)):
            mark = found[2]
            if mark is not None:
                depth += (mark in b"{[") - (mark in b"}]")
                wants_key = (mark in (b",", b"{")) if depth == 1 else wants_key and depth == 1
                if depth == 0:
                    break
                continue
            if depth != 1:
                continue
            quoted = found[1] is not None
            if wants_key and quoted:
                key, wants_key = found[1].lower(), False
            elif key in _VALUES:
                values.append((*found.span(1 if quoted else 3), quoted))
        if found.end() > closing:
            for low, high, quoted in values:
                yield from _scalar(name, low, high, text, quoted=quoted, chosen=chosen, named=True)
            if values:
                return
