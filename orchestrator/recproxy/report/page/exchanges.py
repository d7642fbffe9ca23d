"""The messages of a WebSocket and of a call of gRPC as a page shows them: in their order, and who sent each. Pure.

Each is shown as a body is: as JSON, as text, or as bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import WEBSOCKET, WILD, Act, Interaction, Request, Response, Step
from recproxy.recording.json_reader import JSON_DEPTH, JSON_TOKEN
from recproxy.recording.message_coding import is_message_coding
from recproxy.recording.printable import printable
from recproxy.redaction.shapes import shapes
from recproxy.report.page.bodies import BodyTable

__all__ = ["exchange_values", "is_exchange"]

#: Messages that are listed; the others are counted.
_MOST = 1_000
_DOES = {
    Act.CLOSE: "closes the connection",
    Act.LEAVE: "closes the connection",
    Act.PING: "asks whether the other side is there",
    Act.RESET: "breaks the connection off",
    Act.TLS: "begins TLS",
}
_BASE64 = lazy_pattern(rb'"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"')


def is_exchange(found: Interaction) -> bool:
    """Whether an interaction holds messages rather than bodies."""
    return found.protocol == WEBSOCKET or any(
        is_message_coding(block.encoding) for block in (found.request, found.response)
    )


def exchange_values(found: Interaction, bodies: BodyTable) -> dict[str, Any]:
    """The messages as `exchange`: `who` sent which `body`, or what happened, the `event`; `after` are seconds.

    `path` leads to a message in the list that its side has as a body. `exchange_left_out` counts those that are not listed.
    """
    rows, count = _said(found, bodies) if found.protocol == WEBSOCKET else _called(found, bodies)
    return {"exchange": rows, **({"exchange_left_out": count - len(rows)} if count > len(rows) else {})}


def _said(found: Interaction, bodies: BodyTable) -> tuple[list[dict[str, Any]], int]:
    """What was said on a WebSocket, and how much there is of it."""
    return [_step(found, each, bodies) for each in found.steps[:_MOST]], len(found.steps)


def _step(found: Interaction, step: Step, bodies: BodyTable) -> dict[str, Any]:
    is_client = step.act in (Act.CLIENT, Act.LEAVE)
    row: dict[str, Any] = {"who": "client" if is_client else "server"}
    if step.act in (Act.CLIENT, Act.SERVER):
        word = (found.request if is_client else found.response).wild or WILD
        row["body"] = bodies.add(Response(status=0, body=step.data, wild=word, omitted=step.omitted or None))
        row |= {"binary": True} if step.binary else {}
    else:
        said = printable(step.data.decode("utf-8", "backslashreplace"))
        row["event"] = f"{_DOES[step.act]}{f' with {step.code}' if step.code else ''}{f': {said}' if said else ''}"
    row |= {"after": step.delay} if step.delay else {}
    return row | ({"fault": printable(step.fault)} if step.fault else {})


def _called(found: Interaction, bodies: BodyTable) -> tuple[list[dict[str, Any]], int]:
    """The messages of a call, and how many there are."""
    asked, answered = _messages("client", found.request), _messages("server", found.response)
    order = _order(len(asked), len(answered), found.response.after)
    rows = []
    for number in order[:_MOST]:
        block: Request | Response = found.request if number < len(asked) else found.response
        row, item = asked[number] if number < len(asked) else answered[number - len(asked)]
        rows.append({**row, "body": _body(item, block, bodies)})
    return rows, len(order)


def _messages(who: str, block: Request | Response) -> list[tuple[dict[str, Any], bytes]]:
    """The messages of a side, as they are written."""
    if not is_message_coding(block.encoding):
        return [({"who": who}, block.body)] if block.body or block.omitted else []
    is_list = block.body.lstrip().startswith(b"[")
    return [({"who": who, "path": [at] if is_list else []}, item) for at, item in enumerate(_items(block.body))]


def _order(asked: int, answered: int, after: Sequence[int]) -> list[int]:
    """The numbers of all messages, the client's first, in the order in which they were said.

    `after` has for each message of the server how many of the client came before it; without it, all of them did.
    """
    order: list[int] = []
    for number in range(answered):
        before = after[number] if number < len(after) and after[number] >= 0 else asked
        order += range(len(order) - number, min(before, asked))
        order.append(asked + number)
    return [*order, *range(len(order) - answered, asked)]


def _body(item: bytes, block: Request | Response, bodies: BodyTable) -> int | None:
    """The number of a message: an object of JSON, or a string of JSON with its bytes in base64."""
    if not is_message_coding(block.encoding):
        return bodies.add(block)
    coded = _BASE64.fullmatch(item)
    data = _without_secrets(base64.b64decode(coded[1])) if coded else item
    return bodies.add(Response(status=0, body=data, wild=block.wild or WILD))


def _without_secrets(data: bytes) -> bytes:
    """Bytes that nobody could look through while they were coded."""
    first = len(data)
    for span in sorted(shapes(data), key=lambda each: each.end, reverse=True):
        if span.end <= first:
            first = span.start
            data = data[:first] + WILD.encode() + data[span.end :]
    return data


def _items(text: bytes) -> Sequence[bytes]:
    """The items of a list of JSON, as they are written; what is no list, or breaks off, is one item."""
    found: list[bytes] = []
    depth = start = 0
    for token in JSON_TOKEN.finditer(text):
        before, depth = depth, depth + JSON_DEPTH.get(token[2], 0)
        if before == 1 and token[2] == b",":
            found.append(text[start : token.start()].strip())
            start = token.end()
        elif not before:
            start = token.end()
        elif not depth and token.start() > start:
            found.append(text[start : token.start()].strip())
    if depth or not text.lstrip().startswith(b"["):
        return [text.strip()] if text.strip() else []
    return [each for each in found if each]
