"""What changed between two versions of a recording: by interaction, first in structure, then in values. Pure."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.differences import excerpt
from recproxy.play.change import Change, ChangeKind
from recproxy.play.conversation_difference import conversation_changes
from recproxy.play.conversation_merging import client_meaning
from recproxy.play.masked_places import without_masked_values
from recproxy.play.websocket_merging import websocket_changes
from recproxy.recording import WEBSOCKET, WILD, Interaction, Recording, Request, Response, as_told
from recproxy.recording.json_reader import is_bare, recorded_tree

__all__ = ["Changed", "compare_interactions", "compare_recordings"]

#: Headers that are new in each response, and say nothing of the service.
_VOLATILE = frozenset(
    [
        "age",
        "cf-cache-status",
        "cf-ray",
        "connection",
        "content-length",
        "date",
        "etag",
        "expires",
        "keep-alive",
        "last-modified",
        "nel",
        "report-to",
        "request-id",
        "server",
        "server-timing",
        "set-cookie",
        "traceparent",
        "transfer-encoding",
        "vary",
        "via",
        "x-amz-cf-id",
        "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-cache",
        "x-request-id",
        "x-response-time",
        "x-runtime",
        "x-served-by",
        "x-timer",
        "x-trace-id",
        "x-transaction-id",
    ]
)
_VOLATILE_STARTS = ("x-rate-limit", "x-ratelimit", "ratelimit")
_JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An interaction that differs; without `before` it is new, without `after` it is gone."""

    before: Interaction | None
    after: Interaction | None
    changes: tuple[Change, ...] = ()


def compare_recordings(before: Recording, after: Recording) -> list[Changed]:
    """The interactions that differ, in the order of the newer version; what is gone comes first."""
    pairs = _pairs([as_told(each) for each in before.interactions], [as_told(each) for each in after.interactions])
    found = [Changed(before=one, after=None) for one, other in pairs if other is None]
    for one, other in pairs:
        if other is not None and one is None:
            found.append(Changed(before=None, after=other))
        elif one is not None and other is not None and (changes := compare_interactions(one, other)):
            found.append(Changed(before=one, after=other, changes=changes))
    return found


def compare_interactions(before: Interaction, after: Interaction) -> tuple[Change, ...]:
    """What differs between two interactions, structure first."""
    return tuple(sorted(_changes(before, after), key=lambda change: change.kind))


def _pairs(
    before: Sequence[Interaction], after: Sequence[Interaction]
) -> list[tuple[Interaction | None, Interaction | None]]:
    """Interactions that belong together: of equal requests, then of equal method and path, both in order.

    Those of one scope go first; then one without a scope, as imports have them, may belong to one with a scope.
    """
    partner: dict[int, int] = {}
    free: Sequence[int] = range(len(before))
    for key, across in ((_whole, False), (_path, False), (_whole, True), (_path, True)):
        waiting: dict[tuple[object, ...], deque[int]] = {}
        for number in free:
            one = before[number]
            scope = one.scope is None if across else one.scope
            waiting.setdefault((scope, *key(one)), deque()).append(number)
        for number, interaction in enumerate(after):
            wanted = interaction.scope is not None if across else interaction.scope
            if number not in partner and (places := waiting.get((wanted, *key(interaction)))):
                partner[number] = places.popleft()
        taken = set(partner.values())
        free = [number for number in free if number not in taken]
    gone: list[tuple[Interaction | None, Interaction | None]] = [(before[number], None) for number in free]
    return gone + [
        (before[partner[number]] if number in partner else None, interaction)
        for number, interaction in enumerate(after)
    ]


def _whole(interaction: Interaction) -> tuple[object, ...]:
    request = interaction.request
    return request.method, request.url, request.body, client_meaning(interaction)


def _path(interaction: Interaction) -> tuple[object, ...]:
    return interaction.request.method, interaction.request.url.partition("?")[0]


def _changes(before: Interaction, after: Interaction) -> Iterator[Change]:
    before, after = as_told(before), as_told(after)
    if before.request.url != after.request.url:
        urls = without_masked_values(before.request.url, after.request.url, _words(before.request, after.request))
        yield Change(ChangeKind.STRUCTURE, "request URL", *urls)
    protocols = (before.protocol, after.protocol)
    if WEBSOCKET not in protocols and any(protocols):
        yield from conversation_changes(before, after)
        return
    yield from _bodies("request ", before.request, after.request)
    one, other = before.response, after.response
    if one.status != other.status:
        yield Change(ChangeKind.STRUCTURE, "status", str(one.status), str(other.status))
    yield from _headers(one, other)
    yield from _bodies("", one, other)
    yield from websocket_changes(before, after) if before.steps or after.steps else ()


def _words(one: Request | Response, other: Request | Response) -> tuple[str, str]:
    """The wild words of two versions."""
    return one.wild or WILD, other.wild or WILD


def _headers(one: Response, other: Response) -> Iterator[Change]:
    values: list[dict[str, list[str]]] = [{}, {}]
    for response, found in zip((one, other), values, strict=True):
        for raw, value in response.headers:
            found.setdefault(raw.decode("latin-1").lower(), []).append(value.decode("utf-8", "backslashreplace"))
    for name in dict.fromkeys((*values[0], *values[1])):
        before, after = (", ".join(each[name]) if name in each else None for each in values)
        if before != after:
            volatile = name in _VOLATILE or name.startswith(_VOLATILE_STARTS)
            structure = name == "content-type" or before is None or after is None
            kind = ChangeKind.VOLATILE if volatile else ChangeKind.STRUCTURE if structure else ChangeKind.VALUE
            if before is not None and after is not None:
                before, after = without_masked_values(before, after, _words(one, other))
            yield Change(kind, f"header {name}", before, after)


def _bodies(whose: str, one: Request | Response, other: Request | Response) -> Iterator[Change]:
    if one.body == other.body:
        return
    words = _words(one, other)
    trees = _tree(one.body, words[0]), _tree(other.body, words[1])
    if None not in trees:
        yield from _json(f"{whose}json ", "", trees[0], trees[1], words)
        return
    left, right = one.body.decode("utf-8", "backslashreplace"), other.body.decode("utf-8", "backslashreplace")
    before, after = excerpt(*without_masked_values(left, right, words))
    yield Change(ChangeKind.VALUE, f"{whose}body", before, after)


def _tree(body: bytes, word: str) -> Any:
    """The JSON object or array in a body; None where it holds none."""
    try:
        tree = recorded_tree(body, word)
    except ValueError:
        return None
    return tree if isinstance(tree, dict | list) else None


def _json(where: str, path: str, one: Any, other: Any, words: Sequence[str]) -> Iterator[Change]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            inner = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from _member(where, inner, (one, key, key in one), (other, key, key in other), words)
    elif isinstance(one, list) and isinstance(other, list):
        for number in range(max(len(one), len(other))):
            inner = f"{path}/{number}"
            yield from _member(
                where, inner, (one, number, number < len(one)), (other, number, number < len(other)), words
            )
    elif _differs_in_type(one, other):
        yield Change(ChangeKind.STRUCTURE, f"{where}{path}", _type(one), _type(other))
    elif one != other:
        yield Change(
            ChangeKind.VALUE, f"{where}{path}", *excerpt(*without_masked_values(_shown(one), _shown(other), words))
        )


def _member(
    where: str, path: str, one: tuple[Any, Any, bool], other: tuple[Any, Any, bool], words: Sequence[str]
) -> Iterator[Change]:
    if one[2] and other[2]:
        yield from _json(where, path, one[0][one[1]], other[0][other[1]], words)
    else:
        values = (_type(holder[key]) if is_there else None for holder, key, is_there in (one, other))
        yield Change(ChangeKind.STRUCTURE, f"{where}{path}", *values)


def _differs_in_type(one: Any, other: Any) -> bool:
    if is_bare(one) or is_bare(other):
        return (one, other) in (("\0" + str(other), other), (one, "\0" + str(one)))  # the quotes alone
    return _type(one) != _type(other)


def _type(value: Any) -> str:
    if is_bare(value):
        return "wildcard without quotes"
    return _JSON_TYPES.get(type(value), "null")


def _shown(value: Any) -> str:
    return value[1:] if is_bare(value) else json.dumps(value, ensure_ascii=False)
