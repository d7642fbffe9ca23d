"""Cassettes of PHP-VCR, YAML and JSON: a list of requests and responses, whose headers are mostly plain strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from recproxy.formats import stored
from recproxy.formats.extras import yaml_library
from recproxy.formats.reading import (
    base64_bytes,
    body_bytes,
    exchanges,
    header_lines,
    header_value,
    json_values,
    number,
    refusing,
    sequence,
    string,
    within,
)
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Loaded
from recproxy.recording import Headers, Interaction, Recording, header

__all__ = ["load", "load_json"]

#: What it compares where a test does not say otherwise, but for the headers: those change with each library.
_MATCH_ON = ("method", "uri", "body")
#: Fields of a form, nested ones included: more come only from aliases that repeat themselves.
_MOST_FIELDS = 100_000


def load(data: bytes, path: str) -> Loaded:
    """The recording in a YAML cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(yaml_library().read(data), path, notes)


def load_json(data: bytes, path: str) -> Loaded:
    """The recording in a JSON cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(json_values(data), path, notes)


def _loaded(values: Any, path: str, notes: Notebook) -> Loaded:
    listed = sequence(values, "it")
    # Cassettes with an `index` play each interaction once; before that, the last one was played again and again.
    repeat = "miss" if any(isinstance(each, Mapping) and "index" in each for each in listed) else "last"
    recording = Recording(
        interactions=tuple(_interactions(listed, notes)), match_on=_MATCH_ON, repeat=repeat, path=path
    )
    return Loaded(recording=recording, notes=tuple(notes.notes))


def _interactions(values: list[Any], notes: Notebook) -> Iterator[Interaction]:
    for _, asked, answer in exchanges(values, notes):
        method, url = string(asked.get("method") or "GET", "method").upper(), string(asked.get("url"), "url")
        if stored.is_web_socket(url, notes):
            continue
        request = stored.request(method, url, _headers(asked), _request_body(asked, notes), notes, version=None)
        said = answer.get("status", 200)
        status = said if isinstance(said, Mapping) else {"code": said}
        message, headers = status.get("message"), _headers(answer)
        version = status.get("http_version")
        response = stored.response(
            number(status.get("code"), "a status"),
            string(message, "message") if message is not None else None,
            headers,
            _response_body(answer.get("body"), headers),
            notes,
            method=method,
            version=f"HTTP/{version}" if version else None,
        )
        yield Interaction(request=request, response=response)


def _request_body(asked: Mapping[str, Any], notes: Notebook) -> bytes:
    if asked.get("post_files"):
        notes.lost("the files that were posted, of which the cassette holds the names only")
    body, fields = body_bytes(asked.get("body")), asked.get("post_fields")
    if body or not fields:
        return body
    notes.made_up("the request's body, from its post_fields")
    return urlencode(list(_fields("", within(fields, _MOST_FIELDS, "post_fields")))).encode()


def _fields(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The fields of a form, nested ones by the names that PHP gives them: `a[b]`."""
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, each in pairs:
            yield from _fields(f"{name}[{key}]" if name else str(key), each)
    else:
        yield name, header_value(value).decode("utf-8", "surrogateescape")


def _response_body(body: Any, headers: Headers) -> bytes:
    """A body; in base64 where PHP-VCR takes its content for binary."""
    kind = header(headers, b"content-type") or b""
    if b"application/x-gzip" in kind or header(headers, b"content-transfer-encoding") == b"binary":
        return base64_bytes(body or "", "a body")
    return body_bytes(body)


def _headers(message: Mapping[str, Any]) -> Headers:
    """The headers of a request or a response; one that a program took away is null."""
    return header_lines(message.get("headers"), drop_null=True)
