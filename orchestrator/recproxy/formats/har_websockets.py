"""The messages of a WebSocket in a HAR file, as Chrome and mitmproxy have them: `_webSocketMessages` of an entry.

Each has `type` (send or receive), `time`, `opcode` (1 for text, 2 for binary) and `data`, which is base64 if it is binary.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recproxy.formats.reading import mapping, sequence, string
from recproxy.formats.stored import Notebook
from recproxy.recording import Act, Headers, Interaction, Request, Response, Step

__all__ = ["messages_of_entry", "unsaid_steps", "websocket_interaction", "written_messages"]

_SWITCHING = 101
#: RFC 6455 section 5.2.
_TEXT, _BINARY = 1, 2
_SIDES = {"send": Act.CLIENT, "receive": Act.SERVER}
_TYPES = {act: kind for kind, act in _SIDES.items()}
#: Headers of one connection, made anew for each; and what a browser shows besides.
_NOT_KEPT = frozenset(
    (
        "connection", "upgrade", "sec-websocket-key", "sec-websocket-version", "sec-websocket-accept",
        "sec-websocket-extensions",
    )
)  # fmt: skip


def messages_of_entry(entry: Mapping[str, Any]) -> list[Any] | None:
    """The messages of an entry; None where it is no WebSocket that was agreed to."""
    answer = entry.get("response")
    status = answer.get("status") if isinstance(answer, Mapping) else None
    if "_webSocketMessages" not in entry or status not in (_SWITCHING, 0):
        return None
    return sequence(entry["_webSocketMessages"], "_webSocketMessages")


def websocket_interaction(
    request: Request, reason: str, headers: Headers, messages: list[Any], notes: Notebook
) -> Interaction:
    """The interaction of a request and messages. Raises ValueError where they are damaged."""
    scheme, mark, rest = request.url.partition("://")
    url = f"{ {'http': 'ws', 'https': 'wss'}.get(scheme.lower(), scheme) }{mark}{rest}"
    steps = tuple(_steps(messages, notes))
    return Interaction(
        request=Request(method="GET", url=url, headers=_kept(request.headers), wild=None),
        response=Response(
            status=_SWITCHING, reason=(reason or "Switching Protocols").encode(), headers=_kept(headers), wild=None
        ),
        steps=steps,
    )


def _kept(headers: Headers) -> Headers:
    return tuple(line for line in headers if line[0].lower().decode("latin-1") not in _NOT_KEPT)


def _steps(messages: list[Any], notes: Notebook) -> Iterator[Step]:
    for number, each in enumerate(messages, 1):
        message = mapping(each, f"message {number}")
        kind, opcode = string(message.get("type"), "type"), message.get("opcode")
        data = string(message.get("data"), "data")
        if kind not in _SIDES or opcode not in (_TEXT, _BINARY):
            notes.lost(f"message {number}: left out, because it is neither text nor binary")
            continue
        if opcode == _TEXT:
            yield Step(_SIDES[kind], data.encode("utf-8", "replace"))
            continue
        try:
            yield Step(_SIDES[kind], base64.b64decode(data, validate=True), binary=True)
        except binascii.Error:
            raise ValueError(f"message {number} is no base64") from None


def written_messages(steps: Sequence[Step], started: float) -> list[dict[str, Any]]:
    """The messages as an entry has them; the first at `started`, in seconds since 1970, each later by its delay."""
    written: list[dict[str, Any]] = []
    for step in steps:
        started += step.delay
        if step.act in _TYPES and not step.omitted:
            data = base64.b64encode(step.data) if step.binary else step.data
            opcode = _BINARY if step.binary else _TEXT
            said = {"time": round(started, 3), "opcode": opcode, "data": data.decode("utf-8", "replace")}
            written.append({"type": _TYPES[step.act]} | said)
    return written


def unsaid_steps(steps: Sequence[Step]) -> Iterator[str]:
    """What an entry cannot hold of them."""
    left_out = [step for step in steps if step.act not in _TYPES]
    if any(step.act is Act.PING for step in left_out):
        yield "pings of the server"
    if any(step.act is not Act.PING for step in left_out):
        yield "how the WebSocket ended"
    if any(step.omitted for step in steps):
        yield "a message that was too large to store"
