"""The captures of Mozilla F1's test corpus: a folder of `meta.json`, `request-N` and `response-N`, or an `smtp-trace`.

They were edited by hand after they were captured: heads lost their carriage returns, bodies gained a last line end,
lengths stayed. A request has no HTTP version, and may be missing: then its response answers whatever is asked of the
host. Other files of the folder (what F1 was asked, what it should answer) are not of the recording.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import urlsplit

from recproxy.errors import RecordingError
from recproxy.formats import stored
from recproxy.formats.f1_trace import for_any_mail, read_trace
from recproxy.formats.values import Loaded
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Headers, Interaction, Recording, Request, Response, conversation, header

__all__ = ["load"]

#: What is compared where a request was not captured.
ANY_OF_THE_HOST = ("host",)
_TRACE = "smtp-trace"
_RESPONSE = lazy_pattern(r"response-([0-9]+)")
_REQUEST_LINE = lazy_pattern(rb"([A-Z]+) (/\S*)(?: HTTP/1\.[01])?")
_STATUS_LINE = lazy_pattern(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: (.*))?")
#: PROTOCOL-HOST-KIND-COMMENTS, as the corpus names its folders.
_FOLDER = lazy_pattern(r"(?:http|smtp)-([a-z0-9.-]+?)-(auth|contacts|send)(?:-.*)?")
_BLANK_LINE = lazy_pattern(rb"\n\r?\n")
_CONTENT_LOCATION = b"content-location"


def load(files: Mapping[str, bytes], path: str) -> Loaded:
    """The recording in a folder's files. Raises RecordingError, and nothing else, where it is none."""
    notes = stored.Notebook()
    try:
        recording = _trace(files, path, notes) if _TRACE in files else _recording(files, path, notes)
    except ValueError as problem:
        raise RecordingError(f"{path}: {notes.where and notes.where + ': '}{problem}") from None
    return Loaded(recording=recording, notes=tuple(notes.notes))


def _trace(files: Mapping[str, bytes], path: str, notes: stored.Notebook) -> Recording:
    """The recording of what was said by SMTP."""
    notes.where = _TRACE
    said = conversation("SMTP", f"smtp://{_host(path)}:587", read_trace(files[_TRACE]))
    if "f1-request.json" not in files:
        said = for_any_mail(said)
        notes.made_up("what was mailed was not captured: any sender, recipients and message are answered")
    return Recording(interactions=(said,), path=path)


def _host(path: str) -> str:
    named = _FOLDER.fullmatch(PurePath(path).name)
    if named is None:
        raise ValueError("no host: name the folder smtp-HOST-send-COMMENTS")
    return named[1]


def _recording(files: Mapping[str, bytes], path: str, notes: stored.Notebook) -> Recording:
    uri = _uri(files, notes)
    count = len([name for name in files if _RESPONSE.fullmatch(name)])
    interactions = tuple(_interaction(number, files, path, uri, notes) for number in range(count))
    notes.where = ""
    _check_pairs(files)
    missing = [number for number in range(count) if f"request-{number}" not in files]
    if missing and len(missing) < count:
        notes.lost("the requests that were captured are not compared, since others of this folder were not captured")
    return Recording(interactions=interactions, match_on=ANY_OF_THE_HOST if missing else None, path=path)


def _check_pairs(files: Mapping[str, bytes]) -> None:
    for name in files:
        number = name.removeprefix("request-")
        if number != name and number.isdigit() and f"response-{number}" not in files:
            raise ValueError(f"{name} has no response-{number}; capture it anew, or take {name} away")


def _uri(files: Mapping[str, bytes], notes: stored.Notebook) -> str | None:
    """The address in meta.json, where it is said."""
    notes.where = "meta.json"
    try:
        values = json.loads(files.get("meta.json", b"{}").decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    uri = values.get("uri") if isinstance(values, dict) else None
    if not isinstance(values, dict) or not isinstance(uri, str | None):
        raise ValueError("expected an object whose 'uri' is a string")  # noqa: TRY004 - the file is wrong, not a call
    return uri


def _interaction(
    number: int, files: Mapping[str, bytes], path: str, uri: str | None, notes: stored.Notebook
) -> Interaction:
    notes.where = f"response-{number}"
    if notes.where not in files:
        raise ValueError("is missing; responses are numbered from 0 without a gap")
    first, headers, body = _message(files[notes.where])
    found = _STATUS_LINE.fullmatch(first)
    if found is None:
        raise ValueError(f"line 1: expected a status line, found {first[:60]!r}")
    base = _base(path, uri, headers)
    asked = files.get(f"request-{number}")
    request = _unknown(path, uri, base, headers, notes) if asked is None else _request(asked, number, base, notes)
    notes.where = f"response-{number}"
    response = stored.response(
        int(found[1]), found[2] or b"", headers, _restored(headers, body), notes, method=request.method
    )
    return Interaction(request=request, response=_as_framed(response))


def _request(data: bytes, number: int, base: str, notes: stored.Notebook) -> Request:
    notes.where = f"request-{number}"
    first, headers, body = _message(data)
    found = _REQUEST_LINE.fullmatch(first)
    if found is None:
        raise ValueError(f"line 1: expected METHOD PATH, found {first[:60]!r}")
    url = base + found[2].decode("ascii", "surrogateescape")
    body = _restored(headers, body)
    headers = tuple(
        (name, b"%d" % len(body) if name.lower() == b"content-length" else value) for name, value in headers
    )
    return stored.request(found[1].decode(), url, headers, body, notes, version=None)


def _unknown(path: str, uri: str | None, base: str, headers: Headers, notes: stored.Notebook) -> Request:
    """A request that was not captured, as far as the folder tells: its address, and a method for the report."""
    named = _FOLDER.fullmatch(PurePath(path).name)
    method = "POST" if named and named[2] == "send" else "GET"
    location = urlsplit((header(headers, _CONTENT_LOCATION) or b"").decode("ascii", "replace"))
    # Its query may hold credentials, and is not compared.
    address = uri.partition("?")[0] if uri else base + (location.path or "/")
    notes.made_up(f"{method} {address}, a request that was not captured: any request to the host is answered")
    return stored.request(method, address, (), b"", notes, version=None)


def _base(path: str, uri: str | None, headers: Headers) -> str:
    """Scheme and host: as meta.json says, or the response's Content-Location, or the folder's name."""
    for said in (uri, (header(headers, _CONTENT_LOCATION) or b"").decode("ascii", "replace")):
        parts = urlsplit(said or "")
        if parts.scheme in ("http", "https") and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}"
    named = _FOLDER.fullmatch(PurePath(path).name)
    if named is None:
        raise ValueError("no host: give meta.json a 'uri', or name the folder http-HOST-send-COMMENTS")
    return f"https://{named[1]}"


def _message(data: bytes) -> tuple[bytes, Headers, bytes]:
    """The first line, the headers and the body of a message whose lines end in LF or CRLF."""
    end = _BLANK_LINE.search(data)
    head, body = (data, b"") if end is None else (data[: end.start()], data[end.end() :])
    first, *lines = head.removesuffix(b"\n").split(b"\n")
    headers: list[tuple[bytes, bytes]] = []
    for number, line in enumerate(lines, 2):
        name, colon, value = line.removesuffix(b"\r").partition(b":")
        if not colon:
            raise ValueError(f"line {number}: expected a header or a blank line, found {line[:60]!r}")
        headers.append((name, value.strip(b" \t")))
    return first.removesuffix(b"\r"), tuple(headers), body


def _restored(headers: Headers, body: bytes) -> bytes:
    """The body as it was captured, where its length tells what an editor did to it; else as it stands."""
    length = (header(headers, b"content-length") or b"").decode("latin-1")
    if length.isdigit():
        for candidate in (body, re.sub(rb"\r?\n", b"\r\n", body), body.removesuffix(b"\n")):
            if len(candidate) == int(length):
                return candidate
    return body


def _as_framed(response: Response) -> Response:
    """A response without a length ended with its connection, so no length is synthesized."""
    if header(response.headers, b"content-length") is not None:
        return response
    return dataclasses.replace(response, framing="close")
