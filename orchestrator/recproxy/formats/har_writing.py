"""HAR 1.2 as browsers' developer tools and mitmproxy read it.

Bodies are decoded, under headers that still name the coding: that is what browsers write.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from recproxy.formats import stored
from recproxy.formats.har_websockets import unsaid_steps, written_messages
from recproxy.formats.texts import bytes_text
from recproxy.formats.values import Dumped, Note
from recproxy.formats.writing import sendable, unsaid, url_text
from recproxy.recording import (
    WEBSOCKET,
    Headers,
    Interaction,
    Recording,
    Request,
    Response,
    decode,
    encode,
    header,
    header_values,
)

__all__ = ["dump"]


def dump(recording: Recording) -> Dumped:
    """The recording as HAR."""
    entries: list[dict[str, Any]] = []
    notes: list[Note] = []
    for place, each in enumerate(recording.interactions, 1):
        where = f"entry {place}"
        notes.extend(unsaid(each, where, recording.match_on or ("body",)))
        entries.append(_entry(each, place))
        notes.extend(Note(kind="lost", where=where, text=text) for text in unsaid_steps(each.steps))
        if "_encoding" in entries[-1]["request"].get("postData", ()):
            text = "that the request's body is binary: HAR has no word for it, and few tools know the _encoding of ours"
            notes.append(Note(kind="lost", where=where, text=text))
    creator = {"name": "recproxy", "version": "2"}
    log = {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}
    return Dumped(data=json.dumps(log, indent=1, ensure_ascii=False).encode() + b"\n", notes=tuple(notes))


def _entry(interaction: Interaction, place: int) -> dict[str, Any]:
    request, response = interaction.request, sendable(interaction, coded=False, renamed=False)
    day = dt.datetime.combine(interaction.recorded or dt.date(1970, 1, 1), dt.time(), dt.UTC)
    started = day + dt.timedelta(milliseconds=place - 1)  # viewers sort by it
    wait = round(response.delay * 1000, 3)
    more: dict[str, Any] = {}
    if interaction.protocol == WEBSOCKET:
        messages = written_messages(interaction.steps, started.timestamp() + response.delay)
        more = {"_resourceType": "websocket", "_webSocketMessages": messages}
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": wait,
        "request": _written_request(request),
        "response": {
            "status": response.status,
            "statusText": response.reason.decode("utf-8", "replace"),
            "httpVersion": response.version,
            "cookies": _listed_cookies(header_values(response.headers, b"set-cookie")),
            "headers": _listed(response.headers),
            "content": _content(interaction, response),
            "redirectURL": (header(response.headers, b"location") or b"").decode("utf-8", "replace"),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": 0},
        **more,
    }


def _written_request(request: Request) -> dict[str, Any]:
    sent = b"; ".join(header_values(request.headers, b"cookie")).split(b";")
    asked: dict[str, Any] = {
        "method": request.method,
        "url": url_text(request.url),
        "httpVersion": request.version,
        "cookies": _listed_cookies(each for each in sent if each.strip()),
        "headers": _listed(request.headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(request.url.partition("?")[2], keep_blank_values=True, errors="replace")
        ],
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        text = _text(request.body, _type(request.headers), "_encoding")
        asked["postData"] = {"mimeType": _type(request.headers), "params": [], **text}
    return asked


def _content(interaction: Interaction, response: Response) -> dict[str, Any]:
    kind = _type(response.headers)
    if response.omitted is not None:
        return {"size": response.omitted, "mimeType": kind, "comment": "recproxy: too large to store"}
    coding, body = interaction.response.encoding, response.body
    if coding is None:
        # A body whose coding nothing undid is told from a decoded one by base64.
        plain = header(response.headers, b"content-encoding") is None
        return {"size": len(body), "mimeType": kind, **_text(body, kind, "encoding", plain=plain)}
    looks_coded = _decodes(body, coding)  # and is taken for it where it is base64: so it is coded once more
    text = _text(encode(body, coding) if looks_coded else body, kind, "encoding", plain=not looks_coded)
    return {"size": len(body), "mimeType": kind, **text}


def _decodes(body: bytes, coding: str) -> bool:
    try:
        return bool(body) and decode(body, coding, limit=stored.MOST_DECODED) is not None
    except ValueError:
        return False


def _text(body: bytes, kind: str, word: str, *, plain: bool = True) -> dict[str, str]:
    """A body as a person sees it, where that gives the same bytes again; else in base64, which `word` says."""
    text = bytes_text(body, kind) if plain else None
    if text is not None:
        return {"text": text}
    return {"text": base64.b64encode(body).decode(), word: "base64"}


def _listed(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name.decode(), "value": value.decode("utf-8", "replace")} for name, value in headers]


def _listed_cookies(values: Iterable[bytes]) -> list[dict[str, str]]:
    pairs = [value.partition(b";")[0].strip().partition(b"=") for value in values]
    return [
        {"name": name.decode("utf-8", "replace"), "value": value.decode("utf-8", "replace")} for name, _, value in pairs
    ]


def _type(headers: Headers) -> str:
    return (header(headers, b"content-type") or b"").decode("utf-8", "replace")
