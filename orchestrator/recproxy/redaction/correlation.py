"""Values that a program makes anew in each run and sends to a service: named places, so that a test with a new one replays.

    PUT /orders/0b5c4e0e-3d1b-4f61-9a55-7c1d9c0a8f11     PUT /orders/XXX[order_id.new-uuid]
    {"id": "0b5c4e0e-3d1b-4f61-9a55-7c1d9c0a8f11"}       {"id": "XXX[order_id.new-uuid]"}

A wrong link would let a wrong request match, so a look alone is never enough. A value is made anew if

- it looks so (`fresh_shapes`), and a request has it before any response does: what a service hands out stays as it is;
- it is nowhere in the files and variables of the project, nor in an earlier recording: what stands there is a constant;
- it is not what a request asks for and the service already has: what `GET /orders/ID` or a search of IMAP finds was there
  before;
- it is no digest of what was sent or received, and stands under no name that says so;
- it is not all that tells two requests apart which are answered differently (`interchangeable`).

An id that holds the time of this run does not need the last three. Works on redacted interactions. Pure.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import field
from functools import cached_property

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.fresh_names import fresh_ending
from recproxy.recording.request_patterns import SAFE_METHODS
from recproxy.recording.spelled_names import spellings
from recproxy.recording.values import Interaction, Request, header
from recproxy.redaction.client_id_values import made_by_client
from recproxy.redaction.client_ids import escaped_names, is_whole, names_asked, texts_said, with_names
from recproxy.redaction.conversation_answers import finds
from recproxy.redaction.field_before import field_before, field_of_path
from recproxy.redaction.fresh_shapes import FreshToken, fresh_tokens, normal_form
from recproxy.redaction.interchangeable import interchangeable
from recproxy.redaction.linking import free_name, names
from recproxy.redaction.spans import wild_name
from recproxy.redaction.value_automata import Finder, made_finder

__all__ = ["Correlation", "with_fresh_values"]

#: More values of one scope are those of a load test, and each would need a name.
_MOST = 500
#: More values of services are not remembered from one scope to the next.
_MOST_GIVEN = 100_000
#: What may be one of them, told by a look that is much faster than that for what is made anew.
_HANDED_OUT = lazy_pattern(rb"\b[0-9A-Za-z-]{12,64}\b")
#: Larger bodies are content, and an id in one is no business of a test.
_LARGEST = 1 << 18
#: Responses of a service that knows what is asked for.
_FOUND = range(200, 400)
#: Names of values that are worked out from a content.
_WORKED_OUT = lazy_pattern(
    rb"(?i)sha|md5|digest|checksum|hash|etag|signature|sig\b|hmac|fingerprint|integrity|crc|commit|tree|blob|oid|revision"
    rb"|thumbprint|verif|challenge"
)
_BOUNDARY = lazy_pattern(rb"(?i)boundary\s*=\s*\"?([^\";\s]+)")
_DIGESTS = ("md5", "sha1", "sha256", "sha512")
_UUID_SIZE = 36
_MAIL_LINE = lazy_pattern(rb"(?i)(?:message-id|content-id|date|received|mime-version|content-type):")


@dataclass(frozen=True, slots=True)
class Correlation:
    """What is known besides the interactions. `now` is when they were recorded, in seconds since 1970.

    `is_constant` tells of the normal form of a value whether it stands written in the project. `constants` are names of
    fields whose values a test chose. `made` are values that earlier scopes of the run have made, such as those of
    fixtures; what this one makes is added. `given` are those that services handed out in earlier scopes; what is handed
    out in this one is added.
    """

    now: float
    is_constant: Callable[[bytes], bool] = field(default=lambda _: False, repr=False)
    constants: frozenset[str] = frozenset()
    made: set[bytes] = field(default_factory=set, repr=False)
    given: set[bytes] = field(default_factory=set, repr=False)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A value of a request, under a name. `sure`: its time, or its name, says that the client made it."""

    value: bytes
    ending: str
    sure: bool
    field: bytes


def with_fresh_values(
    interactions: Sequence[Interaction], correlation: Correlation, taken: Container[str] = ()
) -> tuple[Interaction, ...]:
    """The interactions of one scope with a named place for each value that the program made anew, from its first use on.

    `taken` are names that other scopes use.
    """
    after = _with_fresh_values(interactions, correlation, taken)
    bodies = (each.response.body for each in after if each.response.wild is not None)
    texts = (body for body in bodies if len(body) <= _LARGEST and len(correlation.given) < _MOST_GIVEN)
    correlation.given.update(value for text in texts for value in _HANDED_OUT.findall(text))
    return after


def _with_fresh_values(
    interactions: Sequence[Interaction], correlation: Correlation, taken: Container[str]
) -> tuple[Interaction, ...]:
    asked = [list(_candidates(each.request, correlation)) for each in interactions]
    every = {each.value: each for found in asked for each in found}
    if not every or len(every) > _MOST:
        return tuple(interactions)
    finder = made_finder({each: each for value in every for each in (value, *spellings(value).values())})
    digests = _Digests(interactions)
    while True:
        after, named = _with_names(interactions, asked, finder, digests, correlation, taken)
        doubtful = interchangeable(after)
        constants = {value for value, name in named.items() if name in doubtful and not every[value].sure}
        if not constants:
            correlation.made.update(named)
            return after
        asked = [[one for one in found if one.value not in constants] for found in asked]


def _with_names(
    interactions: Sequence[Interaction],
    asked: Sequence[Sequence[_Candidate]],
    finder: Finder[bytes],
    digests: _Digests,
    correlation: Correlation,
    taken: Container[str],
) -> tuple[tuple[Interaction, ...], dict[bytes, str]]:
    """The interactions with places for the candidates that are made anew, and the names of those."""
    used: set[str] = set(names(interactions))
    named, escaped = dict[bytes, str](), dict[bytes, str]()
    given, seen = set[bytes](), set[bytes]()
    after: list[Interaction] = []
    found = frozenset(place for place, own in enumerate(asked) if own and finds(interactions, place))
    brought = {one.value for place, own in enumerate(asked) if place not in found for one in own}
    for place, (each, own) in enumerate(zip(interactions, asked, strict=True)):
        answered = {value for text in texts_said(each.response) for value, start, end in finder.find(text)}
        given |= _said_first(each, answered) - named.keys()
        first: dict[bytes, str] = {}
        for one in own:
            value = one.value
            handed_out = value in given or (value in correlation.given and value not in correlation.made)
            if handed_out or value in seen or value in named:
                continue
            seen.add(value)
            if place in found and value not in brought and not one.sure and value not in correlation.made:
                continue
            if _is_made_anew(one, each, correlation, digests, answered):
                base = wild_name(one.field).lower() if one.field else "value"
                first[value] = free_name(base, base + one.ending, taken, used)
                used.add(first[value])
        named |= first
        escaped |= escaped_names(first)
        sent = names_asked(named.copy(), escaped, each.request)
        # A service may write a value in another way, and a client repeats that from then on.
        for value, name in first.items():
            for how, other in spellings(value).items():
                if other not in named and other not in seen and other not in given:
                    named[other] = f"{name}{how}"
        given |= answered - named.keys()
        after.append(with_names(each, sent, named, finder, _stands_alone) if named else each)
    return tuple(after), named


def _said_first(interaction: Interaction, answered: set[bytes]) -> set[bytes]:
    """Of the values that the service said, those that it may have said before the client did."""
    if interaction.webhook is not None:
        return answered
    request, order = interaction.request, interaction.response.after
    if not order:
        return set()
    first = request.url.encode("utf-8", "surrogateescape") + (_first_message(request.body) if order[0] else b"")
    return {value for value in answered if value not in first}


def _first_message(body: bytes) -> bytes:
    """Of the messages of a stream both ways, the one that its client begins with."""
    text = body.decode("utf-8", "surrogateescape")
    start = len(text) - len(text.lstrip("[ \t\r\n"))
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return b""
    return text[start:end].encode("utf-8", "surrogateescape")


def _is_made_anew(
    one: _Candidate, interaction: Interaction, correlation: Correlation, digests: _Digests, answered: Container[bytes]
) -> bool:
    if (
        correlation.is_constant(normal_form(one.value))
        or one.field.decode("ascii", "replace").lower() in correlation.constants
    ):
        return False
    request = interaction.request
    in_url = one.value in request.url.encode("utf-8", "surrogateescape")
    if not in_url and one.value not in request.body and one.value not in answered:
        return False  # a header that nobody repeats is not compared
    if one.sure or one.value in correlation.made:
        return True
    if in_url and interaction.response.status in _FOUND and _asks_for_it(request, one.value):
        return False
    return not _WORKED_OUT.search(one.field) and one.value.lower() not in digests


def _asks_for_it(request: Request, value: bytes) -> bool:
    """Whether a URL names a thing that must be there: all but what is put in its place, or made below a parent."""
    if request.method in SAFE_METHODS or request.method in ("DELETE", "PATCH"):
        return True
    path = request.url.partition("?")[0].encode("utf-8", "surrogateescape")
    at = path.find(value)
    return request.method == "POST" and at >= 0 and b"/" in path[at:].rstrip(b"/")


def _candidates(request: Request, correlation: Correlation) -> Iterator[_Candidate]:
    """The values of a request that look made anew, each with the name of its field."""
    if request.wild is None:
        return
    word = request.wild.encode()
    url, query = _split(request.url)
    tokens: list[tuple[FreshToken, bytes]] = []
    path = url.encode("utf-8", "surrogateescape")
    tokens += ((each, field_of_path(url, each.start)) for each in fresh_tokens(path, correlation.now))
    tokens += ((each, field_before(query, each.start)) for each in fresh_tokens(query, correlation.now))
    for name, value in request.headers:
        if name.lower() not in _SILENT_HEADERS:
            tokens += ((each, name) for each in fresh_tokens(value, correlation.now))
    body = request.body if len(request.body) <= _LARGEST else b""
    boundary = _BOUNDARY.search(header(request.headers, b"content-type") or b"")
    edges = {found[1] for found in _BOUNDARY.finditer(body)} | ({boundary[1]} if boundary is not None else set())
    for each in fresh_tokens(body, correlation.now):
        if not any(each.value in edge for edge in edges) and not _MAIL_LINE.match(
            body, body.rfind(b"\n", 0, each.start) + 1
        ):
            tokens.append((each, field_before(body, each.start)))
    told = dict(made_by_client(request))
    for value, name in told.items():
        if word not in value:
            yield _Candidate(value, fresh_ending(_kind_of(value)), True, name)
    for token, name in tokens:
        if word not in token.value and not any(token.value in value for value in told):
            yield _Candidate(token.value, fresh_ending(token.kind), token.timed, name)


#: Headers that no service repeats, or that hold what has a rule of its own.
_SILENT_HEADERS = frozenset(
    b"authorization cookie content-type content-length host user-agent accept accept-encoding content-md5 digest date"
    b" traceparent tracestate if-match if-none-match etag referer origin".split()
)


def _kind_of(value: bytes) -> str:
    bare = normal_form(value)
    return "uuid" if bare != value and len(value) == _UUID_SIZE else "id"


def _split(url: str) -> tuple[str, bytes]:
    path, mark, query = url.partition("?")
    return path, (mark + query).encode("utf-8", "surrogateescape")


_ALONE = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ESCAPE = lazy_pattern(rb"(?:%[0-9A-F]{2}|\\[nrtbf])\Z")
_KEY = lazy_pattern(rb'\\?"\s{0,40}:')
_PLAIN = lazy_pattern(rb"[0-9A-Za-z]+\Z|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


def _stands_alone(text: bytes, start: int, end: int) -> bool:
    """Whether a value is no part of another one, and no key of JSON. A prefix with a dash is none of it."""
    if not _PLAIN.match(text[start:end]):
        return is_whole(text, start, end)
    if end < len(text) and text[end] in _ALONE:
        return False
    if start and text[start - 1] in _ALONE and not _ESCAPE.search(text, max(start - 3, 0), start):
        return False
    return _KEY.match(text, end) is None


class _Digests:
    """The digests of all bodies of a scope, in hexadecimal; worked out when first asked for."""

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        self._interactions = interactions

    @cached_property
    def _all(self) -> frozenset[bytes]:
        bodies = {body for each in self._interactions for body in (each.request.body, each.response.body) if body}
        return frozenset(
            hashlib.new(name, body, usedforsecurity=False).hexdigest()[:size].encode()
            for name, body in itertools.product(_DIGESTS, bodies)
            for size in (8, 12, 16, 20, 24, 32, 40, 64)
        )

    def __contains__(self, value: bytes) -> bool:
        return value in self._all
