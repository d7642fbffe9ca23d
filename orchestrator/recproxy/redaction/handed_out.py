"""What the answer to a login hands out under a name that is harmless elsewhere.

    POST /login    {"user": "me", "password": "correct-horse-9"}
    200 OK         {"key": "9944b091..."}    or the token alone, as text, or in XML

A `key` may be the key of a row or of a file, so its name alone says nothing. In the answer to a request that sends a
password, or that goes to where logins go, it is what later requests are sent with, whether this scope has any or not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.codings import decode
from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.recording.values import Interaction, Request, Response
from recproxy.redaction.language import path_of
from recproxy.redaction.names import is_secret, is_wordy
from recproxy.redaction.payloads import coding_of
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.told_places import login_spans
from recproxy.redaction.views import json_unescaped

__all__ = ["handed_out", "is_login"]

_LARGEST = 1 << 20  # bytes of an answer to a login
_DEEPEST = 12  # objects and arrays one inside another

#: A name in a form, in JSON or of a part of a multipart body, before what ends it.
_LOGIN_FIELD = lazy_pattern(
    rb"(?i)(?<![a-z])(?:pass(?:word|wd|phrase|code)?|pwd|client_?secret|otp|assertion)(?:\"\s*:|=|\"?\]?\"?\r?\n)"
)
_LOGIN_PATH = lazy_pattern(
    r"(?i)(?:^|[/_.-])(?:log[_-]?in|sign[_-]?in|auth|authenticate|authorize|sessions?|tokens?|api[_-]?keys?)"
    r"(?:\.[a-z]+)?/?\Z"
)
_NAMES = frozenset(
    b"key code session sid auth ticket result value data response id_session access refresh bearer jwt".split()
)
#: An object with one of these names is about the session: its id is the key to it.
_HOLDERS = frozenset({b"session", b"auth", b"ticket", b"token", b"login", b"credential", b"credentials"})
_ELEMENT = lazy_pattern(
    rb"<(?:[A-Za-z0-9_.-]+:)?(%s)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[\s*)?([^<>\s]+?)\s*(?:\]\]>\s*)?</"
    % b"|".join(sorted(_NAMES)),
    re.IGNORECASE,
)
#: A text without such a name is not read as JSON.
_NAMED = lazy_pattern(
    rb"(?i)\"(?:%s)\"\s*:" % b"|".join(sorted(_NAMES | _HOLDERS)),
)
#: A body that is nothing but a token, as a text, a string of JSON, or a list of one.
_WHOLE = lazy_pattern(
    rb"\s*(?:\[\s*)?\"?((?:[A-Za-z0-9._~+/=:|-]|\\/|\\u00[2-7][0-9A-Fa-f]){16,2048})\"?\s*(?:\]\s*)?\Z"
)


def handed_out(interaction: Interaction) -> Iterator[Span]:
    """The places of such values in the body of a response; none where the request is no login."""
    if not interaction.response.body or not is_login(interaction.request):
        return
    body = _plain(interaction.response)
    whole = _WHOLE.match(body)
    if whole:
        yield from _handed(b"token", whole[1], json_unescaped(whole[1]).text, whole.start(1))
        return
    if _NAMED.search(body):
        yield from _in_json(body)
    for found in _ELEMENT.finditer(body):
        name = found[1].lower()
        value = html.unescape(found[2].decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        yield from _handed(name, found[2], value, found.start(2))


def _handed(name: bytes, raw: bytes, value: bytes, start: int) -> Iterator[Span]:
    """A value, unless it is the name of a state or a kind: it would be looked for everywhere."""
    if is_secret(b"key", value) and not is_wordy(value):
        yield Span(start, start + len(raw), "json", wild_name(name), value=value)


def _in_json(body: bytes) -> Iterator[Span]:
    """The strings under such a name, in an array under it, and the `id` of a session."""
    levels: list[bytes] = []  # the name that each open level stands under
    key, is_key, kinds = b"", False, b""
    for found in RECORDED_TOKEN.finditer(body):
        mark, raw = found[2], found[1]
        if mark is None:
            if raw is None:
                continue
            if is_key:
                key, is_key = raw.lower(), False
                continue
            name = key if kinds[-1:] == b"{" else levels[-1] if levels else b""
            value = json_unescaped(raw).text if b"\\" in raw else raw
            if name in _NAMES:
                yield from _handed(name, raw, value, found.start(1))
            elif name in (b"id", b"value") and levels and levels[-1] in _HOLDERS:
                yield from _handed(levels[-1], raw, value, found.start(1))
        elif mark in b"{[":
            levels.append(key if kinds[-1:] == b"{" else levels[-1] if levels else b"")
            kinds += mark
            key, is_key = b"", mark == b"{"
            if len(levels) > _DEEPEST:
                return
        elif mark in b"}]":
            del levels[-1:]
            kinds, is_key = kinds[:-1], False
        elif mark == b",":
            is_key = kinds[-1:] == b"{"


def _plain(block: Request | Response) -> bytes:
    """A body without its content coding, if it has one that can be undone."""
    coding = coding_of(block.headers) if block.encoding is None else ""
    try:
        return decode(block.body, coding, limit=_LARGEST) if coding else block.body
    except ValueError:
        return block.body


def _has_password(body: bytes) -> bool:
    """Whether a login stands in a body: a password by its name, or among the arguments of a call."""
    return _LOGIN_FIELD.search(body) is not None or next(login_spans(body), None) is not None


def is_login(request: Request) -> bool:
    """Whether a request sends a password, or goes to where logins go."""
    if request.method in ("POST", "PUT", "PATCH"):
        return bool(_LOGIN_PATH.search(path_of(request.url))) or _has_password(_plain(request))
    return _LOGIN_FIELD.search(request.url.partition("?")[2].encode("utf-8", "surrogateescape")) is not None
