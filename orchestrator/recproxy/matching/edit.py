"""A recorded request with the wild word written into it, in the place that a difference names.

Works on the text as it was recorded, so that what stands around the place stays as it is.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from urllib.parse import quote

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.message_paths import steps_of
from recproxy.matching.url import decode_parameter, split_url
from recproxy.matching.xml_places import read_xml
from recproxy.recording.json_reader import quoted
from recproxy.recording.multipart import MessagePart, parameters, read_parts, unquoted
from recproxy.recording.values import WILD, Request, header

__all__ = ["differing_part", "with_wild"]

#: The wild word stands for so much of a text at most, and so much at least stays around it: else almost any body fits.
_LONGEST_PART = 64
_LEAST_AROUND = 8
_WORD = lazy_pattern(rb"[A-Za-z0-9_-]")


def with_wild(request: Request, field: str, place: str | None = None, live: Request | None = None) -> Request | None:
    """The request with its wild word, or a named `place`, instead of a field's value; None where that cannot be written.

    A body that is not divided into values gets it in the one part where that of the `live` request differs.
    """
    kind, _, name = field.partition(" ")
    editor = _EDITORS.get(kind)
    if request.wild is None:
        request = dataclasses.replace(request, wild=WILD)
    word = request.wild or WILD
    written = word if place is None else f"{word}[{place}]"
    if field == "body":
        edited = _body(request, live, written) if live is not None else None
    else:
        edited = None if editor is None else editor(request, name, written)
    return None if edited == request else edited


def _path(request: Request, name: str, word: str) -> Request | None:
    _, _, number = name.partition("segment ")
    if not number.isdigit():
        return None
    head, path, tail = _url_pieces(request.url)
    segments = path.split("/")
    if not 0 < int(number) < len(segments):
        return None
    segments[int(number)] = word
    return dataclasses.replace(request, url=head + "/".join(segments) + tail)


def _query(request: Request, name: str, word: str) -> Request:
    url, mark, fragment = request.url.partition("#")
    head, _, query = url.partition("?")
    text = query.encode("utf-8", "surrogateescape")
    changed = _parameters(text, name, word).decode("utf-8", "surrogateescape")
    return dataclasses.replace(request, url=f"{head}?{changed}{mark}{fragment}")


def _form(request: Request, name: str, word: str) -> Request:
    return dataclasses.replace(request, body=_parameters(request.body, name, word))


def _header(request: Request, name: str, word: str) -> Request:
    wanted = name.lower().encode()
    headers = tuple((key, word.encode() if key.lower() == wanted else value) for key, value in request.headers)
    return dataclasses.replace(request, headers=headers)


def _body(request: Request, live: Request, word: str) -> Request | None:
    part = differing_part(request.body, live.body)
    if part is None:
        return None
    return dataclasses.replace(request, body=request.body[: part[0]] + word.encode() + request.body[part[1] :])


def differing_part(recorded: bytes, live: bytes) -> tuple[int, int] | None:
    """Where a recorded text differs from a live one: whole words, with start and end. None where most of it differs."""
    shorter = min(len(recorded), len(live))
    start = next((at for at in range(shorter) if recorded[at] != live[at]), shorter)
    left = shorter - start
    behind = next((at for at in range(left) if recorded[-1 - at] != live[-1 - at]), left)
    end = len(recorded) - behind
    while start and _WORD.match(recorded, start - 1):
        start -= 1
    while end < len(recorded) and _WORD.match(recorded, end):
        end += 1
    is_small = 0 < end - start <= _LONGEST_PART
    return (start, end) if is_small and len(recorded) - (end - start) >= _LEAST_AROUND else None


def _xml(request: Request, name: str, word: str) -> Request | None:
    text = request.body.decode("utf-8", "surrogateescape")
    read = read_xml(text)
    place = next((each for each in read.places if each.path == name), None) if read is not None else None
    if place is None:
        return None
    body = text[: place.start] + word + text[place.end :]
    return dataclasses.replace(request, body=body.encode("utf-8", "surrogateescape"))


def _json(request: Request, name: str, word: str) -> Request | None:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in name.split("/")[1:]]
    if not steps:
        return None
    if not request.body:
        return _json_of_query(request, steps, word)
    body = _with_member(request.body, steps, word, request.wild)
    return None if body is None else dataclasses.replace(request, body=body)


def _grpc(request: Request, name: str, word: str) -> Request | None:
    steps = steps_of(name)
    body = _with_member(request.body, steps, word, request.wild) if steps else None
    return None if body is None else dataclasses.replace(request, body=body)


def _json_of_query(request: Request, steps: list[str], word: str) -> Request | None:
    """A GraphQL request has its document and variables in the query of its URL."""
    parameter, *rest = steps
    if not rest:
        return _query(request, parameter, word)
    pairs = (pair.partition(b"=") for pair in split_url(request.url).query.split(b"&"))
    text = next((value for name, _, value in pairs if decode_parameter(name) == parameter.encode()), b"")
    made = _with_member(decode_parameter(text), rest, word, request.wild)
    return None if made is None else _query(request, parameter, quote(made, safe="[]"))


def _with_member(text: bytes, steps: list[str], word: str, wild: str | None) -> bytes | None:
    """A text of JSON with the word in the place that the steps lead to; wildcards without quotes get some."""
    try:
        tree = json.loads(quoted(text.decode(), wild) if wild is not None and wild.encode() in text else text)
    except (ValueError, RecursionError):
        return None
    holder = tree
    for step in steps[:-1]:
        holder = _member(holder, step)
    last = steps[-1]
    if isinstance(holder, dict) and last in holder:
        holder[last] = word
    elif isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        holder[int(last)] = word
    else:
        return None
    return json.dumps(tree).encode()


def _member(holder: object, step: str) -> object:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and step.isdigit() and int(step) < len(holder):
        return holder[int(step)]
    return None


def _multipart(request: Request, name: str, word: str) -> Request | None:
    found = re.fullmatch(r"part (.*?)( filename| content-type)?", name, re.DOTALL)
    if found is None:
        return None
    name_of_part = found[1].encode("utf-8", "surrogateescape")
    read = read_parts(request.body, header(request.headers, b"content-type") or b"")
    places = [_part_place(part, name_of_part, found[2]) for part in (read.parts if read is not None else ())]
    place = next((each for each in places if each is not None), None)
    if place is None:
        return None
    body = request.body[: place[0]] + word.encode() + request.body[place[1] :]
    return dataclasses.replace(request, body=body)


def _part_place(part: MessagePart, name: bytes, field: str | None) -> tuple[int, int] | None:
    """Where a part of that name has its file name, its type or its content; None where it has none."""
    disposition = part.find(b"content-disposition")
    said = parameters(disposition.value) if disposition is not None else {}
    if disposition is None or b"name" not in said or unquoted(said[b"name"].value) != name:
        return None
    if field is None:
        return part.start, part.end
    if field == " filename":
        if b"filename" not in said:
            return None
        value, start = said[b"filename"]
        return disposition.start + start, disposition.start + start + len(value)
    media_type = part.find(b"content-type")
    return None if media_type is None else (media_type.start, media_type.start + len(media_type.value))


_EDITORS: dict[str, Callable[[Request, str, str], Request | None]] = {
    "path": _path,
    "query": _query,
    "form": _form,
    "header": _header,
    "json": _json,
    "grpc": _grpc,
    "xml": _xml,
    "multipart": _multipart,
}


def _url_pieces(url: str) -> tuple[str, str, str]:
    """What stands before a URL's path, the path, and what stands behind it."""
    found = re.match(r"(?P<head>[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?(?P<path>[^?#]*)", url)
    assert found is not None
    return found["head"] or "", found["path"], url[found.end() :]


def _parameters(text: bytes, name: str, word: str) -> bytes:
    pairs = text.split(b"&")
    for number, pair in enumerate(pairs):
        written, _, _ = pair.partition(b"=")
        if pair and decode_parameter(written) == name.encode("utf-8", "surrogateescape"):
            pairs[number] = written + b"=" + word.encode()
    return b"&".join(pairs)
