"""A recorded request with the wild word written into it, in the place that a difference names.

Works on the text as it was recorded, so that what stands around the place stays as it is.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable

from recproxy.matching.url import decode_parameter
from recproxy.matching.xml_places import read_xml
from recproxy.recording.multipart import MessagePart, parameters, read_parts, unquoted
from recproxy.recording.values import WILD, Request, header

__all__ = ["with_wild"]


def with_wild(request: Request, field: str, place: str | None = None) -> Request | None:
    """The request with its wild word, or a named `place`, instead of a field's value; None where that cannot be written."""
    kind, _, name = field.partition(" ")
    editor = _EDITORS.get(kind)
    if request.wild is None:
        request = dataclasses.replace(request, wild=WILD)
    word = request.wild or WILD
    edited = None if editor is None else editor(request, name, word if place is None else f"{word}[{place}]")
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


def _body(request: Request, name: str, word: str) -> Request | None:
    return None if name else dataclasses.replace(request, body=word.encode())


def _xml(request: Request, name: str, word: str) -> Request | None:
    text = request.body.decode("utf-8", "surrogateescape")
    read = read_xml(text)
    place = next((each for each in read.places if each.path == name), None) if read is not None else None
    if place is None:
        return None
    body = text[: place.start] + word + text[place.end :]
    return dataclasses.replace(request, body=body.encode("utf-8", "surrogateescape"))


def _json(request: Request, name: str, word: str) -> Request | None:
    try:
        tree = json.loads(request.body)
    except ValueError:
        return None
    steps = [step.replace("~1", "/").replace("~0", "~") for step in name.split("/")[1:]]
    if not steps:
        return dataclasses.replace(request, body=json.dumps(word).encode())
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
    return dataclasses.replace(request, body=json.dumps(tree).encode())


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
    "xml": _xml,
    "body": _body,
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
