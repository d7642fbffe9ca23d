"""Search over everything that recordings hold: addresses, headers, bodies, conversations, and mail as people read it.

A file is read as bytes first: only one that may hold the words is parsed. Where its text is coded, it always is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from recproxy.errors import RecproxyError
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import WEBSOCKET, WILD, Headers, Interaction, Request, Response, as_told
from recproxy.recording.printable import printable
from recproxy.recording.readable_body import readable_body
from recproxy.report.page.messages import step_values
from recproxy.ui.opened_recordings import OpenedRecordings
from recproxy.ui.project_files import ProjectFiles

__all__ = ["SearchHit", "hits_in", "search"]

#: Hits of one answer: nobody reads more, and each is masked before it is shown.
_MOST_HITS = 200
_EXCERPT = 60  # characters on either side
_ESCAPE = lazy_pattern(r"\\u([0-9a-fA-F]{4})")
#: Signs that a file holds text in another form: base64, escapes of JSON and percent escapes, words of RFC 2047.
_CODED = lazy_pattern(rb"base64|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|=\?|quoted-printable|\\[\"/nt]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A place that holds all words: the file, the interaction, its masked address, where, and what stands around it."""

    name: str
    profile: str
    number: int
    line: int
    method: str
    url: str
    status: int
    where: str
    excerpt: str


def search(
    words: Sequence[str],
    files: ProjectFiles,
    opened: OpenedRecordings,
    profile: str = "",
    is_wanted: Callable[[], bool] = lambda: True,
) -> tuple[list[SearchHit], bool]:
    """The first places of recordings, by file, that hold all words in any case, and whether there may be more.

    What is secret is in no hit: the words are looked for in what is shown. The search ends when nobody wants it any more.
    """
    found: list[SearchHit] = []
    wanted = [word.lower() for word in words if word]
    for path in files.paths() if wanted else ():
        if profile and files.profile_name(path) != profile:
            continue
        for hit in _hits_of(path, wanted, files, opened):
            if hit is not None:
                found.append(hit)
            if len(found) == _MOST_HITS or not is_wanted():
                return found, True
    return found, False


def _hits_of(
    path: Path, words: Sequence[str], files: ProjectFiles, opened: OpenedRecordings
) -> Iterator[SearchHit | None]:
    """The hits of a file; None for each interaction that is none."""
    name = files.name(path)
    try:
        if path.is_file() and not _may_hold(path.read_bytes(), words, name):
            return
        recording = opened.open(path)
        for number in range(len(recording)):
            shown = recording.masked(number)
            masked = as_told(shown) if shown is not None else None
            place = hits_in(masked, words, name) if masked is not None else None
            if masked is None or place is None:
                yield None
            else:
                where, excerpt = place
                yield SearchHit(
                    name=name,
                    profile=files.profile_name(path),
                    number=number,
                    line=recording.recording.interactions[number].line,
                    method=printable(masked.request.method),
                    url=printable(masked.request.url),
                    status=masked.response.status,
                    where=where,
                    excerpt=excerpt,
                )
    except (OSError, RecproxyError):  # the list says that it cannot be read
        return


def _may_hold(data: bytes, words: Sequence[str], name: str) -> bool:
    if not data.isascii() or _CODED.search(data):
        return True
    lowered, named = data.lower(), name.lower()
    return all(word.encode("utf-8", "replace") in lowered or word in named for word in words)


def hits_in(masked: Interaction, words: Sequence[str], name: str = "") -> tuple[str, str] | None:
    """Where the first of the words stands, if the interaction or the file's name holds all of them, and an excerpt."""
    found: dict[str, tuple[str, str]] = {}
    for where, text in _texts(masked, name):
        lowered = text.lower()
        for word in words:
            if word not in found and (at := lowered.find(word)) >= 0:
                found[word] = (where, _excerpt(text, at, len(word)))
        if len(found) == len(set(words)):
            return found[words[0]]
    return None


def _texts(masked: Interaction, name: str) -> Iterator[tuple[str, str]]:
    """What a person may look for, and where it stands."""
    request, response = masked.request, masked.response
    yield "address", printable(f"{request.method} {request.url}")
    yield from _decoded("address", request.url)
    yield "file", name
    if masked.scope:
        yield "test", printable(masked.scope)
    for comment in masked.comments:
        yield "comment", printable(comment)
    if masked.steps:
        for step in step_values(masked.protocol, masked.steps, request.wild or WILD):
            for message in step.get("messages", ()):
                yield "mail", _mail(message)
            yield f"what the {step['who']} says", step["text"]
        if masked.protocol != WEBSOCKET:
            return
    yield from _block("request", request)
    yield "status", f"{response.status} {printable(response.reason.decode('utf-8', 'backslashreplace'))}"
    yield from _block("response", response)


def _block(side: str, block: Request | Response) -> Iterator[tuple[str, str]]:
    yield f"{side} headers", _headers((*block.headers, *block.trailers))
    if block.body:
        text = readable_body(block)
        yield f"{side} body", text
        yield from _decoded(f"{side} body", text)


def _decoded(where: str, text: str) -> Iterator[tuple[str, str]]:
    """The text that a query, a form or JSON stands for, where that is not what stands there."""
    if "%" in text or "+" in text:
        yield where, printable(unquote_plus(text))
    if "\\u" in text:
        yield where, printable(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))


def _headers(headers: Headers) -> str:
    return printable(
        "\n".join(f"{name.decode('latin-1')}: {value.decode('utf-8', 'backslashreplace')}" for name, value in headers)
    )


def _mail(message: dict[str, Any]) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in message["headers"])
    names = "\n".join(part["name"] for part in message["parts"])
    return f"{headers}\n{names}\n{message['text']}"


def _excerpt(text: str, at: int, length: int) -> str:
    """The text around a place, on one line."""
    first, end = max(at - _EXCERPT, 0), at + length + _EXCERPT
    return ("…" if first else "") + " ".join(text[first:end].split()) + ("…" if end < len(text) else "")
