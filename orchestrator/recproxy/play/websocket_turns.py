"""The cause and effect in the messages of a WebSocket: what the server said unasked, and what after which message. Pure."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.rules import pointer_tokens
from recproxy.recording import Act, Step
from recproxy.recording.json_reader import BARE, quoted, recorded_tree, unquoted_wildcards

__all__ = ["MessageId", "WebSocketTurn", "known_id", "message_keys", "websocket_turns", "with_id"]

#: Messages of the two GraphQL protocols that carry the id of a subscription.
_OF_SUBSCRIPTION = frozenset(("subscribe", "next", "error", "complete", "start", "data", "stop"))
_BLANKS = lazy_pattern(r"[ \t\r\n]*")
#: A value that connects messages.
MessageId: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class WebSocketTurn:
    """Something the client did, a message or a close, and what the server did then."""

    step: Step
    answers: tuple[Step, ...]


def websocket_turns(
    steps: Sequence[Step], pointers: Iterable[str] = (), wild: str | None = None
) -> tuple[tuple[Step, ...], tuple[WebSocketTurn, ...]]:
    """What the server does at once, and the turns in their order.

    What it says belongs to the last thing that the client did before; but a message that has a key of an earlier one
    belongs to that. The `pointers` say where keys are, besides the ids that known protocols have.
    """
    opening: list[Step] = []
    turns: list[tuple[Step, list[Step]]] = []
    asked: dict[Hashable, list[Step]] = {}
    tokens = [pointer_tokens(each) for each in pointers]
    for step in steps:
        if step.act in (Act.CLIENT, Act.LEAVE):
            turns.append((step, []))
            for key in message_keys(step.data, tokens, wild):
                asked[key] = turns[-1][1]
            continue
        keys = message_keys(step.data, tokens, wild) if step.act is Act.SERVER else ()
        owner = next((asked[key] for key in keys if key in asked), None)
        if owner is None:
            owner = turns[-1][1] if turns else opening
        owner.append(step)
    return tuple(opening), tuple(WebSocketTurn(step, tuple(answers)) for step, answers in turns)


def message_keys(data: bytes, tokens: Iterable[tuple[str, ...]], wild: str | None = None) -> tuple[Hashable, ...]:
    """What connects a message with others: its values at these places, and the id of JSON-RPC or of a subscription."""
    message = _parsed(data, wild)
    if message is None:
        return ()
    found = [value for each in tokens if (value := _at(message, each)) is not None]
    if (own := _known_id(message)) is not None:
        found.append(own)
    return tuple((type(value).__name__, value) for value in found)


def known_id(data: bytes, wild: str | None = None) -> MessageId | None:
    """The id of a message of JSON-RPC 2.0 or of a GraphQL subscription; None where it is no such message."""
    return _known_id(_parsed(data, wild)) if data.startswith(b"{") else None


def _parsed(data: bytes, wild: str | None) -> object:
    """The JSON object or array of a message; None if it holds none. A recorded one may have its wild word in it."""
    if data[:1] not in (b"{", b"["):
        return None
    try:
        return recorded_tree(data, wild)
    except ValueError:
        return None


def _known_id(message: object) -> MessageId | None:
    if not isinstance(message, dict):
        return None
    is_known = message.get("jsonrpc") == "2.0" or message.get("type") in _OF_SUBSCRIPTION
    value = message.get("id")
    return value if is_known and isinstance(value, str | int | float) else None


def with_id(data: bytes, value: MessageId, wild: str | None = None) -> bytes:
    """A message that has a known id, with another one; nothing else in it changes."""
    if wild is not None and wild.encode() in data:
        changed = _with_id(quoted(data.decode(), wild, BARE), value)
        return unquoted_wildcards(changed, wild).encode()
    return _with_id(data.decode(), value).encode()


def _with_id(text: str, value: MessageId) -> str:
    decoder = json.JSONDecoder()
    at = text.index("{") + 1
    while True:
        name, at = decoder.raw_decode(text, _BLANKS.match(text, at).end())  # type: ignore[union-attr]
        start = _BLANKS.match(text, text.index(":", at) + 1).end()  # type: ignore[union-attr]
        _, end = decoder.raw_decode(text, start)
        if name == "id":
            return text[:start] + json.dumps(value, ensure_ascii=False) + text[end:]
        at = text.index(",", end) + 1


def _at(value: object, tokens: tuple[str, ...]) -> MessageId | None:
    for token in tokens:
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value if isinstance(value, str | int | float) else None
