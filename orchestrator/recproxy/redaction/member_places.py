"""Members of JSON whose name says nothing by itself, in an object that says what it holds.

    {"env": {"STRIPE": "..."}}      {"env": [{"name": "STRIPE", "value": "..."}]}      {"env": ["STRIPE=..."]}
    {"keys": [{"id": 1, "key": "..."}]}      {"session": {"id": "..."}}      {"invite": {"code": "..."}}

Such members hold ids, dates and addresses too: only what nobody would choose, and has the form of no id, is a secret.
Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.redaction.name_table import HARMLESS, SERVICES
from recproxy.redaction.names import name_words
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.random_values import is_key, is_key_or_number
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import json_unescaped

__all__ = ["MEMBERS", "is_flat", "member_spans", "variable_lines"]

#: With `key` behind them these are the name of a key: `{"stripe": {"key": "..."}}`.
_BEFORE_KEY = SERVICES | {"api", "access", "auth", "signing", "encryption", "webhook", "admin", "master", "jwt"}
#: One of these is in a text that has such an object; they have no first letter where it may be a capital.
MEMBERS = (
    *(b'"%s"' % name.encode() for name in _BEFORE_KEY),
    *b'"Jwt" "JWT" "secureJsonData" "env "Env "ENV ariables" onfig_vars" onfigVars" "vars"'.split(),
    *b'eys" i_key" iKey" s_key" sKey" okens" ecrets" redentials" ession" nvite" nvitation"'.split(),
)
_HOLDER = lazy_pattern(rb"\"([A-Za-z][A-Za-z0-9_.-]{1,60})\"\s*:\s*[{\[]")
#: An object that is nothing but variables, as the settings of a program at a host are.
_FLAT = lazy_pattern(rb"\s*\{\s*\"[A-Z][A-Z0-9_]{1,80}\"\s*:\s*(?:\"|null)")
#: A line that sets a variable: in a file for a shell, and in YAML.
_LINE = lazy_pattern(
    rb"(?m)^[ \t]*(?:- )?(?:export )?[\"']?([A-Z][A-Z0-9_]{1,80})(?:=|[\"']?:[ \t]+)[\"']?([A-Za-z0-9+/=_~.-]{16,512})[\"']?[ \t]*\r?$"
)
_LEAST = 4  # bytes of what stands where all is secret
_SHORTEST = 20  # bytes of the id of a session

_SETTINGS = frozenset(
    {("env",), ("envs",), ("environment",), ("env", "vars"), ("envvars",), ("environment", "variables")}
    | {("environment", "vars"), ("env", "variables"), ("config", "vars"), ("variables",), ("vars",), ("secrets",)}
)
_NAME = lazy_pattern(rb"[A-Z][A-Z0-9_]{1,80}\Z")
#: What such names end with where they hold no secret, whatever it looks like.
_NO_SECRET = frozenset(
    b"ID SHA SHA1 SHA256 COMMIT REVISION REV REF HASH DIGEST CHECKSUM ETAG UUID GUID VERSION BUILD RELEASE TAG IMAGE TRACE SPAN MD5 SHA512 CRC FINGERPRINT SIGNATURE CERT CERTIFICATE PUBLIC "
    b"HOST HOSTNAME PATH DIR NAME ARN URL URI".split()
)
_ASSIGNED = lazy_pattern(rb"([A-Z][A-Z0-9_]{1,80})=(.+)\Z", re.DOTALL)
_NAMING = frozenset({b"name", b"key", b"variable"})


class _Rule(NamedTuple):
    """Which members of an object are looked at, and what tells that one is a secret; settings tell by their names."""

    members: frozenset[bytes] = frozenset()
    tells: Callable[[bytes], bool] = is_key


_OF_SETTINGS = _Rule()
_OF_KEYS = _Rule(frozenset({b"key", b"value", b"data", b"string", b"raw"}))
_OF_API_KEYS = _Rule(_OF_KEYS.members, is_key_or_number)
_OF_SECRETS = _Rule(frozenset(), lambda value: len(value) >= _LEAST and not is_placeholder(value))
_OF_SERVICE = _Rule(frozenset({b"key"}), is_key_or_number)
_OF_SESSION = _Rule(frozenset({b"id", b"sid"}), lambda value: len(value) >= _SHORTEST and is_key(value))
_OF_INVITE = _Rule(frozenset({b"code", b"key", b"hash"}))


class _Level:
    """An object or array that is open; `listed` is the rule for the objects in an array."""

    __slots__ = ("is_object", "key", "listed", "name", "rule", "value", "wants_key")

    def __init__(self, *, is_object: bool, rule: _Rule | None, listed: _Rule | None) -> None:
        self.is_object = self.wants_key = is_object
        self.rule, self.listed = rule, listed
        self.key = b""
        #: Of an object in a list of settings.
        self.name = b""
        self.value: Span | None = None


def member_spans(text: bytes) -> Iterator[Span]:
    """The secrets of such objects. Each is read once, also where one stands in another."""
    done = 0
    for start, opening, name in _holders(text):
        if start >= done and _rule(name) is not None:
            for end, span in _read(text, opening, name):
                done = end
                if span is not None:
                    yield span


def is_flat(text: bytes) -> bool:
    """Whether a text is an object of variables."""
    return _FLAT.match(text) is not None


def variable_lines(text: bytes) -> Iterator[Span]:
    """The secrets in lines that set a variable whose name says nothing of them."""
    for found in _LINE.finditer(text):
        if is_key(found[2]) and _is_setting(found[1], found[2]):
            yield Span(*found.span(2), "text", wild_name(found[1].lower()), value=found[2])


def _holders(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The objects and arrays that have a name: where that begins, where they open, and the name."""
    if is_flat(text):
        opening = text.index(b"{")
        yield opening, opening, b"env"
    for found in _HOLDER.finditer(text):
        yield found.start(), found.end() - 1, found[1]


def _is_setting(name: bytes, value: bytes) -> bool:
    """Whether the value of a variable of an environment is a secret, whose name says nothing of it."""
    return (
        _NAME.match(name) is not None
        and name.rpartition(b"_")[2] not in _NO_SECRET
        and is_key_or_number(value)
        and not value.startswith(b"/")
    )


@lru_cache(maxsize=4096)
def _rule(name: bytes) -> _Rule | None:
    """The rule for what stands under a name."""
    words = name_words(name)
    if words[-1:] == ("session",):
        return _OF_SESSION
    if words[-1:] in (("invite",), ("invitation",)):
        return _OF_INVITE
    if words == ("secure", "json", "data"):  # of Grafana
        return _OF_SECRETS
    if words in _SETTINGS:
        return _OF_SETTINGS
    if not HARMLESS.isdisjoint(words):
        return None
    if words[-2:] in (("api", "keys"), ("access", "keys"), ("api", "key"), ("access", "key"), ("auth", "key")):
        return _OF_API_KEYS
    if words[-1:] and words[-1] in _BEFORE_KEY:
        return _OF_SERVICE
    return _OF_KEYS if words[-1:] in (("keys",), ("tokens",), ("credentials",), ("creds",)) else None


def _read(text: bytes, at: int, name: bytes) -> Iterator[tuple[int, Span | None]]:
    """How far the object or array at `at` was read, and the secrets in it."""
    levels: list[_Level] = []
    key = name
    for found in RECORDED_TOKEN.finditer(text, at):
        mark = found[2]
        if mark is None:
            if levels[-1].wants_key and found[1] is not None:
                key = levels[-1].key = found[1]
                levels[-1].wants_key = False
            elif found[1]:
                yield found.end(), _string(levels[-1], found)
        elif mark in b"{[":
            levels.append(_opened(levels[-1] if levels else None, key, is_object=mark == b"{"))
        elif mark in b"}]":
            ended = levels.pop()
            if ended.value is not None and _is_setting(ended.name, ended.value.value):
                yield found.end(), ended.value
            if not levels:
                yield found.end(), None
                return
        elif mark == b",":
            levels[-1].wants_key = levels[-1].is_object
    yield len(text), None  # it breaks off


def _opened(outer: _Level | None, key: bytes, *, is_object: bool) -> _Level:
    rule = outer.listed if outer is not None and not outer.is_object else _rule(key)
    return _Level(is_object=is_object, rule=rule if is_object else None, listed=None if is_object else rule)


def _string(level: _Level, found: re.Match[bytes]) -> Span | None:
    """The secret that a string is; that of an object in a list of settings is known when the object ends."""
    raw = found[1]
    value = json_unescaped(raw).text if b"\\" in raw else raw
    if not level.is_object:
        setting = _ASSIGNED.match(raw) if level.listed is _OF_SETTINGS else None
        if setting is None or not _is_setting(setting[1], setting[2]):
            return None
        start = found.start(1) + setting.start(2)
        return Span(start, found.end(1), "json", wild_name(setting[1].lower()), value=setting[2])
    if level.rule is None:
        return None
    key = level.key
    span = Span(*found.span(1), "json", wild_name(key.lower()), value=value)
    if level.rule is not _OF_SETTINGS:
        chosen = key.lower() in level.rule.members or level.rule is _OF_SECRETS
        return span if chosen and level.rule.tells(value) else None
    if _is_setting(key, value):
        return span
    if key.lower() in _NAMING:
        level.name = value
    elif key.lower() == b"value":
        level.value = span
    return None
