"""Secrets in parameters: those of a query, a form and a path, of links in a text, and the user info of a URL.

A value that is itself text with names and values is given to `inside`. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.field_names import is_listed
from recproxy.redaction.graphql_parameters import graphql_spans
from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.names import is_secret, looks_like_a_token
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import percent_decoded

__all__ = ["Inside", "link_spans", "pair_spans", "url_spans"]

_FAR = 4096  # bytes of a value by which its name is judged
_PAIR = lazy_pattern(rb"[?&;#]((?:u0026|amp;)?[A-Za-z_$][A-Za-z0-9_.$%\[\]-]{0,80})=((?:[^&;\s\"'<>#\\]|\\/)+)")
_SEPARATOR = lazy_pattern(rb";(?=[A-Za-z_][A-Za-z0-9_.-]*=)")
#: From a value in a link to the next `&`, or to where the link ends.
_TO_AMPERSAND = lazy_pattern(rb"(?:[^&;\s\"'<>#\\]|\\/|;(?=[^&;\s\"'<>#\\]))*")
#: Parameters of a link among other text, and of one that is all of the text: some clients leave quotes as they are.
_PARAMETERS = {False: lazy_pattern(rb"[?#]([^#\s\"'<>]*)"), True: lazy_pattern(rb"[?#]([^#]*)")}
_USER_INFO = lazy_pattern(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#:]*:[^/?#]*)@")
_NAMED = lazy_pattern(rb"(?:\A|[&;])(?:name|key|field|property|attribute)=([^&;]*)", re.IGNORECASE)
_MATRIX = lazy_pattern(rb";([A-Za-z_]+)=([^;/?#]+)")
#: What a form says of its `value`.
_HIDDEN = lazy_pattern(rb"(?:\A|&)(?:masked|masked_and_hidden|sensitive|secure|secret|is_secret)=(?:true|1|on)(?:&|\Z)")
_UPLOADS = frozenset(
    {b"acl", b"policy", b"bucket", b"success_action_status", b"success_action_redirect", b"x-amz-algorithm"}
)

_GRANTED, _ASKED = frozenset({b"code", b"key"}), frozenset({b"code"})
#: The secrets of a parameter's value; of one that was decoded also those by shape, which nobody else has seen.
Inside = Callable[[bytes, bool], Iterable[Span]]


def link_spans(text: bytes, rules: NameRules, inside: Inside) -> Iterator[Span]:
    """Secrets in the links of a text: parameters that stand behind ?, & or ;."""
    if b"=" not in text:
        return
    query_end = run_end = covered = -1
    for found in _PAIR.finditer(text):
        name, start, end = found[1], *found.span(2)
        # A `;` may stand before a parameter of a path or of a connection string too: there it ends the one before.
        in_query = text[found.start()] != 0x3B or name.startswith(b"amp;") or found.start() == query_end
        name = name.removeprefix(b"u0026").removeprefix(b"amp;")
        if in_query:
            query_end = end
            if start >= run_end and (longer := _TO_AMPERSAND.match(text, start)):
                run_end = longer.end()
        last = run_end if in_query and start >= covered else end
        value = found[2].replace(b"\\/", b"/")
        for span in _pair(name, value, found[2], start, rules.query, "query", inside, text=text, last=last):
            covered = max(covered, span.end)
            yield span


def pair_spans(text: bytes, names: frozenset[bytes], rule: str, inside: Inside) -> Iterator[Span]:
    """Secrets in a query or a form; `names` are those that a profile adds."""
    start = 0
    parts = [_SEPARATOR.split(part) for part in text.split(b"&")]
    known = {piece.partition(b"=")[0].lower() for pieces in parts for piece in pieces}
    upload = not known.isdisjoint(_UPLOADS)
    explained = _explained(known, text, names)
    for pieces in parts:
        end = start + sum(map(len, pieces)) + len(pieces) - 1
        covered = -1
        for piece in pieces:
            name, equals, value = piece.partition(b"=")
            lower = name.lower()
            if equals and not (upload and lower == b"key"):
                chosen = lower in explained or (
                    lower == b"p" and b"u" in known and len(value) > 2 and not value.isdigit()
                )
                at = start + len(name) + 1
                last = end if at >= covered else at + len(value)
                for span in _pair(name, value, value, at, names, rule, inside, chosen=chosen, text=text, last=last):
                    covered = max(covered, span.end)
                    yield span
            start += len(piece) + 1


def _explained(known: Container[bytes], text: bytes, names: frozenset[bytes]) -> frozenset[bytes]:
    """The names whose value is secret for what stands beside them: in a request for a token, and `value`."""
    explained = frozenset[bytes]()
    if b"grant_type" in known:
        explained = _GRANTED
    elif b"client_id" in known and (b"client_secret" in known or b"code_verifier" in known):
        explained = _ASKED  # some services need no word for what is granted
    if b"auth_date" in known:
        explained |= {b"hash"}  # who has it is logged in to a Mini App of Telegram
    return explained | {b"value"} if b"value" in known and _told(text, names) else explained


def _told(text: bytes, names: frozenset[bytes]) -> bool:
    """Whether a parameter says that the `value` beside it is secret: `name=phone&value=...`."""
    if _HIDDEN.search(text):
        return True
    found = _NAMED.search(text)
    name = percent_decoded(found[1], plus=True).text if found is not None else b""
    return bool(name) and (is_listed(name, names) or is_secret(name, b"x"))


def _pair(
    name: bytes,
    value: bytes,
    raw: bytes,
    start: int,
    names: frozenset[bytes],
    rule: str,
    inside: Inside,
    *,
    chosen: bool = False,
    text: bytes = b"",
    last: int = 0,
) -> Iterator[Span]:
    """The secret of one parameter. `last` is where the next `&` stands in the text; a `;` ends `raw`.

    A secret may hold a `;`, so that it goes on to there. Those that follow in it are hidden with it.
    """
    if not value and last <= start:
        return
    key = percent_decoded(name, plus=True).text if b"%" in name else name
    view = percent_decoded(value, plus=True) if b"%" in value or b"+" in value else None
    plain = view.text if view is not None else value
    secret = chosen or is_listed(key, names) or is_secret(key, plain or text[start : min(last, start + _FAR)])
    if secret or (key.lower() == b"upload_id" and looks_like_a_token(plain)):
        if len(value) > 2 and value[:1] in (b'"', b"'") and value[-1:] == value[:1] and last <= start + len(raw):
            start, last, raw, plain = start + 1, 0, raw[1:-1], plain[1:-1]
        yield Span(start, start + len(raw), rule, wild_name(key), value=plain)
        if last > start + len(raw):
            whole = percent_decoded(text[start:last], plus=True).text
            yield Span(start, last, rule, wild_name(key), value=whole)
        return
    if not value:
        return
    if view is None:
        yield from (span.moved(span.start + start, span.end + start) for span in inside(plain, False))
    elif raw is value:
        for span in inside(plain, plain != value):
            begin, end = view.raw(span.start, span.end)
            yield span.moved(begin + start, end + start)


def url_spans(text: bytes, rules: NameRules, inside: Inside, *, whole: bool = False) -> Iterator[Span]:
    """Secrets in a URL: parameters of path, query and fragment; of a text that is `whole` a URL also its user info."""
    yield from graphql_spans(text, rules)
    for found in _PARAMETERS[whole].finditer(text):
        for span in pair_spans(found[1].replace(b"&amp;", b"&    "), rules.query, "query", inside):
            yield span.moved(span.start + found.start(1), span.end + found.start(1))
    head = re.split(rb"[?#]", text, maxsplit=1)[0]
    if b";" in head:
        for found in _MATRIX.finditer(head):
            yield from _pair(found[1], found[2], found[2], found.start(2), rules.query, "query", inside)
    user = _USER_INFO.match(text) if whole and b"@" in text else None
    if user is not None and not is_placeholder(user[1].partition(b":")[2]):
        yield Span(*user.span(1), "user info", "user_info", value=user[1])
