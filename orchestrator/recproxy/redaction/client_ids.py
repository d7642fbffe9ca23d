"""Ids that a client makes and the service repeats: named places, so that a replay gives a live client its own.

    POST /rpc  {"jsonrpc": "2.0", "id": 7, "method": "ping"}     {"id": XXX[id], ...}
    200 OK     {"jsonrpc": "2.0", "id": 7, "result": "pong"}     {"id": XXX[id], ...}

A client makes the id of a JSON-RPC call, and a random value under a name that says so: an idempotency key, a nonce, a
MessageID. What a name does not say may be the id of a thing that a test asks for: it stays, and a miss advises the named
place. Works on redacted interactions. Pure.
"""

from __future__ import annotations

import dataclasses
from collections import ChainMap
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.spelled_names import spelled
from recproxy.recording.splicing import resized
from recproxy.recording.values import Headers, Interaction, Request, Response, header
from recproxy.redaction.client_id_values import made_by_client
from recproxy.redaction.linking import free_name, names
from recproxy.redaction.pointed_places import pointed_spans
from recproxy.redaction.spans import Span, replaced, wild_name
from recproxy.redaction.value_automata import Finder, made_finder

__all__ = ["escaped_names", "is_whole", "names_asked", "texts_said", "with_client_ids", "with_names"]

_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
_KEY = lazy_pattern(rb'"\s{0,40}:')
#: Bytes of the id of a call.
_LONGEST = 200
_SIGN = b'"jsonrpc"'
#: JSON-RPC 1.0 has no version in it: a call and an answer are all of these.
_CALL = (b'"method"', b'"params"', b'"id"')
_ANSWER = (b'"result"', b'"error"', b'"id"')

_Values = Finder[bytes]


def with_client_ids(interactions: Sequence[Interaction], taken: Container[str] = ()) -> tuple[Interaction, ...]:
    """The interactions of one scope with a named place for each id that a client made and its response repeats.

    The id of a JSON-RPC call has a name in each interaction, since calls may be repeated. Another value has one name in
    all interactions from the first on that holds it. `taken` are names that other scopes use.
    """
    used: set[str] = set()

    def free(base: str) -> str:
        used.update(() if used else names(interactions))
        name = free_name(base, base, taken, used)
        used.add(name)
        return name

    made = tuple(_with_call_ids(each, free) for each in interactions)
    sent = [_repeated(each) for each in made]
    forms = (form for each in sent for value in each for form in (value, _escaped(value)))
    values = made_finder({form: form for form in forms})
    if not values:
        return made
    named: dict[bytes, str] = {}
    escaped: dict[bytes, str] = {}
    given: set[bytes] = set()  # by the service, before any client sent it
    after: list[Interaction] = []
    for each, own in zip(made, sent, strict=True):
        answered = {value for text in texts_said(each.response) for value, _, _ in values.find(text)}
        given |= answered if each.webhook is not None else set()  # there the service speaks first
        first = {value: free(name) for value, name in own.items() if value not in named and value not in given}
        named |= first
        escaped |= escaped_names(first)
        given |= answered
        asked = names_asked(named, escaped, each.request)
        after.append(with_names(each, asked, named, values) if named else each)
    return tuple(after)


# --- JSON-RPC


def _with_call_ids(interaction: Interaction, free: Callable[[str], str]) -> Interaction:
    request, response = interaction.request, interaction.response
    if not _is_call(request.body, response.body) or request.wild is None or response.wild is None:
        return interaction
    asked, answered = _call_ids(request.body, request.wild), _call_ids(response.body, response.wild)
    said = {_key(span, response.body) for span in answered}
    given: dict[tuple[bytes, bytes], str] = {}
    for span in asked:
        key = _key(span, request.body)
        if key in said and key not in given:
            given[key] = free("id")
    if not given:
        return interaction

    def places(block: Request | Response, spans: Sequence[Span]) -> list[tuple[Span, bytes]]:
        keyed = ((span, given.get(_key(span, block.body))) for span in spans)
        return [(span, f"{block.wild}[{name}]".encode()) for span, name in keyed if name is not None]

    body, _ = replaced(request.body, places(request, asked))
    return dataclasses.replace(
        interaction,
        request=dataclasses.replace(request, body=body),
        response=_with_body(response, places(response, answered)),
    )


def _is_call(asked: bytes, answered: bytes) -> bool:
    if _SIGN in asked:
        return _SIGN in answered or (b'"id"' in answered and any(each in answered for each in _ANSWER[:2]))
    return all(each in asked for each in _CALL) and all(each in answered for each in _ANSWER)


def _call_ids(body: bytes, word: str) -> list[Span]:
    """Where a body has ids of calls: in one call, in a list of them, or in one after another, as events have them.

    An id that has a named place already is none.
    """
    step = (b"*", b"id") if body.lstrip()[:1] == b"[" else (b"id",)
    mark = word.encode()
    return [
        span
        for span in pointed_spans(body, [step])
        if span.name == "id"
        and len(span.value) <= _LONGEST
        and mark not in span.value
        and not body.endswith(mark + b"[", 0, span.start)
    ]


def _key(span: Span, body: bytes) -> tuple[bytes, bytes]:
    """An id with its type: 7 is not "7"."""
    return span.kind.encode(), body[span.start : span.end]


# --- values under names


def _repeated(interaction: Interaction) -> dict[bytes, str]:
    """The values that the client of an interaction made and its response repeats, with names for them."""
    request, response = interaction.request, interaction.response
    if request.wild is None or response.wild is None:
        return {}
    return {
        value: wild_name(name).lower()
        for value, name in made_by_client(request)
        if any((at := text.find(value)) >= 0 and is_whole(text, at, at + len(value)) for text in texts_said(response))
    }


def escaped_names(named: Mapping[bytes, str]) -> dict[bytes, str]:
    """The names of values, by these as a query or a form has them."""
    return {_escaped(value): name for value, name in named.items()}


def _escaped(value: bytes) -> bytes:
    return spelled(".as-escaped", value)


def names_asked(named: dict[bytes, str], escaped: dict[bytes, str], request: Request) -> Mapping[bytes, str]:
    """The names of the values that a request may have.

    Those that are `escaped` are among them in a query or a form, whose escapes are undone before they are compared.
    """
    kind = header(request.headers, b"content-type") or b""
    has_escapes = "%" in request.url or b"%" in request.body
    if has_escapes and (not request.body or kind.startswith(b"application/x-www-form-urlencoded")):
        return ChainMap(escaped, named)
    return named


def texts_said(response: Response) -> Iterator[bytes]:
    """The texts of a response in which a value of its request may stand."""
    yield from (value for _, value in response.headers)
    yield response.body


def is_whole(text: bytes, start: int, end: int) -> bool:
    """Whether a value is no part of a word, and no key of JSON: no replay fills one in."""
    if (start and text[start - 1] in _WORD) or (end < len(text) and text[end] in _WORD):
        return False
    return _KEY.match(text, end) is None


def with_names(
    interaction: Interaction,
    asked: Mapping[bytes, str],
    answered: Mapping[bytes, str],
    values: _Values,
    whole: Callable[[bytes, int, int], bool] = is_whole,
) -> Interaction:
    """An interaction with named places wherever values stand as whole words.

    `asked` are the names of values in the request, `answered` those in the response.
    """

    def places(text: bytes, word: str, named: Mapping[bytes, str]) -> list[tuple[Span, bytes]]:
        found: list[tuple[Span, bytes]] = []
        for value, start, end in sorted(values.find(text), key=lambda each: (each[1], -each[2])):
            if value in named and whole(text, start, end) and (not found or found[-1][0].end <= start):
                found.append((Span(start, end, "echo"), f"{word}[{named[value]}]".encode()))
        return found

    def changed(text: bytes, word: str, named: Mapping[bytes, str]) -> bytes:
        return replaced(text, places(text, word, named))[0]

    def headers(lines: Headers, word: str, named: Mapping[bytes, str]) -> Headers:
        return tuple((name, changed(value, word, named)) for name, value in lines)

    request, response = interaction.request, interaction.response
    if (word := request.wild) is not None:
        url = changed(request.url.encode("utf-8", "surrogateescape"), word, asked).decode("utf-8", "surrogateescape")
        request = dataclasses.replace(
            request, url=url, headers=headers(request.headers, word, asked), body=changed(request.body, word, asked)
        )
    if (word := response.wild) is not None:
        response = dataclasses.replace(response, headers=headers(response.headers, word, answered))
        response = _with_body(response, places(response.body, word, answered))
    return dataclasses.replace(interaction, request=request, response=response)


def _with_body(response: Response, places: Sequence[tuple[Span, bytes]]) -> Response:
    """A response with other texts in places of its body."""
    if not places:
        return response
    body, moved = replaced(response.body, places)
    chunks = resized(response.chunks, len(response.body), moved, len(body))
    return dataclasses.replace(response, body=body, chunks=chunks)
