"""The files of the recorder in `responses`, YAML and TOML, in and out.

They hold responses and what they are registered for, a method and a URL; of requests nothing else. YAML is read by
PyYAML's safe loader, as `responses` does it, TOML by the standard library; `responses` itself is not imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from recproxy.errors import RecordingError
from recproxy.formats import stored
from recproxy.formats.extras import toml_writer, yaml_library
from recproxy.formats.reading import mapping, number, refusing, sequence, string, within
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Dumped, Loaded, Note
from recproxy.formats.writing import body_text, sendable, unsaid, url_text
from recproxy.recording import Headers, Interaction, Recording, header, header_values
from recproxy.recording.toml_text import read_toml_text

__all__ = ["dump", "dump_toml", "load", "load_toml"]

#: What `responses` compares for a registered URL.
_MATCH_ON = ("method", "scheme", "host", "port", "path", "query")
_DEFAULT_TYPE = "text/plain"
_FIELDS = frozenset(
    ("auto_calculate_content_length", "body", "content_type", "headers", "json", "method", "status", "url")
)
#: Values in one body: more come only from aliases that repeat themselves.
_MOST_PARTS = 1_000_000
#: What its recorder leaves out of the headers.
_LEFT_OUT = frozenset((b"content-length", b"content-type", b"content-encoding", b"connection", b"transfer-encoding"))


def load(data: bytes, path: str) -> Loaded:
    """The recording in a YAML file. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(yaml_library().read(data), path, notes)


def load_toml(data: bytes, path: str) -> Loaded:
    """The recording in a TOML file. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(read_toml_text(data.decode("utf-8-sig")), path, notes)


def _loaded(values: Any, path: str, notes: Notebook) -> Loaded:
    listed = sequence(mapping(values, "it").get("responses"), "responses")
    recording = Recording(
        interactions=tuple(_interactions(listed, notes)), match_on=_MATCH_ON, repeat="last", path=path
    )
    return Loaded(recording=recording, notes=tuple(notes.notes))


def _interactions(values: list[Any], notes: Notebook) -> Iterator[Interaction]:
    for place, value in enumerate(values, 1):
        notes.where = f"response {place}"
        each = mapping(mapping(value, "it").get("response"), "response")
        method = string(each.get("method"), "method").upper()
        url = string(each.get("url"), "url")
        body = _body(each)
        for key in each:
            if key not in _FIELDS:
                notes.lost(f"the field {str(key)[:40]!r}, which a file has no use for")
        response = stored.response(
            number(each.get("status", 200), "status"),
            None,
            _headers(each),
            body,
            notes,
            method=method,
            decoded=True,
        )
        request = stored.request(method, url, (), b"", notes, version=None)
        yield Interaction(request=stored.for_any_query(request), response=response)


def _body(each: Mapping[str, Any]) -> bytes:
    """The body, from text, bytes or values that are sent as JSON."""
    body = each.get("body", "")
    if each.get("json") is not None and not body:
        body = json.dumps(within(each["json"], _MOST_PARTS, "json"))
    if not isinstance(body, str | bytes):
        raise ValueError(f"a body is text or bytes, not {type(body).__name__}")  # noqa: TRY004 - the file is wrong
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


def _headers(each: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """The headers that `responses` would give: the content type of its own field goes first and wins."""
    default = _DEFAULT_TYPE if each.get("json") is None else "application/json"
    kind = each.get("content_type", default)
    if kind is not None and kind != "":
        yield b"Content-Type", string(kind, "content_type").encode()
    given = each.get("headers") or {}
    for name, values in mapping(given, "headers").items():
        if string(name, "a header's name").lower() == "content-type" and "content_type" in each:
            continue
        for value in values if isinstance(values, list) else [values]:
            text = str(value) if isinstance(value, int | float) else string(value, "a header's value")
            yield name.encode(), text.encode("utf-8", "surrogateescape")
    if each.get("auto_calculate_content_length") is True and "content-length" not in map(str.lower, given):
        yield b"Content-Length", b"0"  # made right where the message is


def dump(recording: Recording) -> Dumped:
    """The recording as a YAML file."""
    values, notes = _written(recording)
    return Dumped(data=yaml_library().write(values), notes=notes)


def dump_toml(recording: Recording) -> Dumped:
    """The recording as a TOML file. Raises RecordingError where a body is binary, which TOML cannot hold."""
    values, notes = _written(recording)
    for place, each in enumerate(values["responses"], 1):
        if isinstance(each["response"]["body"], bytes):
            raise RecordingError(f"response {place} has a binary body, which TOML cannot hold; export to YAML")
    return Dumped(data=toml_writer()(values).encode(), notes=notes)


def _written(recording: Recording) -> tuple[dict[str, Any], tuple[Note, ...]]:
    values: list[dict[str, Any]] = []
    notes: list[Note] = []
    asked: dict[tuple[str, str], bytes] = {}
    for place, each in enumerate(recording.interactions, 1):
        where, request, response = (
            f"response {place}",
            stored.without_any_query(each.request),
            sendable(each, coded=False),
        )
        notes.extend(unsaid(replace(each, request=request), where, _MATCH_ON))
        if asked.setdefault((request.method, request.url), request.body) != request.body:
            text = "the request's body, by which it is told from another request of this method and URL"
            notes.append(Note(kind="lost", where=where, text=text))
        headers, repeated = _single(response.headers)
        notes.extend(Note(kind="lost", where=where, text=f"a second header {name}") for name in repeated)
        fields: dict[str, Any] = {
            "method": request.method,
            "url": url_text(request.url),
            "body": body_text(response.body),
            "status": response.status,
            "content_type": (header(response.headers, b"content-type") or b"").decode("utf-8", "replace"),
            "auto_calculate_content_length": bool(header_values(response.headers, b"content-length")),
        }
        if headers:
            fields["headers"] = headers
        values.append({"response": fields})
    return {"responses": values}, tuple(notes)


def _single(headers: Headers) -> tuple[dict[str, str], list[str]]:
    """One value for each name, as these files have it, and the names that had more."""
    kept: dict[str, str] = {}
    repeated: list[str] = []
    seen: set[bytes] = set()
    for name, value in headers:
        lower = name.lower()
        if lower in _LEFT_OUT:
            continue
        if lower in seen:
            repeated.append(name.decode())
        else:
            kept[name.decode()] = value.decode("utf-8", "replace")
        seen.add(lower)
    return kept, repeated
