"""The tokens that the response of a language model counts, as its profile declares their places. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from recproxy.config.report_table import TokenTable
from recproxy.http.received import without_coding
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.rules import pointer_tokens
from recproxy.recording import Response, header
from recproxy.recording.json_reader import is_bare, recorded_tree

__all__ = ["ResponseTokens", "response_tokens"]

_EVENT_END = lazy_pattern(rb"\r?\n\r?\n")
_KINDS = ("input", "cached", "output")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTokens:
    """What one response says of itself."""

    model: str
    input: int = 0
    cached: int = 0
    output: int = 0


def response_tokens(table: TokenTable, response: Response) -> ResponseTokens | None:
    """The tokens of a response; None if it names no model, or counts none."""
    model = ""
    found: dict[tuple[str, str], int] = {}
    for value in _documents(response, _names(table)):
        for part in (value, *(_at(value, pointer) for pointer in table.within)):
            model = model or next(filter(None, (_text(_at(part, each)) for each in table.model)), "")
            for kind in _KINDS:
                for pointer in getattr(table, kind):
                    count = _at(part, pointer)
                    if type(count) is int and count >= 0:
                        found[kind, pointer] = count
    if not model or not found:
        return None
    sums = {kind: sum(count for (each, _), count in found.items() if each == kind) for kind in _KINDS}
    return ResponseTokens(model=model, **sums)


def _names(table: TokenTable) -> list[bytes]:
    """The last keys of all counts: an event without any of them is not worth reading, once the model is known."""
    pointers = (*table.input, *table.cached, *table.output)
    return [json.dumps(name).encode() for name in dict.fromkeys(each.rpartition("/")[2] for each in pointers)]


def _documents(response: Response, names: Iterable[bytes]) -> Iterator[Any]:
    body = _payload(response)
    if not any(name in body for name in names):
        return
    if b"event-stream" not in (header(response.headers, b"content-type") or b"").lower():
        yield from _parsed(body, response.wild)
        return
    first = True
    for event in _EVENT_END.split(body):
        data = b"\n".join(line[5:] for line in event.splitlines() if line.startswith(b"data:"))
        if data and (first or any(name in data for name in names)):
            first = False
            yield from _parsed(data, response.wild)


def _payload(response: Response) -> bytes:
    if response.encoding is not None:  # stored without its coding
        return response.body
    return without_coding(response.body, response.headers)[0]


def _parsed(data: bytes, wild: str | None) -> Iterator[Any]:
    try:
        yield recorded_tree(data, wild)
    except ValueError:  # `[DONE]`, or cut short
        return


def _at(value: Any, pointer: str) -> Any:
    for step in pointer_tokens(pointer):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) and not is_bare(value) else ""
