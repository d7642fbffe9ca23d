"""What takes part in a comparison: a profile's rules, and the words of `match_on` made into a plan.

Knows names of fields only; reading and comparing them is done elsewhere.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass
from recproxy.recording.request_patterns import request_patterns

__all__ = ["WORDS", "ComparedParts", "Rules", "compared_parts", "pointer_tokens"]

#: The words of `match_on`, vcrpy's own, and what each of them means here.
WORDS: dict[str, frozenset[str]] = {
    "method": frozenset({"method"}),
    "scheme": frozenset({"scheme"}),
    "host": frozenset({"host"}),
    "port": frozenset({"port"}),
    "path": frozenset({"path"}),
    "query": frozenset({"query"}),
    "filled_query": frozenset({"query", "filled_query"}),
    "headers": frozenset({"headers"}),
    "body": frozenset({"body"}),
    "raw_body": frozenset({"raw_body"}),
    "uri": frozenset({"scheme", "host", "port", "path", "query"}),
    "url": frozenset({"scheme", "host", "port", "path", "query"}),
}

_DEFAULT = frozenset({"method", "host", "port", "path", "query", "body"})

#: Headers of one connection or one framing: they never take part.
UNCOMPARED = frozenset(
    b"connection content-encoding content-length expect host keep-alive proxy-authenticate proxy-authorization "
    b"proxy-connection sec-websocket-accept sec-websocket-extensions sec-websocket-key sec-websocket-version te trailer "
    b"transfer-encoding upgrade".split()  # codespell:ignore te
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A profile's `[match]` and the names that its redaction hides.

    `aliases` are pairs of a host's other name and the name that stands for both; `default_query` are parameters whose
    value is the same as their absence. `ignore_body` are methods, or methods and patterns of a path, whose bodies do not take
    part; `graphql` are those whose bodies hold GraphQL documents; `ignore_mail` are fields of mail messages in bodies.
    `headers` are the lower-case names of headers that take part; `ignore_headers` never do. `ignore_*` are left out on
    both sides; `secret_*` must be present on both sides, but their values are not shown, and not compared but for named
    wild places. `ignore_json` holds JSON Pointers, `ignore_grpc` fields of messages with dots between their names; `secret_json` JSON Pointers, which begin with `/`, or bare keys that
    are secret at any depth. `match_on` names the parts compared in vcrpy's words; None means method, host, port, path,
    query, body and the headers named here. Names of headers, and all secret names, are compared without regard to case.
    """

    headers: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    default_query: tuple[tuple[str, str], ...] = ()
    graphql: tuple[str, ...] = ()
    ignore_headers: tuple[str, ...] = ()
    ignore_query: tuple[str, ...] = ()
    ignore_form: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    ignore_grpc: tuple[str, ...] = ()
    ignore_mail: tuple[str, ...] = ("Date", "Message-ID")
    ignore_body: tuple[str, ...] = ()
    secret_headers: tuple[str, ...] = ()
    secret_query: tuple[str, ...] = ()
    secret_form: tuple[str, ...] = ()
    secret_json: tuple[str, ...] = ()
    match_on: tuple[str, ...] | None = None

    def ignoring(self, names: Mapping[str, Iterable[str]]) -> Rules:
        """These rules, and more names that are not compared, by the part of a request that holds them."""
        return replace(
            self,
            ignore_headers=(*self.ignore_headers, *names.get("headers", ())),
            ignore_query=(*self.ignore_query, *names.get("query", ())),
            ignore_form=(*self.ignore_form, *names.get("form", ())),
            ignore_json=(*self.ignore_json, *names.get("json", ())),
            ignore_grpc=(*self.ignore_grpc, *names.get("grpc", ())),
        )


class Names(NamedTuple):
    """Which names of a set of pairs are ignored, and which (in lower case) are secret.

    `defaults` are pairs that say what is so without them: they are ignored, and the same names with other values are not.
    `mail` are the fields, in lower case, that are ignored in mail messages.
    """

    ignored: frozenset[bytes] = frozenset()
    secret: frozenset[bytes] = frozenset()
    defaults: frozenset[tuple[bytes, bytes]] = frozenset()
    mail: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPlan:
    """Pointers, taken apart, to ignore and to hide; `secret_keys` are hidden at any depth.

    `fields` are ignored, too: by the names that lead to them, whatever lists stand between.

    `spells_secret` finds a secret key in a body's text, so that most bodies need not be walked.
    """

    ignored: tuple[tuple[str, ...], ...] = ()
    fields: tuple[tuple[str, ...], ...] = ()
    secret: tuple[tuple[str, ...], ...] = ()
    secret_keys: frozenset[str] = frozenset()
    spells_secret: re.Pattern[str] | None = None

    @property
    def hides(self) -> bool:
        """Whether any value is hidden."""
        return bool(self.secret or self.secret_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedParts:
    """Rules made ready for reading requests: what one comparison looks at.

    `headers` is None where all headers are compared. `raw_body` compares bodies by bytes whatever their type.
    `filled_query` leaves parameters without a value out of the query, as vcrpy does. `bodiless` finds a method and a path
    whose bodies do not take part, `graphql` those whose bodies hold GraphQL documents.
    """

    method: bool
    scheme: bool
    host: bool
    port: bool
    path: bool
    query: bool
    filled_query: bool
    body: bool
    raw_body: bool
    aliases: tuple[tuple[bytes, bytes], ...]
    headers: frozenset[bytes] | None
    header_names: Names
    query_names: Names
    form_names: Names
    json: JsonPlan
    messages: JsonPlan
    bodiless: re.Pattern[str] | None
    graphql: re.Pattern[str] | None

    @property
    def live(self) -> ComparedParts:
        """By which live requests are read: their secret values are there to be compared with named wild places."""
        return _without_secrets(self)

    @property
    def whole(self) -> ComparedParts:
        """The same with the ignored fields: to read the named places in them, never to match a request."""
        return _whole(self)


@lru_cache(maxsize=64)
def compared_parts(rules: Rules, match_on: tuple[str, ...] | None = None) -> ComparedParts:
    """The plan of these rules; `match_on`, where given, stands instead of the rules' own.

    Raises ConfigurationError for a word of `match_on` that is not known.
    """
    words = rules.match_on if match_on is None else match_on
    parts = _DEFAULT if words is None else _parts(words)
    named = frozenset(_lower(rules.headers))
    headers: frozenset[bytes] | None = named - UNCOMPARED if words is None else frozenset()
    if "headers" in parts:
        headers = named - UNCOMPARED if named else None
    return ComparedParts(
        method="method" in parts,
        scheme="scheme" in parts,
        host="host" in parts,
        port="port" in parts,
        path="path" in parts,
        query="query" in parts,
        filled_query="filled_query" in parts,
        body="body" in parts or "raw_body" in parts,
        raw_body="raw_body" in parts,
        aliases=tuple((name.encode(), host.encode()) for name, host in rules.aliases),
        headers=headers,
        header_names=Names(
            ignored=frozenset(_lower(rules.ignore_headers)), secret=frozenset(_lower(rules.secret_headers))
        ),
        query_names=Names(
            ignored=_bytes(rules.ignore_query),
            secret=frozenset(_lower(rules.secret_query)),
            defaults=frozenset((name.encode(), value.encode()) for name, value in rules.default_query),
        ),
        form_names=Names(
            ignored=_bytes(rules.ignore_form),
            secret=frozenset(_lower(rules.secret_form)),
            mail=frozenset(_lower(rules.ignore_mail)),
        ),
        json=_json_plan(rules, rules.ignore_json),
        messages=replace(_json_plan(rules, ()), fields=tuple(tuple(name.split(".")) for name in rules.ignore_grpc)),
        bodiless=request_patterns(rules.ignore_body),
        graphql=request_patterns(rules.graphql),
    )


@lru_cache(maxsize=64)
def _without_secrets(plan: ComparedParts) -> ComparedParts:
    return replace(
        plan,
        header_names=Names(plan.header_names.ignored),
        query_names=plan.query_names._replace(secret=frozenset()),
        form_names=plan.form_names._replace(secret=frozenset()),
        json=JsonPlan(ignored=plan.json.ignored),
        messages=JsonPlan(fields=plan.messages.fields),
    )


@lru_cache(maxsize=64)
def _whole(plan: ComparedParts) -> ComparedParts:
    return replace(
        plan,
        path=True,
        query=True,
        body=True,
        query_names=plan.query_names._replace(ignored=frozenset()),
        form_names=plan.form_names._replace(ignored=frozenset(), mail=frozenset()),
        json=replace(plan.json, ignored=()),
        messages=replace(plan.messages, fields=()),
        bodiless=None,
    )


def _parts(words: Iterable[str]) -> frozenset[str]:
    parts: set[str] = set()
    for word in words:
        known = WORDS.get(word)
        if known is None:
            near = difflib.get_close_matches(word, WORDS, 1)
            advice = f"did you mean {near[0]!r}" if near else f"known are {', '.join(WORDS)}"
            raise ConfigurationError(f"match_on: {word!r} is not a part of a request; {advice}")
        parts |= known
    return frozenset(parts)


def _lower(names: Iterable[str]) -> Iterable[bytes]:
    return (name.lower().encode() for name in names)


def _bytes(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)


def _json_plan(rules: Rules, ignored: tuple[str, ...]) -> JsonPlan:
    keys = frozenset(name.lower() for name in rules.secret_json if not name.startswith("/"))
    # A key may be spelt with escapes; a body with any is walked.
    spelt = "|".join(re.escape(key) for key in sorted(keys))
    return JsonPlan(
        ignored=tuple(map(pointer_tokens, ignored)),
        secret=tuple(pointer_tokens(name) for name in rules.secret_json if name.startswith("/")),
        secret_keys=keys,
        spells_secret=re.compile(rf'(?i)\\|"(?:{spelt})"') if keys else None,
    )


def pointer_tokens(pointer: str) -> tuple[str, ...]:
    """A JSON Pointer taken apart, RFC 6901; a missing first `/` is forgiven."""
    if not pointer:
        return ()
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.removeprefix("/").split("/"))
