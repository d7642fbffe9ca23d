"""Betamax's cassettes, JSON, in: those of today, and those of 2013 with bare strings and a status code alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from recproxy.formats import stored
from recproxy.formats.reading import base64_bytes, json_values, mapping, number, refusing, sequence, string
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Loaded
from recproxy.recording import Interaction, Recording

__all__ = ["MATCH_ON", "load"]

#: What Betamax compares where a test does not say otherwise.
MATCH_ON = ("method", "uri")


def load(data: bytes, path: str) -> Loaded:
    """The recording in a cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        values = sequence(mapping(json_values(data), "it").get("http_interactions"), "http_interactions")
        interactions = tuple(_interactions(values, notes))
        recording = Recording(interactions=interactions, match_on=MATCH_ON, repeat="miss", path=path)
        return Loaded(recording=recording, notes=tuple(notes.notes))


def _interactions(values: list[Any], notes: Notebook) -> Iterator[Interaction]:
    for place, value in enumerate(values, 1):
        notes.where = f"interaction {place}"
        each = mapping(value, "it")
        asked, answer = mapping(each.get("request"), "request"), mapping(each.get("response"), "response")
        method = string(asked.get("method"), "method")
        url = string(asked.get("uri"), "uri")
        request = stored.request(method, url, _headers(asked), _body(asked.get("body")), notes, version=None)
        status, reason = answer.get("status_code"), None
        if status is None:
            said = mapping(answer.get("status"), "status")
            status, reason = said.get("code"), said.get("message")
        response = stored.response(
            number(status, "a status"),
            string(reason, "message") if reason is not None else None,
            _headers(answer),
            _body(answer.get("body")),
            notes,
            method=method,
        )
        yield Interaction(request=request, response=response, recorded=_day(each.get("recorded_at")))


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    values = mapping(body, "a body")
    if "base64_string" in values:
        return base64_bytes(values["base64_string"], "base64_string")
    encoding = values.get("encoding") or "utf-8"
    try:
        return string(values.get("string") or "", "a body").encode(string(encoding, "encoding"))
    except LookupError:
        raise ValueError(f"a body in the unknown encoding {str(encoding)[:40]!r}") from None


def _headers(block: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    for name, values in mapping(block.get("headers") or {}, "headers").items():
        for value in values if isinstance(values, list) else [values]:
            yield name.encode(), string(value, "a header's value").encode("utf-8", "surrogateescape")


def _day(recorded: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(recorded[:10]) if isinstance(recorded, str) else None
    except ValueError:
        return None
