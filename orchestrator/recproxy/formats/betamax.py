"""Betamax's cassettes, JSON: those of today, and those of 2013 with bare strings and a status code alone.

Ruby's VCR, after which Betamax was made, writes the same shape, as YAML or as JSON; it too plays each interaction once.
So does vcr for R, with a status of its own and bodies that may lie in other files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email.utils import parsedate_tz
from typing import Any

from recproxy.formats import stored
from recproxy.formats.extras import yaml_library
from recproxy.formats.reading import (
    base64_bytes,
    exchanges,
    header_lines,
    json_values,
    mapping,
    number,
    refusing,
    sequence,
    string,
)
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Loaded
from recproxy.recording import Interaction, Recording

__all__ = ["load", "load_ruby"]

#: What both compare where a test does not say otherwise.
_MATCH_ON = ("method", "uri")
#: What Ruby calls its encodings; text in the first is ASCII, for anything else YAML has a type of its own.
_RUBY = {"ascii-8bit": "utf-8", "binary": "utf-8"}


def load(data: bytes, path: str) -> Loaded:
    """The recording in a JSON cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(json_values(data), path, notes)


def load_ruby(data: bytes, path: str) -> Loaded:
    """The recording in a YAML cassette of Ruby's VCR. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        if b"<%" in data:
            notes.lost("a template (ERB): its text is taken as it stands")
        return _loaded(yaml_library().read_ruby(data), path, notes)


def _loaded(values: Any, path: str, notes: Notebook) -> Loaded:
    listed = sequence(mapping(values, "it").get("http_interactions"), "http_interactions")
    interactions = tuple(_interactions(listed, notes))
    recording = Recording(interactions=interactions, match_on=_MATCH_ON, repeat="miss", path=path)
    return Loaded(recording=recording, notes=tuple(notes.notes))


def _interactions(values: list[Any], notes: Notebook) -> Iterator[Interaction]:
    for each, asked, answer in exchanges(values, notes):
        method = string(asked.get("method"), "method").upper()
        url = string(asked.get("uri"), "uri")
        if stored.is_web_socket(url, notes):
            continue
        headers, body = header_lines(asked.get("headers")), _body(asked.get("body"), notes)
        request = stored.request(method, url, headers, body, notes, version=None)
        status, reason = _status(answer)
        response = stored.response(
            number(status, "a status"),
            string(reason, "message") if reason is not None else None,
            header_lines(answer.get("headers")),
            _body(answer.get("body"), notes),
            notes,
            method=method,
        )
        yield Interaction(request=request, response=response, recorded=_day(each.get("recorded_at")))


def _status(answer: Mapping[Any, Any]) -> tuple[Any, Any]:
    """The status and the reason of a response; vcr for R has a number, or names of its own and a reason that explains."""
    said = answer.get("status")
    if "status_code" in answer or isinstance(said, int):
        return answer.get("status_code", said), None
    values = mapping(said, "status")
    if "status_code" in values:
        return values["status_code"], values.get("reason")
    return values.get("code"), values.get("message")


def _body(body: Any, notes: Notebook) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    values = mapping(body, "a body")
    if values.get("file") in (True, "yes", "true"):
        notes.lost("a body in another file, which is not read")
        return b""
    if "base64_string" in values:
        return base64_bytes(values["base64_string"], "base64_string")
    text, encoding = values.get("string") or "", string(values.get("encoding") or "utf-8", "encoding")
    if isinstance(text, bytes):
        return text
    try:
        return string(text, "a body").encode(_RUBY.get(encoding.lower(), encoding))
    except LookupError:
        raise ValueError(f"a body in the unknown encoding {encoding[:40]!r}") from None


def _day(recorded: Any) -> dt.date | None:
    """The day of a date in ISO 8601, or as mail has it."""
    if not isinstance(recorded, str):
        return None
    try:
        return dt.date.fromisoformat(recorded[:10])
    except ValueError:
        found = parsedate_tz(recorded)
        return dt.date(*found[:3]) if found is not None else None
