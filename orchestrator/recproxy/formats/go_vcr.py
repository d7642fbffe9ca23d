"""Cassettes of go-vcr, versions 1 to 4, YAML.

Go's client has undone the coding of a body, and taken Content-Encoding away, wherever it asked for a coding itself;
what a program asked for comes as it was sent. `form` repeats the body of a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from recproxy.formats import stored
from recproxy.formats.coded_bodies import without_header
from recproxy.formats.extras import yaml_library
from recproxy.formats.reading import body_bytes, exchanges, header_lines, mapping, number, refusing, sequence, string
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Loaded
from recproxy.recording import Headers, Interaction, Recording, Response

__all__ = ["load"]

#: What versions 1 to 3 compare where a test does not say otherwise.
_MATCH_ON = ("method", "uri")


def load(data: bytes, path: str) -> Loaded:
    """The recording in a cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        values = mapping(yaml_library().read(data), "it")
        version = number(values.get("version", 1), "version")
        if version not in (1, 2):
            raise ValueError(f"version {version} of go-vcr's cassettes is not known")
        interactions = tuple(_interactions(sequence(values.get("interactions") or [], "interactions"), notes))
        recording = Recording(interactions=interactions, match_on=_MATCH_ON, repeat="miss", path=path)
        return Loaded(recording=recording, notes=tuple(notes.notes))


def _interactions(values: list[Any], notes: Notebook) -> Iterator[Interaction]:
    for _, asked, answer in exchanges(values, notes):
        method, url = string(asked.get("method") or "GET", "method").upper(), string(asked.get("url"), "url")
        if stored.is_web_socket(url, notes):
            continue
        request = stored.request(
            method, url, header_lines(asked.get("headers")), _request_body(asked, notes), notes, version=_version(asked)
        )
        status = number(answer.get("code"), "code")
        response = stored.response(
            status,
            _reason(answer.get("status"), status),
            header_lines(answer.get("headers")),
            body_bytes(answer.get("body")),
            notes,
            method=method,
            version=_version(answer),
        )
        trailers = tuple(stored.header_fields(header_lines(answer.get("trailer")), notes))
        yield Interaction(request=request, response=_with_trailers(response, trailers))


def _with_trailers(response: Response, trailers: Headers) -> Response:
    """A response that ends in trailers, which only chunks can be followed by."""
    if not trailers:
        return response
    kept = without_header(response.headers, b"content-length")
    return replace(response, headers=(*kept, (b"Transfer-Encoding", b"chunked")), trailers=trailers)


def _reason(status: Any, code: int) -> str | None:
    """The reason phrase of a status line without its version: `200 OK`."""
    text = str(status) if isinstance(status, int) else string(status, "status").strip() if status else ""
    return text.removeprefix(str(code)).strip() or None


def _request_body(asked: Mapping[str, Any], notes: Notebook) -> bytes:
    body, form = body_bytes(asked.get("body")), mapping(asked.get("form") or {}, "form")
    if body or not form:
        return body
    notes.made_up("the request's body, from its form")
    return urlencode([(name, string(value, "a field")) for name in form for value in form[name]]).encode()


def _version(block: Mapping[str, Any]) -> str | None:
    version = block.get("proto")
    return version if isinstance(version, str) else None
