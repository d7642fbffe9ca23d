"""What the values in a vcrpy cassette mean, in every shape that vcrpy and the serializers around it have written.

Knows plain values, neither YAML nor JSON.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from recproxy.errors import RecordingError
from recproxy.formats import stored
from recproxy.formats.reading import base64_bytes, exchanges, header_lines, mapping, number, sequence, string, within
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Note
from recproxy.formats.writing import body_text, plain_request, sendable, unsaid, url_text
from recproxy.recording import Headers, Interaction, Recording, header

__all__ = ["check_version", "interactions", "listed", "read", "written"]

#: Values in one body: more come only from aliases that repeat themselves.
_MOST_PARTS = 1_000_000
_DEFAULT_PORTS = {"http": 80, "https": 443}


def read(values: Any, notes: Notebook) -> Iterator[Interaction]:
    """The interactions in the values of a whole cassette. Raises ValueError where they are none."""
    if isinstance(values, list):
        return interactions(map(_renewed, values), notes)
    check_version(mapping(values, "a cassette"))
    return interactions(listed(values.get("interactions")), notes)


def listed(values: Any) -> list[Any]:
    """The list of interactions; nothing is an empty one."""
    return sequence([] if values is None else values, "interactions")


def check_version(values: Mapping[str, Any]) -> None:
    """Raise ValueError where a cassette says that it is of another tool."""
    version = values.get("version", 1)
    if version != 1:
        raise ValueError(f"version {str(version)[:20]!r} is none of vcrpy's: another tool wrote it")


def interactions(values: Iterable[Any], notes: Notebook) -> Iterator[Interaction]:
    """The interaction of each value."""
    for _, asked, answer in exchanges(values, notes):
        interaction = _interaction(asked, answer, notes)
        if interaction is not None:
            yield interaction


def _interaction(asked: Mapping[str, Any], answer: Mapping[str, Any], notes: Notebook) -> Interaction | None:
    """The interaction of a request and a response; None for a WebSocket's."""
    method = string(asked.get("method"), "method")
    if "uri" not in asked and "url" in asked:
        raise ValueError("has 'url' for 'uri': it is another tool's")
    url = string(asked.get("uri"), "uri")
    if stored.is_web_socket(url, notes):
        return None
    headers = header_lines(asked.get("headers"))
    request = stored.request(method, url, headers, _request_body(asked, headers, notes), notes, version=None)
    if "status_code" in answer:  # what vcrpy wrote for httpx up to version 5
        status, reason = answer["status_code"], None
    else:
        said = mapping(answer.get("status"), "status")
        status, reason = said.get("code"), said.get("message")
    version = answer.get("http_version")
    response = stored.response(
        number(status, "a status"),
        string(reason, "message") if reason is not None else None,
        header_lines(answer.get("headers")),
        _body(answer),
        notes,
        method=method,
        version=version if isinstance(version, str) else None,
    )
    return Interaction(request=request, response=response)


def _body(block: Mapping[str, Any]) -> bytes:
    if "parsed_body" in block:
        parsed = within(block["parsed_body"], _MOST_PARTS, "parsed_body")
        return json.dumps(parsed, ensure_ascii=False).encode("utf-8", "surrogatepass")
    body = block.get("body", block.get("content"))
    if isinstance(body, Mapping):
        if "base64_string" in body:
            return base64_bytes(body["base64_string"], "base64_string")
        body = body.get("string")
    return _bytes(body)


def _request_body(asked: Mapping[str, Any], headers: Headers, notes: Notebook) -> bytes:
    """A request's body; a mapping is what aiohttp was given, and it made JSON or a form of that."""
    body: Any = asked.get("body")
    given = isinstance(body, Mapping) and not set(body) <= {"string", "encoding", "base64_string"}
    if not given and not (isinstance(body, list) and any(isinstance(each, Mapping | list | tuple) for each in body)):
        return _body(asked)
    within(body, _MOST_PARTS, "a body")
    notes.made_up("the exact bytes of the request's body, of which the values are known")
    pairs = isinstance(body, list) and all(isinstance(each, tuple) and len(each) == 2 for each in body)
    if pairs or b"urlencoded" in (header(headers, b"content-type") or b""):
        return urlencode(body, doseq=True).encode()
    return json.dumps(body).encode()


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, bytes):
        return body
    if isinstance(body, io.BytesIO):
        return body.getvalue()
    if isinstance(body, Iterator | list | tuple):  # an iterator or a list of pieces, or of numbers
        pieces = list(body)
        if all(isinstance(piece, int) for piece in pieces):
            return bytes(pieces)
        return b"".join(string(piece, "a piece of a body").encode("utf-8", "surrogateescape") for piece in pieces)
    raise ValueError(f"a body is text, bytes or null, not {type(body).__name__}")


def _renewed(each: Any) -> Any:
    """An interaction as vcrpy wrote it before 1.0, in the shape of today."""
    each = mapping(each, "an interaction")
    asked, answer = dict(mapping(each.get("request"), "request")), dict(mapping(each.get("response"), "response"))
    scheme, port = string(asked.get("protocol"), "protocol"), number(asked.get("port"), "port")
    authority = string(asked.get("host"), "host")
    if port != _DEFAULT_PORTS.get(scheme):
        authority += f":{port}"
    asked["uri"] = f"{scheme}://{authority}{string(asked.get('path'), 'path')}"
    headers = asked.get("headers")
    if isinstance(headers, list):  # the arguments of a frozenset of pairs
        asked["headers"] = dict(sequence(headers[0] if headers else [], "headers"))
    lines = [string(line, "a header line").partition(":") for line in sequence(answer.get("headers"), "headers")]
    kept: dict[str, list[str]] = {}
    for name, _, value in lines:
        kept.setdefault(name.strip(), []).append(value.strip())
    answer["headers"] = kept
    return {"request": asked, "response": answer}


def written(recording: Recording, *, binary: bool = True) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The values of a cassette, and what it cannot hold.

    With `binary` bodies that are no text are bytes and coded bodies are coded; without it coded bodies are decoded, and
    RecordingError is raised for one that is no text even then.
    """
    values: list[dict[str, Any]] = []
    notes: list[Note] = []
    for place, each in enumerate(recording.interactions, 1):
        where = f"interaction {place}"
        request, response = plain_request(each.request), sendable(each, coded=binary)
        notes.extend(unsaid(each, where, recording.match_on or ()))
        bodies = [body_text(request.body), body_text(response.body)]
        if not binary and any(isinstance(body, bytes) for body in bodies):
            raise RecordingError(f"{where} has a binary body, which JSON cassettes cannot hold; export to YAML")
        values.append(
            {
                "request": {
                    "method": request.method,
                    "uri": url_text(request.url),
                    "body": bodies[0] if request.body else None,
                    "headers": _listed_headers(request.headers),
                },
                "response": {
                    "status": {"code": response.status, "message": response.reason.decode("utf-8", "replace")},
                    "headers": _listed_headers(response.headers),
                    "body": {"string": bodies[1]},
                },
            }
        )
    return {"version": 1, "interactions": values}, tuple(notes)


def _listed_headers(headers: Headers) -> dict[str, list[str]]:
    """Headers by name, which is that of the first in whatever case."""
    names: dict[bytes, str] = {}
    listed_values: dict[str, list[str]] = {}
    for name, value in headers:
        key = names.setdefault(name.lower(), name.decode())
        listed_values.setdefault(key, []).append(value.decode("utf-8", "replace"))
    return listed_values
