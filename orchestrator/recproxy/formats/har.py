"""HAR 1.2, as browsers, playwright and mitmproxy write it, in and out.

Bodies in it are as a person sees them: usually decoded, under headers that still name the coding. That coding is put
on again when the recording is played.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from recproxy.formats import stored
from recproxy.formats.reading import base64_bytes, json_values, mapping, number, refusing, sequence, string
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Dumped, Loaded, Note
from recproxy.formats.writing import body_text, sendable, unsaid
from recproxy.recording import Headers, Interaction, Recording, Request, Response, header, unused

__all__ = ["dump", "load"]


def load(data: bytes, path: str) -> Loaded:
    """The recording in a HAR file. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        log = mapping(mapping(json_values(data), "it").get("log"), "log")
        interactions = tuple(_interactions(sequence(log.get("entries"), "entries"), notes))
        return Loaded(recording=Recording(interactions=interactions, path=path), notes=tuple(notes.notes))


def _interactions(entries: list[Any], notes: Notebook) -> Iterator[Interaction]:
    for place, value in enumerate(entries, 1):
        notes.where = f"entry {place}"
        entry = mapping(value, "it")
        asked, answer = mapping(entry.get("request"), "request"), mapping(entry.get("response"), "response")
        url = string(asked.get("url"), "url")
        scheme = url.partition(":")[0].lower()
        if scheme not in ("http", "https"):
            notes.lost(f"a request by {scheme[:20]!r}, which is not HTTP")
        elif (status := number(answer.get("status"), "status")) < 200:
            notes.lost("a request that got no response")
        else:
            request = _request(asked, url, notes)
            response = _response(answer, status, request.method, notes)
            yield Interaction(request=request, response=response, recorded=_day(entry.get("startedDateTime")))


def _request(asked: Mapping[str, Any], url: str, notes: Notebook) -> Request:
    method = string(asked.get("method"), "method").upper()
    body, size = _posted(asked.get("postData"), notes), asked.get("bodySize")
    request = stored.request(method, url, _headers(asked), body, notes, version=_version(asked))
    if body or isinstance(size, bool) or not isinstance(size, int) or size <= 0:
        return request
    notes.lost(f"the request's body of {size} bytes, which the file does not hold: any body matches")
    word = unused(request.url.encode("ascii", "surrogateescape"), *(value for _, value in request.headers))
    return replace(request, body=word.encode(), wild=word)


def _posted(post: Any, notes: Notebook) -> bytes:
    if post is None:
        return b""
    values = mapping(post, "postData")
    text = values.get("text")
    if text:
        coded = values.get("encoding", values.get("_encoding")) == "base64"
        return base64_bytes(text, "postData") if coded else string(text, "postData").encode("utf-8", "surrogatepass")
    pairs = [
        (string(each.get("name"), "a parameter's name"), string(each.get("value") or "", "a parameter's value"))
        for each in (mapping(one, "a parameter") for one in sequence(values.get("params") or [], "params"))
    ]
    if pairs:
        notes.made_up("the request's body, from its parameters")
    return urlencode(pairs).encode()


def _response(answer: Mapping[str, Any], status: int, method: str, notes: Notebook) -> Response:
    content = mapping(answer.get("content") or {}, "content")
    text, size = content.get("text"), content.get("size")
    if text is None:
        body = b""
    elif content.get("encoding") == "base64":
        body = base64_bytes(text, "content")
    else:
        body = string(text, "content").encode("utf-8", "surrogatepass")
    reason = answer.get("statusText")
    headers = tuple(_headers(answer))
    response = stored.response(
        status,
        string(reason, "statusText") if reason is not None else None,
        headers,
        body,
        notes,
        method=method,
        version=_version(answer),
        recode=True,
    )
    missing = text is None and isinstance(size, int) and size > 0 and method != "HEAD" and status not in (204, 304)
    if not missing:
        return response
    notes.lost(f"the body of {size} bytes, which the file does not hold: its request will be a miss")
    return replace(response, omitted=size)


def _headers(block: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    for value in sequence(block.get("headers") or [], "headers"):
        each = mapping(value, "a header")
        name, text = string(each.get("name"), "a header's name"), string(each.get("value") or "", "a header's value")
        for line in text.split("\n") if name.lower() == "set-cookie" else [text]:  # so do browsers join them
            yield name.encode(), line.encode("utf-8", "surrogateescape")


def _version(block: Mapping[str, Any]) -> str | None:
    version = block.get("httpVersion")
    return version if isinstance(version, str) else None


def _day(started: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(started[:10]) if isinstance(started, str) else None
    except ValueError:
        return None


def dump(recording: Recording) -> Dumped:
    """The recording as HAR."""
    entries: list[dict[str, Any]] = []
    notes: list[Note] = []
    for place, each in enumerate(recording.interactions, 1):
        notes.extend(unsaid(each, f"entry {place}", recording.match_on or ("body",)))
        entries.append(_entry(each))
    creator = {"name": "recproxy", "version": "2"}
    log = {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}
    return Dumped(data=json.dumps(log, indent=1, ensure_ascii=False).encode() + b"\n", notes=tuple(notes))


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, sendable(interaction, coded=False, renamed=False)
    day = (interaction.recorded or dt.date(1970, 1, 1)).isoformat()
    asked: dict[str, Any] = {
        "method": request.method,
        "url": request.url.encode("ascii", "surrogateescape").decode("utf-8", "replace"),
        "httpVersion": request.version,
        "cookies": [],
        "headers": _listed(request.headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True, errors="replace")
        ],
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        asked["postData"] = {"mimeType": _type(request.headers), "params": [], **_text(request.body)}
    content = {"size": len(response.body), "mimeType": _type(response.headers), **_text(response.body)}
    return {
        "startedDateTime": f"{day}T00:00:00.000Z",
        "time": 0,
        "request": asked,
        "response": {
            "status": response.status,
            "statusText": response.reason.decode("utf-8", "replace"),
            "httpVersion": response.version,
            "cookies": [],
            "headers": _listed(response.headers),
            "content": content,
            "redirectURL": (header(response.headers, b"location") or b"").decode("utf-8", "replace"),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }


def _text(body: bytes) -> dict[str, str]:
    text = body_text(body)
    if isinstance(text, str):
        return {"text": text}
    return {"text": base64.b64encode(text).decode(), "encoding": "base64"}


def _listed(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name.decode(), "value": value.decode("utf-8", "replace")} for name, value in headers]


def _type(headers: Headers) -> str:
    return (header(headers, b"content-type") or b"").decode("utf-8", "replace")
