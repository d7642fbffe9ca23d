"""Objects of JSON in which a secret is named in another way than by its key, and what only looks like one.

Headers in a list, a Secret of Kubernetes, the messages of a failed validation. Finds spans, masks nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.redaction.coded_places import opaque
from recproxy.redaction.header_values import HEADERS_WITH_RULES, header_spans
from recproxy.redaction.names import header_is_secret, is_label, looks_like_a_token, name_words
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.prose import is_complaint, is_prose
from recproxy.redaction.spans import Span
from recproxy.redaction.views import json_unescaped

__all__ = [
    "SAYS",
    "holds_secrets",
    "is_message",
    "kubernetes_secrets",
    "listed_header",
    "said_values",
    "says_how_it_is",
]

_PAIR_OPENS = lazy_pattern(rb"\[\s*\Z")
_PAIR = lazy_pattern(rb"\s*,\s*\"([^\"\\]+)\"\s*\]")
_LINE = lazy_pattern(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]+([^\"\\]*[^\"\\\s])")
_LINE_OF_JSON = lazy_pattern(
    rb"\"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]+((?:[A-Za-z-]{1,20} )?\{(?:[^\"\\]|\\.)*\})\"", re.DOTALL
)
_KIND = lazy_pattern(rb"\"kind\"\s*:\s*\"Secret(?:List)?\"")
_VALUE = rb"\"value\"\s*:\s*\"([^\"\\]{4,})\""
_TYPE = rb"\"type\"\s*:\s*\"(?:password|secret|otp|totp)\""
_HIDES = (b'"sensitive"', b'"masked"', b'"secure"', b'"is_secret"', b'"isSecret"', b'"hidden"')
_HIDDEN = rb"(?:" + b"|".join(_HIDES) + rb")\s*:\s*true"
_SECURE = rb"\"Type\"\s*:\s*\"SecureString\""
_SECRETS = rb"\"id\"\s*:\s*\"https:[^\"]{1,80}/secrets/"
#: How an object says what its value is, and what such a text holds.
_SAID = (
    # Keycloak calls each credential so.
    (_TYPE + rb"[^{}\[\]]{0,400}?" + _VALUE, (b'"password"', b'"secret"', b'otp"')),
    (_VALUE + rb"[^{}\[\]]{0,400}?" + _TYPE, (b'"password"', b'"secret"', b'otp"')),
    # Azure: the keys of a storage account, a secret of a vault.
    (
        rb"\"keyName\"\s*:\s*\"[^\"]{1,60}\"[^{}\[\]]{0,200}?\"value\"\s*:\s*\"([A-Za-z0-9+/=]{16,})\"",
        (b'"keyName"',),
    ),
    (_VALUE + rb"[^{}\[\]]{0,200}?" + _SECRETS, (b"/secrets/",)),
    (_SECRETS + rb"[^{}\[\]]{0,400}?" + _VALUE, (b"/secrets/",)),
    # Terraform: the output of a module, and what its resources are made of.
    (_VALUE + rb"[^{}\[\]]{0,200}?" + _HIDDEN, _HIDES),
    (_HIDDEN + rb"[^{}\[\]]{0,200}?" + _VALUE, _HIDES),
    # AWS: a parameter that is stored encrypted.
    (_VALUE.replace(b"value", b"Value") + rb"[^{}\[\]]{0,400}?" + _SECURE, (b'"SecureString"',)),
    (_SECURE + rb"[^{}\[\]]{0,400}?" + _VALUE.replace(b"value", b"Value"), (b'"SecureString"',)),
    (rb"\"type\"\s*:\s*\"random_password\"[^\]]{0,2000}?\"result\"\s*:\s*\"([^\"\\]{4,})\"", (b'"random_password"',)),
    # Amazon Cognito: what answers a challenge.
    (
        rb"\"Session\"\s*:\s*\"([^\"\\ ]{20,})\"",
        (b'"Challenge', b'"AvailableChallenges"', b'"SecretCode"', b'"UserCode"'),
    ),
    # Databricks' secrets, and a token of Gitea.
    (
        rb"\"scope\"\s*:\s*\"[^\"]*\"\s*,\s*\"key\"\s*:\s*\"[^\"]*\"\s*,\s*\"string_value\"\s*:\s*\"([^\"\\]+)\"",
        (b'"string_value"',),
    ),
    (rb"\"sha1\"\s*:\s*\"([0-9a-f]{40})\"[^{}]{0,100}?\"token_last_eight\"", (b'"token_last_eight"',)),
    # Google's Secret Manager.
    (rb"\"payload\"\s*:\s*\{\s*\"data\"\s*:\s*\"([A-Za-z0-9+/=_-]+)\"\s*,\s*\"dataCrc32c\"", (b'"dataCrc32c"',)),
)
#: One of these is in every text that has such an object.
SAYS = (
    b'"value"',
    b'"string_value"',
    b'"token_last_eight"',
    b'"SecureString"',
    b'"Session"',
    b'"random_password"',
    b'"dataCrc32c"',
)
#: Compiled on first use: every process of a run imports this table.
_compiled = functools.cache(re.compile)
#: Of an object of secrets these say what they are for.
_ABOUT = frozenset(
    [
        "id",
        "name",
        "type",
        "kind",
        "email",
        "user",
        "username",
        "url",
        "uri",
        "path",
        "host",
        "region",
        "arn",
        "at",
        "time",
        "date",
        "expires",
        "expiration",
        "expiry",
        "version",
        "scope",
        "scopes",
        "status",
        "role",
        "created",
        "updated",
        "provider",
    ]
)
_HOLDERS = frozenset({"passwords", "secrets", "credentials", "creds", "cookies", "apikeys"})
_TOKENS = frozenset({"token", "tokens"})
#: Of an object that a profile has hidden these say how it is: what kind of thing, in which state, since when and where.
_STATES = frozenset(
    [
        "id",
        "name",
        "type",
        "kind",
        "object",
        "status",
        "state",
        "reason",
        "error",
        "errors",
        "country",
        "currency",
        "bic",
        "at",
        "time",
        "timestamp",
        "date",
        "day",
        "month",
        "year",
        "dob",
        "birthday",
        "created",
        "updated",
        "modified",
        "verified",
        "expires",
        "expiration",
        "expiry",
        "exp",
    ]
)
_KINDS = frozenset({"access", "refresh", "bearer", "jwt"})
_ERRORS = lazy_pattern(
    rb"\"(?:[A-Za-z_]*errors?|violations|messages|validations?|invalid)\"\s*:\s*\{[^{}]*\Z", re.IGNORECASE
)
#: A name of a header, which a list of names may hold beside another.
_WORDS = lazy_pattern(rb"[A-Za-z]+(?:-[A-Za-z]+)*\Z")


def listed_header(key: bytes, opening: int, closing: int, text: bytes, chosen: frozenset[bytes]) -> Iterator[Span]:
    """The value of a header in a list: `["X-Api-Key", "..."]`, or `"X-Api-Key: ..."`."""
    if key.endswith(b"\\"):
        yield from _header_of_json(opening, text, chosen)
        return
    line = _LINE.fullmatch(key)
    if line is not None:
        told = (line[2].count(b" ") < 2 or b"=" in line[2]) and not _WORDS.match(line[2])
        if told and (b"-" in line[1] or line[1].lower() in HEADERS_WITH_RULES):
            for span in header_spans(line[1], line[2], chosen) or ():
                yield span.moved(span.start + opening + 1 + line.start(2), span.end + opening + 1 + line.start(2))
        return
    if key.startswith(b"-"):
        return  # an argument of a command
    if not ((b"-" in key and header_is_secret(key)) or key.lower() in HEADERS_WITH_RULES | chosen):
        return
    pair = _PAIR.match(text, closing + 1)
    if pair is None or not _PAIR_OPENS.search(text, max(0, opening - 80), opening):
        return
    if _WORDS.match(pair[1]):
        return
    if looks_like_a_token(pair[1]) or b" " in pair[1] or b"=" in pair[1]:
        for span in header_spans(key, pair[1], chosen) or ():
            yield span.moved(span.start + pair.start(1), span.end + pair.start(1))


def _header_of_json(opening: int, text: bytes, chosen: frozenset[bytes]) -> Iterator[Span]:
    """The value of a header that is itself JSON, with escapes, since it stands in a string."""
    line = _LINE_OF_JSON.match(text, opening)
    if line is not None:
        start, end = line.span(2)
        for span in header_spans(line[1], json_unescaped(line[2]).text, chosen) or ():
            yield span.moved(start + span.start, end)


def kubernetes_secrets(text: bytes) -> Iterator[Span]:
    """The values of a Secret of Kubernetes, which are in base64 under `data` and plain under `stringData`."""
    if (b'Secret"' not in text and b'SecretList"' not in text) or not _KIND.search(text):
        return
    levels: list[_Level] = []
    for found in RECORDED_TOKEN.finditer(text):
        mark = found[2]
        if mark is None:
            if levels and found[1] is not None:
                _take_string(levels, found)
        elif mark in b"{[":
            levels.append(_Level(is_object=mark == b"{"))
        elif mark in b"}]":
            ended = levels.pop() if levels else _Level(is_object=False)
            if ended.is_secret:
                yield from ended.members
            elif ended.is_list:
                yield from ended.below
            elif levels and not ended.is_other:
                levels[-1].below += ended.members + ended.below
        elif levels:
            levels[-1].wants_key = mark == b"," and levels[-1].is_object


class _Level:
    """An object or array that is open, and what it holds under `data` and `stringData`."""

    __slots__ = ("below", "is_list", "is_object", "is_other", "is_secret", "key", "members", "wants_key")

    def __init__(self, *, is_object: bool) -> None:
        self.is_object = self.wants_key = is_object
        self.is_secret = self.is_list = self.is_other = False
        #: Of the objects in it.
        self.below: list[Span] = []
        self.key = b""
        self.members: list[Span] = []


def _take_string(levels: list[_Level], found: re.Match[bytes]) -> None:
    level = levels[-1]
    if level.wants_key:
        level.key, level.wants_key = found[1], False
    elif level.key == b"kind":
        level.is_secret, level.is_list = found[1] == b"Secret", found[1] == b"SecretList"
        level.is_other = not (level.is_secret or level.is_list)
    elif found[1] and len(levels) > 1 and levels[-2].key in (b"data", b"stringData"):
        levels[-2].members.append(opaque(found[1], *found.span(1), "json", "secret"))


def said_values(text: bytes) -> Iterator[Span]:
    """The values of objects that say by other members what they hold."""
    for pattern, marks in _SAID:
        for found in _compiled(pattern).finditer(text) if any(mark in text for mark in marks) else ():
            if not is_label(b"password", found[1]) and not is_placeholder(found[1]):
                yield opaque(found[1], *found.span(1), "json", "secret")


def holds_secrets(key: bytes, member: bytes) -> bool:
    """Whether a member of an object of that name is a secret: `{"secrets": {"stripe": "..."}}`."""
    words, said = name_words(key), name_words(member)
    if words[-1:] and words[-1] in _TOKENS:
        return len(said) == 1 and said[0] in _KINDS
    if words[-2:] == ("api", "keys"):
        return bool(said) and said[-1] not in _ABOUT
    if words[-1:] == ("passwords",) and len(said) > 1:
        return False  # a page of texts has more to say of passwords
    return bool(words) and words[-1] in _HOLDERS and bool(said) and said[-1] not in _ABOUT


def says_how_it_is(member: bytes, *, is_object: bool = False) -> bool:
    """Whether a member of a hidden object says how it is: `{"phone": {"phone": "...", "status": "verified"}}`.

    An address that `is_object` is where somebody lives; a text may be one of mail.
    """
    words = name_words(member)
    if not words:
        return False
    last = words[-1]
    is_state = last in _STATES or words[0] == "expires" or words[-2:] == ("last", "4")
    return is_state or (is_object and last == "address")


def is_message(value: bytes, text: bytes, at: int, *, listed: bool) -> bool:
    """Whether a text under a secret name is what a validation says of it: `{"errors": {"password": "is too short"}}`."""
    return is_complaint(value) or (
        is_prose(value) and (listed or _ERRORS.search(text, max(0, at - 2000), at) is not None)
    )
