"""Secrets in text of any kind: what a name or a shape gives away in a URL, a form, JSON, XML, HTML or plain lines.

Pure over bytes; finds spans and masks nothing. A value is looked into again where it is itself encoded text, as JSON
in a form field is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.redaction.jsonplaces import Place, places
from recproxy.redaction.names import LIKELY, header_is_secret, is_secret
from recproxy.redaction.rules import Plan
from recproxy.redaction.shapes import shapes
from recproxy.redaction.spans import Layer, Span, parameter, string_content

__all__ = ["authorization", "cookies", "json_text", "leaf", "pairs", "plain_text", "set_cookie", "url_text"]

_DEEP = 4  # encodings one inside another that are looked into
_PAIR = re.compile(rb"(?<![A-Za-z0-9_.%\[\]-])([A-Za-z_$][A-Za-z0-9_.$%\[\]-]{0,80})=(\"?)([^&;\s\"'<>#\\,]+)")
_QUOTED = re.compile(
    rb"([\"'])([A-Za-z_][A-Za-z0-9_.-]{1,80})\1\s*:\s*(?:\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)')"
)
_ELEMENT = re.compile(rb"<(?:[A-Za-z0-9_-]+:)?([A-Za-z_][A-Za-z0-9_.-]*)(?:\s[^<>]*)?>([^<>]+)</")
_INPUT = re.compile(rb"(?i)<(?:input|meta)\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"([A-Za-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_LINE = re.compile(
    rb"(?m)^[ \t]*(?:- |export |set )?([A-Za-z_][A-Za-z0-9_.-]{2,60})[ \t]*[:=][ \t]*([^\s\"'{}\[\]<&|>]{6,})[ \t]*\r?$"
)
_JSON_LIKE = re.compile(rb"\s*(?:[\[{]\s*[\"{\[\]}0-9tfn-]|\"[^\"]*\"\s*\Z)")

_SCHEMES = frozenset(
    b"apikey api-key apitoken basic bearer bot dpop genie-key geniekey googlelogin hoba jwt key mac mutual negotiate ntlm privatetoken sharedkey "
    b"sharedkeylite splunk ssws storagekey token vapid zoho-oauthtoken aws oauth2 hmac goog1 snowflake klaviyo-api-key deepl-auth-key discogs "
    b"privileged scram-sha-256 scram-sha-1 acs-hmac hmac-sha256 private-token auth".split()
)
#: Schemes made of parameters, of which only some are secret.
_WITH_PARAMETERS = frozenset(
    b"oauth digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 goog4-hmac-sha256 goog4-rsa-sha256 hawk signature".split()
)
_SECRET_PARAMETERS = frozenset(
    b"response nonce cnonce opaque nc mac signature credential auth token hash oauth_token oauth_consumer_key "
    b"oauth_signature oauth_nonce oauth_timestamp oauth_verifier oauth_body_hash oauth_token_secret".split()
)
_AUTH_PARAMETER = re.compile(rb"([A-Za-z0-9_-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s,\"]+))")


def plain_text(text: bytes, plan: Plan, depth: int = 0) -> Iterator[Span]:
    """Secrets in text of no known form: shapes, the profile's patterns, and values behind names that say so."""
    if plan.query or plan.form or plan.keys or LIKELY.search(text) is not None:
        yield from _named(text, plan, depth)
        yield from _markup(text)
    yield from _shaped(text, plan)


def _shaped(text: bytes, plan: Plan) -> Iterator[Span]:
    yield from shapes(text)
    for pattern in plan.patterns:
        for found in pattern.finditer(text):
            if found[0]:
                yield Span(*found.span(), "profile pattern", value=found[0])


def _named(text: bytes, plan: Plan, depth: int) -> Iterator[Span]:
    if b"=" in text:
        for found in _PAIR.finditer(text):
            yield from _pair(found[1], found[3], found.start(3), plan.query, plan, "query", depth)
    if b'"' in text or b"'" in text:
        for found in _QUOTED.finditer(text):
            group = 3 if found[3] is not None else 4
            value = string_content(found[group]).text
            if is_secret(found[2], value, json=True) or found[2].lower() in plan.keys:
                yield Span(*found.span(group), "json", _word(found[2]), value=value)
    for found in _LINE.finditer(text):
        if is_secret(found[1], found[2]) and found[1].lower() not in _HEADER_NAMES:
            yield Span(*found.span(2), "text", _word(found[1]), value=found[2])


_HEADER_NAMES = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"})


def _markup(text: bytes) -> Iterator[Span]:
    if b"<" not in text:
        return
    for found in _ELEMENT.finditer(text):
        value = found[2].strip()
        if is_secret(found[1], value, json=True):
            start = found.start(2) + found[2].index(value)
            yield Span(start, start + len(value), "markup", _word(found[1]), value=value)
    for tag in _INPUT.finditer(text):
        said = {found[1].lower(): found for found in _ATTRIBUTE.finditer(tag[0])}
        name = next((_first(said[key])[0] for key in (b"name", b"id") if key in said), b"")
        hidden = b"type" in said and _first(said[b"type"])[0].lower() == b"password"
        for key in (b"value", b"content"):
            if key in said:
                value, start = _first(said[key])
                if value and (hidden or is_secret(name, value)):
                    start += tag.start()
                    yield Span(start, start + len(value), "markup", _word(name), value=value)


def _first(found: re.Match[bytes]) -> tuple[bytes, int]:
    group = found.lastindex or 1
    return found[group], found.start(group)


def pairs(text: bytes, names: frozenset[bytes], plan: Plan, rule: str, depth: int = 0) -> Iterator[Span]:
    """Secrets in a query or a form."""
    start = 0
    for part in text.split(b"&"):
        name, equals, value = part.partition(b"=")
        if equals:
            yield from _pair(name, value, start + len(name) + 1, names, plan, rule, depth)
        start += len(part) + 1


def _pair(
    name: bytes, value: bytes, start: int, names: frozenset[bytes], plan: Plan, rule: str, depth: int
) -> Iterator[Span]:
    key, layer = parameter(name).text, parameter(value)
    if value and (key.lower() in names or is_secret(key, layer.text) or (key in (b"code", b"key") and key in names)):
        yield Span(start, start + len(value), rule, _word(key), value=layer.text)
    elif layer.text in plan.known.short:
        yield Span(start, start + len(value), "known value", _word(key), value=layer.text)
    elif value:
        yield from _inner(layer, start, plan, depth, changed=layer.offsets is not None)


def _inner(layer: Layer, start: int, plan: Plan, depth: int, *, changed: bool) -> Iterator[Span]:
    """Secrets inside a value; one that was written without escapes was already searched as text."""
    if depth < _DEEP and (changed or _JSON_LIKE.match(layer.text)):
        for span in leaf(layer.text, plan, depth + 1):
            yield layer.raw(span, start)


def leaf(text: bytes, plan: Plan, depth: int = 0) -> Iterator[Span]:
    """Secrets in a decoded value, which may itself be JSON, a URL or other text."""
    if _JSON_LIKE.match(text):
        yield from json_text(text, plan, depth)
    elif b"://" in text[:32]:
        yield from url_text(text, plan, depth)
    else:
        yield from plain_text(text, plan, depth)


def url_text(text: bytes, plan: Plan, depth: int = 0) -> Iterator[Span]:
    """Secrets in a URL: user info, shapes in the path, parameters of query and fragment."""
    yield from plain_text(text, plan, depth)
    for found in re.finditer(rb"[?#]([^#\s\"'<>]*)", text):
        for span in pairs(found[1], plan.query, plan, "query", depth):
            yield Layer(text).raw(span, found.start(1))


def json_text(text: bytes, plan: Plan, depth: int = 0) -> Iterator[Span]:
    """Secrets in JSON, also several values one behind another, and in text that only mostly is JSON."""
    for place in places(text):
        yield from _place(place, text, plan, depth)
    if depth == 0:
        yield from _shaped(text, plan)


def _place(place: Place, text: bytes, plan: Plan, depth: int) -> Iterator[Span]:
    raw = text[place.start : place.end]
    layer = string_content(raw) if place.quoted else Layer(raw)
    kind = "text" if place.quoted else "scalar"
    if not raw or (not place.quoted and raw in (b"true", b"false", b"null")):
        return
    own = _chosen(place, plan)
    if not own and place.quoted and place.key.lower() in _HEADER_NAMES and b"://" not in layer.text[:8]:
        yield from (layer.raw(span, place.start) for span in header_value(place.key, layer.text, plan, depth))
    elif own or is_secret(place.key, layer.text, json=True) or (place.named and header_is_secret(place.key)):
        yield Span(place.start, place.end, "json", _word(place.key), kind, value=layer.text)
    elif layer.text in plan.known.short:
        yield Span(place.start, place.end, "known value", _word(place.key), kind, value=layer.text)
    elif place.quoted:
        yield from _string(layer, place.start, plan, depth)


def _string(layer: Layer, start: int, plan: Plan, depth: int) -> Iterator[Span]:
    text = layer.text
    worth = layer.offsets is not None or b"=" in text or b"<" in text or b"://" in text or b":" in text or depth
    if worth:
        yield from _inner(layer, start, plan, depth, changed=True)


def _chosen(place: Place, plan: Plan) -> bool:
    """Whether the profile names this place."""
    if plan.keys and any(step.lower() in plan.keys for step in place.path):
        return True
    return any(place.path[: len(pointer)] == pointer for pointer in plan.pointers)


def header_value(name: bytes, value: bytes, plan: Plan, depth: int = 0) -> Iterator[Span]:
    """Secrets in a header's value."""
    key = name.lower()
    if not value:
        return
    if key in (b"authorization", b"proxy-authorization") or key.endswith(b"-authorization"):
        yield from authorization(value)
    elif key == b"cookie":
        yield from cookies(value)
    elif key == b"set-cookie":
        yield from set_cookie(value)
    elif key in plan.headers or header_is_secret(key):
        yield Span(0, len(value), "header", _word(key), value=value)
    elif value in plan.known.short:
        yield Span(0, len(value), "known value", _word(key), value=value)
    else:
        yield from leaf(value, plan, depth)


def authorization(value: bytes) -> Iterator[Span]:
    """The secrets of an Authorization header; its scheme, and parameters that are none, stay."""
    found = re.match(rb"\s*([^\s]+)(?:\s+|(?<=^key)=)(?=\S)", value)
    scheme = found[1].lower() if found else b""
    if scheme in _WITH_PARAMETERS and found and b"=" in value[found.end() :]:
        for each in _AUTH_PARAMETER.finditer(value, found.end()):
            inner, start = _first(each)
            key = each[1].lower()
            if inner and (key in _SECRET_PARAMETERS or is_secret(key, inner)):
                # What follows the key id in a credential is date, region and service.
                size = len(inner.partition(b"/")[0]) if key == b"credential" else len(inner)
                yield Span(
                    start, start + size, "authorization", _word(key), value=parameter(inner[:size], plus=False).text
                )
    elif found and scheme in _SCHEMES | _WITH_PARAMETERS:
        end = len(value.rstrip())
        yield Span(found.end(), end, "authorization", "token", value=value[found.end() : end])
    else:
        yield Span(0, len(value), "authorization", "token", value=value)


def cookies(value: bytes) -> Iterator[Span]:
    """The values of a Cookie header; names stay. One without a name is all value."""
    start = 0
    for part in value.split(b";"):
        yield from _cookie(part, start)
        start += len(part) + 1


def set_cookie(value: bytes) -> Iterator[Span]:
    """The value of a Set-Cookie header; its name and attributes stay."""
    yield from _cookie(value.partition(b";")[0], 0)


def _cookie(part: bytes, start: int) -> Iterator[Span]:
    name, _, value = part.partition(b"=") if b"=" in part else (b"cookie", b"", part)
    start += len(part) - len(value)
    inner = value.strip().strip(b'"')
    if inner:
        start += value.index(inner)
        yield Span(start, start + len(inner), "cookie", _word(name.strip()), value=inner)


def _word(name: bytes) -> str:
    """A name as the name of a wild place."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name.decode("ascii", "replace")).strip("_-")[:40] or "secret"
