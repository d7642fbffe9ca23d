"""The messages of a call of gRPC as a page shows them: in their order, and who sent each. Pure.

Each is shown as a body is: as JSON, as text, or as bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

from recproxy.recording import WILD, Interaction, Request, Response
from recproxy.recording.json_reader import JSON_TOKEN
from recproxy.recording.message_coding import is_message_coding
from recproxy.report.page.bodies import BodyTable

__all__ = ["exchange_values", "is_exchange"]

#: Messages of one side that are listed; the others are counted.
_MOST = 1_000
_DEPTH = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_BASE64 = re.compile(rb'"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"')


def is_exchange(found: Interaction) -> bool:
    """Whether an interaction holds messages rather than bodies."""
    return any(is_message_coding(block.encoding) for block in (found.request, found.response))


def exchange_values(found: Interaction, bodies: BodyTable) -> dict[str, Any]:
    """The messages as `exchange`: `who` sent which `body`.

    First all of the client, since a recording of a call does not say in which order both sides spoke. `path` leads to a
    message in the list that its side has as a body. `exchange_left_out` counts those that are not listed.
    """
    rows: list[dict[str, Any]] = []
    left_out = 0
    for who, block in (("client", found.request), ("server", found.response)):
        if is_message_coding(block.encoding):
            items = _items(block.body)
            is_list = block.body.lstrip().startswith(b"[")
            left_out += max(len(items) - _MOST, 0)
            rows += (
                {"who": who, "body": _body(item, block, bodies), "path": [number] if is_list else []}
                for number, item in enumerate(items[:_MOST])
            )
        elif block.body:
            rows.append({"who": who, "body": bodies.add(block)})
    return {"exchange": rows, **({"exchange_left_out": left_out} if left_out else {})}


def _body(item: bytes, block: Request | Response, bodies: BodyTable) -> int | None:
    """The number of a message: an object of JSON, or a string of JSON with its bytes in base64."""
    coded = _BASE64.fullmatch(item)
    data = base64.b64decode(coded[1]) if coded else item
    return bodies.add(Response(status=0, body=data, wild=block.wild or WILD))


def _items(text: bytes) -> Sequence[bytes]:
    """The items of a list of JSON, as they are written; what is no list, or breaks off, is one item."""
    found: list[bytes] = []
    depth = start = 0
    for token in JSON_TOKEN.finditer(text):
        before, depth = depth, depth + _DEPTH.get(token[2], 0)
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
