"""vcrpy's cassettes, in every shape that it has written.

Its own reader makes plain values of the text; what they must be is checked here, and nothing is taken on trust.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from recproxy.errors import ConfigurationError, RecordingError
from recproxy.formats import stored
from recproxy.formats.extras import vcrpy_serializer
from recproxy.formats.values import Loaded
from recproxy.recording import Interaction, Recording

__all__ = ["MATCH_ON", "load"]

#: What vcrpy compares where a test does not say otherwise.
MATCH_ON = ("method", "scheme", "host", "port", "path", "query")


def load(data: bytes, path: str) -> Loaded:
    """The recording in a cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = stored.Notebook()
    try:
        values = vcrpy_serializer("yamlserializer").deserialize(data.decode())
        interactions = tuple(_interactions(values, notes))
    except ConfigurationError as problem:
        raise RecordingError(f"{path}: {problem.message}") from None
    except Exception as problem:  # noqa: BLE001 - whatever a foreign reader raises, the file is what is wrong
        raise RecordingError(f"{path}: {notes.where and notes.where + ': '}{_reason(problem)}; mend it") from None
    return Loaded(
        recording=Recording(interactions=interactions, match_on=MATCH_ON, repeat="miss", path=path),
        notes=tuple(notes.notes),
    )


def _reason(problem: Exception) -> str:
    text = " ".join(str(problem).split())[:200]
    return text if type(problem) is ValueError and text else f"{type(problem).__name__}: {text}"


def _interactions(values: Any, notes: stored.Notebook) -> Iterator[Interaction]:
    if not isinstance(values, Mapping):
        raise ValueError("expected a mapping with 'interactions'")  # noqa: TRY004 - the file is wrong, not a call
    for number, each in enumerate(_list(values.get("interactions"), "interactions"), 1):
        notes.where = f"interaction {number}"
        yield _interaction(_mapping(each, "an interaction"), notes)


def _interaction(each: Mapping[str, Any], notes: stored.Notebook) -> Interaction:
    asked = _mapping(each.get("request"), "request")
    answer = _mapping(each.get("response"), "response")
    method = _text(asked.get("method"), "method")
    request = stored.request(
        method, _text(asked.get("uri"), "uri"), _headers(asked.get("headers")), _body(asked), notes, version=None
    )
    if "status_code" in answer:  # as vcrpy wrote it for httpx, up to 5.1
        status, reason = answer["status_code"], None
    else:
        said = _mapping(answer.get("status"), "status")
        status, reason = said.get("code"), said.get("message")
    response = stored.response(
        _number(status),
        _text(reason, "message") if reason is not None else None,
        _headers(answer.get("headers")),
        _body(answer),
        notes,
        method=method,
        version=answer.get("http_version") if isinstance(answer.get("http_version"), str) else None,
    )
    return Interaction(request=request, response=response)


def _body(block: Mapping[str, Any]) -> bytes:
    if "parsed_body" in block:
        return json.dumps(block["parsed_body"], ensure_ascii=False).encode()
    body = block.get("body", block.get("content"))
    if isinstance(body, Mapping):
        if "base64_string" in body:
            return _base64(_text(body["base64_string"], "base64_string"))
        body = body.get("string", body.get("text"))
    return _bytes(body)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, bytes):
        return body
    if isinstance(body, io.BytesIO):
        return body.getvalue()
    if isinstance(body, Iterator):
        return b"".join(map(_bytes, body))
    raise ValueError(f"a body is text, bytes or null, not {type(body).__name__}")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as problem:
        raise ValueError(f"base64_string: {problem}") from None


def _headers(headers: Any) -> Iterator[tuple[bytes, bytes]]:
    for name, values in _mapping(headers if headers is not None else {}, "headers").items():
        for value in values if isinstance(values, list | tuple) else [values]:
            yield _text(name, "a header's name").encode(), _header_value(value)


def _header_value(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, int | float) or value is None:
        return b"" if value is None else str(value).encode()
    raise ValueError(f"a header's value is text, not {type(value).__name__}")


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} is a mapping, not {_kind(value)}")  # noqa: TRY004 - the file is wrong, not a call
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is a list, not {_kind(value)}")  # noqa: TRY004 - the file is wrong, not a call
    return value


def _text(value: Any, what: str) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if not isinstance(value, str):
        raise ValueError(f"{what} is text, not {_kind(value)}")  # noqa: TRY004 - the file is wrong, not a call
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"a status is a number, not {_kind(value)}")  # noqa: TRY004 - the file is wrong
    return int(value)


def _kind(value: Any) -> str:
    return "missing" if value is None else type(value).__name__
