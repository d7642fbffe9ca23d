"""HAR 1.2, as browsers, playwright, mitmproxy and Polly.js write it.

Bodies in it are as a person sees them: usually decoded, under headers that still name the coding. That coding is put
on again when the recording is played.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from recproxy.formats import polly, stored
from recproxy.formats.extras import yaml_library
from recproxy.formats.har_websockets import messages_of_entry, websocket_interaction
from recproxy.formats.reading import (
    base64_bytes,
    header_value,
    json_values,
    mapping,
    number,
    refusing,
    sequence,
    string,
)
from recproxy.formats.stored import Notebook
from recproxy.formats.texts import parameter, says_utf8, text_bytes
from recproxy.formats.values import Loaded
from recproxy.grpc.order import whole_frames
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Headers, Interaction, Recording, Request, Response, header, header_values, unused
from recproxy.recording.counting import counted

__all__ = ["load", "load_yaml"]

#: The largest size that a recording has a place for; a file may say anything.
_LARGEST = 10**18 - 1
_HTTP_OF = lazy_pattern(r"(?i)\Aws(s?)://")
_ATTRIBUTES = (("Path", "path"), ("Domain", "domain"), ("SameSite", "sameSite"))


def load(data: bytes, path: str) -> Loaded:
    """The recording in a HAR file. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(json_values(data), path, notes)


def load_yaml(data: bytes, path: str) -> Loaded:
    """The recording in a HAR file that is written as YAML. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(yaml_library().read(data), path, notes)


def _loaded(values: Any, path: str, notes: Notebook) -> Loaded:
    log = mapping(mapping(values, "it").get("log"), "log")
    interactions = tuple(_interactions(sequence(log.get("entries"), "entries"), notes, by_polly=polly.wrote(log)))
    return Loaded(recording=Recording(interactions=interactions, path=path), notes=tuple(notes.notes))


def _interactions(entries: list[Any], notes: Notebook, *, by_polly: bool) -> Iterator[Interaction]:
    """The interaction of each entry; a damaged one is left out. Raises ValueError where all of them are damaged."""
    damaged: list[tuple[str, ValueError]] = []
    for place, value in enumerate(entries, 1):
        notes.where = f"entry {place}"
        before = len(notes.notes)
        try:
            interaction = _interaction(mapping(value, "it"), notes, by_polly=by_polly)
        except ValueError as problem:
            damaged.append((notes.where, problem))
            del notes.notes[before:]
            notes.lost(f"left out, because it is damaged: {' '.join(str(problem).split())[:200]}")
            continue
        if interaction is not None:
            yield interaction
    if damaged and len(damaged) == len(entries):
        notes.where, first = damaged[0]
        raise first


def _interaction(entry: Mapping[str, Any], notes: Notebook, *, by_polly: bool) -> Interaction | None:
    """The interaction of an entry; None where it is left out, which is noted. Raises ValueError for a damaged entry."""
    asked, answer = mapping(entry.get("request"), "request"), entry.get("response")
    method, url = string(asked.get("method"), "method"), string(asked.get("url"), "url")
    if (messages := messages_of_entry(entry)) is not None:
        # The address of the request that began it; stored requests have those of HTTP.
        begun = _request(asked, _HTTP_OF.sub(r"http\1://", url), notes)
        said = mapping(answer, "response")
        reason = str(said.get("statusText") or "")
        found = websocket_interaction(begun, reason, _headers(said), messages, notes)
        return replace(found, recorded=_day(entry.get("startedDateTime")))
    if url.partition(":")[0].lower() not in ("http", "https"):
        notes.lost(f"{method[:20]} {url[:200]}: not HTTP")
        return None
    answer = mapping(answer, "response")
    status = number(answer.get("status"), "status")
    if left_out := _left_out(status, answer):
        notes.lost(f"{method[:20]} {url[:200]}: {left_out}")
        return None
    request = _request(asked, url, notes)
    response = _response(answer, status, request.method, notes, by_polly=by_polly)
    return Interaction(request=request, response=response, recorded=_day(entry.get("startedDateTime")))


def _left_out(status: int, answer: Mapping[str, Any]) -> str:
    """Why an entry with an HTTP URL is no interaction; empty where it is one."""
    if status >= 200:
        return ""
    error = answer.get("_error")
    if status >= 100:
        return f"the response {status}, which is not final"
    return f"no response ({error[:80]})" if isinstance(error, str) and error else "no response"


def _request(asked: Mapping[str, Any], url: str, notes: Notebook) -> Request:
    method = string(asked.get("method"), "method").upper()
    headers, size = _headers(asked), asked.get("bodySize")
    if not header_values(headers, b"cookie"):
        pairs = "; ".join(f"{name}={value}" for name, value, _ in _cookies(asked))
        headers += ((b"Cookie", pairs.encode("utf-8", "surrogateescape")),) if pairs else ()
    post = asked.get("postData")
    body, size = _posted(post, notes), size if isinstance(size, int) and size > 0 else 0
    request = stored.request(method, url, headers, body, notes, version=_version(asked))
    if body or not (size or _is_elsewhere(post)):
        return request
    notes.lost(
        f"the request's body of {counted(size, 'byte') if size else 'some bytes'}, which the file does not hold: any body matches"
    )
    word = unused(request.url.encode("ascii", "surrogateescape"), *(value for _, value in request.headers))
    return replace(request, body=word.encode(), wild=word)


def _posted(post: Any, notes: Notebook) -> bytes:
    if post is None:
        return b""
    values = mapping(post, "postData")
    text = values.get("text")
    kind = string(values.get("mimeType") or "", "mimeType")
    if text:
        coded = values.get("encoding", values.get("_encoding")) == "base64"
        return base64_bytes(text, "postData") if coded else _coded(string(text, "postData"), kind, notes)
    if "textJSON" in values:  # of a persister that suites of Polly.js have, which keeps bodies readable
        notes.made_up("the request's body, from its JSON")
        return _json(values["textJSON"])
    params = [mapping(one, "a parameter") for one in sequence(values.get("params") or [], "params")]
    if params:
        notes.made_up("the request's body, from its parameters")
    media = kind.partition(";")[0].strip().lower()
    if params and (media == "application/json" or media.endswith("+json")):
        return _json_of(params)
    if media == "multipart/form-data" and (boundary := parameter(kind, "boundary")):
        return b"".join(_part(one, boundary) for one in params) + (f"--{boundary}--\r\n".encode() if params else b"")
    return urlencode([(_field(one, "name"), _field(one, "value")) for one in params]).encode()


def _json_of(params: list[Mapping[str, Any]]) -> bytes:
    """JSON that was stored as parameters: the members of an object, or the elements of a list under their numbers."""
    members = [(_field(one, "name"), one.get("value")) for one in params]
    if [name for name, _ in members] == [str(number) for number in range(len(members))]:
        return _json([value for _, value in members])
    return b"{%s}" % b",".join(b"%s:%s" % (_json(name), _json(value)) for name, value in members)  # a name may repeat


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _part(param: Mapping[str, Any], boundary: str) -> bytes:
    """One part of a form of parts."""
    name, file, kind = (_field(param, key).replace('"', "%22") for key in ("name", "fileName", "contentType"))
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{file}"' if file else ""
    head += f"\r\nContent-Type: {kind}" if kind else ""
    return f"{head}\r\n\r\n{_field(param, 'value')}\r\n".encode("utf-8", "surrogatepass")


def _field(values: Mapping[str, Any], key: str) -> str:
    return string(values.get(key) or "", key)


def _response(answer: Mapping[str, Any], status: int, method: str, notes: Notebook, *, by_polly: bool) -> Response:
    content = mapping(answer.get("content") or {}, "content")
    text, size = content.get("text"), content.get("size")
    headers = _headers(answer)
    raw = polly.stored_bytes(content, headers, by_polly=by_polly) if text is not None else None
    if not header_values(headers, b"set-cookie"):
        headers += tuple((b"Set-Cookie", _set_cookie(*each)) for each in _cookies(answer))
    there = answer.get("redirectURL")
    if 300 < status < 400 and isinstance(there, str) and there and not header_values(headers, b"location"):
        notes.made_up("the header Location, from redirectURL")
        headers += ((b"Location", there.encode("utf-8", "surrogateescape")),)
    if status == 304 and text:
        notes.beware("the body of a 304 is left out: no server sends one, and a browser shows what its cache holds")
    if text is None or status == 304:
        body = b""
    elif raw is not None:
        body = raw
    else:
        kind = header(headers, b"content-type") or _field(content, "mimeType").encode("utf-8", "surrogateescape")
        body = _coded(string(text, "content"), kind.decode("utf-8", "replace"), notes)
    reason = answer.get("statusText")
    response = stored.response(
        status,
        string(reason, "statusText") if reason is not None else None,
        headers,
        body,
        notes,
        method=method,
        version=_version(answer),
        decoded=raw is None,
        recode=True,
    )
    size = min(size, _LARGEST) if isinstance(size, int) and size > 0 else 0
    missing = text is None and (size or _is_elsewhere(content)) and method != "HEAD" and status not in (204, 304)
    if not missing:
        return response
    if header_values(headers, b"location") and 300 < status < 400:
        notes.made_up(f"an empty body for one of {counted(size, 'byte')}, which the file does not hold, of a redirect")
        return response
    notes.lost(f"the body of {counted(size, 'byte')}, which the file does not hold: its request will be a miss")
    return replace(response, omitted=size)


def _is_elsewhere(block: Any) -> bool:
    """Whether a body is in a separate file, as playwright can write it. It is not read."""
    return isinstance(block, Mapping) and not {"_file", "_sha1"}.isdisjoint(block)


def _coded(text: str, kind: str, notes: Notebook) -> bytes:
    """Text in the character set that its content type names; a file shows it decoded."""
    if kind.lower().startswith("application/grpc") and "-text" not in kind:
        with contextlib.suppress(UnicodeEncodeError):
            data = text.encode("latin-1")  # as browsers write bytes
            if whole_frames(data) == data:
                return data
    coded = text_bytes(text, kind)
    if coded is not None:
        return coded
    if not says_utf8(kind):
        notes.made_up(f"UTF-8 for the character set {parameter(kind, 'charset')[:40]!r}, which cannot hold the text")
    return text.encode("utf-8", "surrogatepass")


def _headers(block: Mapping[str, Any]) -> Headers:
    lines: list[tuple[bytes, bytes]] = []
    for value in sequence(block.get("headers") or [], "headers"):
        each = mapping(value, "a header")
        name, values = string(each.get("name"), "a header's name"), each.get("value")
        for one in values if isinstance(values, list) else [values]:
            # a browser joins headers of one name by line feeds
            lines += [(name.encode(), line) for line in header_value(one).split(b"\n")]
    return tuple(lines)


def _cookies(block: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for value in sequence(block.get("cookies") or [], "cookies"):
        each = mapping(value, "a cookie")
        yield _field(each, "name"), _field(each, "value"), each


def _set_cookie(name: str, value: str, each: Mapping[str, Any]) -> bytes:
    """A cookie as the header that set it; `expires` is a date in ISO 8601."""
    parts = [f"{name}={value}"]
    expires = each.get("expires")
    if isinstance(expires, str) and expires:
        try:
            then = dt.datetime.fromisoformat(expires)
            parts.append(f"Expires={format_datetime(then.astimezone(dt.UTC), usegmt=True)}")
        except (ValueError, OverflowError):
            pass  # a cookie of this session
    parts += [f"{key}={each[word]}" for key, word in _ATTRIBUTES if isinstance(each.get(word), str) and each[word]]
    parts += [key for key, word in (("Secure", "secure"), ("HttpOnly", "httpOnly")) if each.get(word) is True]
    return "; ".join(parts).encode("utf-8", "surrogateescape")


def _version(block: Mapping[str, Any]) -> str | None:
    version = block.get("httpVersion")
    return version if isinstance(version, str) else None


def _day(started: Any) -> dt.date | None:
    if isinstance(started, dt.date):  # of YAML
        return started.date() if isinstance(started, dt.datetime) else started
    try:
        return dt.date.fromisoformat(started[:10]) if isinstance(started, str) else None
    except ValueError:
        return None
