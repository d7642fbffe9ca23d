"""A recorded response with its named wild places filled in: by what a request bound, or by a variable of the run.

A value is written as the text around it needs it: in a string of JSON with escapes, in XML and HTML without marks of
their own, in a header on one line. Pure; knows bytes only.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace

from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.body_digests import with_digests
from recproxy.recording import Headers, Response, fill, header, named_places, pattern
from recproxy.recording.fresh_names import fresh_value
from recproxy.recording.spelled_names import spelled, spelled_name
from recproxy.recording.splicing import Moved, resized, same, spliced
from recproxy.redaction.wide_text import moved_in_wide, widened, with_word

__all__ = ["filled_response", "filling_values"]

_NUMBER = lazy_pattern(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_LITERAL = lazy_pattern(rb"[^\x00-\x1f\"\\]*\Z")
_JSON_STRING = lazy_pattern(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARK = lazy_pattern(rb"&(?!#?[A-Za-z0-9]+;)|<")
_MARKS = {b"&": b"&amp;", b"<": b"&lt;"}
_LATIN = lazy_pattern(rb"charset\s*=\s*\"?(?:iso-8859-1\b|latin-?1\b|windows-1252\b)")
#: A name that is not the first of its kind.
_NUMBERED = lazy_pattern(r"\.[0-9]+\.[a-z]+\Z")
_BREAKS = lazy_pattern(rb"[\r\n\0]+")


def filling_values(response: Response, bound: dict[str, bytes], given: Mapping[str, bytes]) -> dict[str, bytes]:
    """The values of a response's named wild places, by name; none if it has no such places.

    A place that no request has bound and that has the name of a variable gets the value that is `given` for it, and
    stays unbound: a request may still have another. Any other place is bound to a fixed value.
    """
    return {name: _value(name, bound, given) for name in _names(response)}


def filled_response(response: Response, values: Mapping[str, bytes]) -> Response:
    """A response with the named wild places filled in; `values` are those that `filling_values` has for them."""
    word = response.wild
    text, charset = with_word(response.headers, response.body, word or "XXX")
    plain = {name: _BREAKS.sub(b" ", value) for name, value in values.items()}
    headers: Headers = tuple((name, fill(value, word, plain)) for name, value in response.headers)
    kind = (header(response.headers, b"content-type") or b"").lower()
    new, moved = _filled_body(text, word, values, kind)
    body = widened(new, charset)
    if charset is not None:
        moved = moved_in_wide(response.body, charset, moved, new)
    chunks = resized(response.chunks, len(response.body), moved, len(body))
    filled = replace(response, headers=headers, body=body, chunks=chunks)
    return filled if body == response.body else with_digests(filled)


def _names(response: Response) -> frozenset[str]:
    """The names of a response's wild places."""
    mark = (response.wild or "").encode() + b"["
    body = with_word(response.headers, response.body, response.wild)[0] if response.wild else b""
    if response.wild is None or not (mark in body or any(mark in value for _, value in response.headers)):
        return frozenset()
    texts = (body, *(value for _, value in response.headers))
    patterns = (pattern(text, response.wild) for text in texts)
    return frozenset(name for found in patterns if found is not None for name in found.names if name is not None)


def _value(name: str, bound: dict[str, bytes], given: Mapping[str, bytes]) -> bytes:
    if name not in bound:
        base, spelling = spelled_name(name)
        if spelling:  # bound from now on, for a request that repeats it
            return bound.setdefault(name, spelled(spelling, _value(base, bound, given)))
        from recproxy.redaction.masks import ENDING  # noqa: PLC0415 - few recordings have a place that nobody bound

        ending = ENDING.search(name)
        assert ending is not None
        variable = name[: ending.start()]
        value = bound.get(variable, given.get(variable))
        if value is not None and variable in given and (ending["shape"] != ".number" or _NUMBER.match(value)):
            return value
    return bound.setdefault(name, _stand_in(name))


def _filled_body(body: bytes, word: str | None, values: Mapping[str, bytes], kind: bytes) -> tuple[bytes, Moved]:
    if word is None or word.encode() + b"[" not in body:
        return body, same
    if _LATIN.search(kind):
        values = {name: _in_latin(value) for name, value in values.items()}
    escaped, strings = values, [(0, len(body))]
    if b"xml" in kind or b"html" in kind:
        escaped = {name: _MARK.sub(lambda found: _MARKS[found[0]], value) for name, value in values.items()}
    elif b"json" in kind or body.lstrip()[:1] in (b"{", b"["):
        escaped = {name: value if _LITERAL.match(value) else _in_json(value) for name, value in values.items()}
        if escaped != values:
            # Outside of a string a value is JSON itself: a request may have bound a number or an object.
            strings = [found.span() for found in _JSON_STRING.finditer(body)]
    starts = [start for start, _ in strings]
    places: list[tuple[int, int, bytes]] = []
    for name, start, end in named_places(body, word):
        if name in values:
            at = bisect_right(starts, start) - 1
            inside = at >= 0 and start < strings[at][1]
            places.append((start, end, (escaped if inside else values)[name]))
    return spliced(body, places)


def _in_latin(value: bytes) -> bytes:
    """A value as a page in Latin-1 has it; itself where it has other letters."""
    try:
        return value.decode().encode("latin-1")
    except UnicodeError:
        return value


def _in_json(value: bytes) -> bytes:
    text = json.dumps(value.decode("utf-8", "surrogateescape"), ensure_ascii=False)[1:-1]
    return text.encode("utf-8", "surrogateescape")


def _stand_in(name: str) -> bytes:
    """The value of a wild place that no request bound: fixed, and of the shape that its name tells."""
    if (made := fresh_value(name, "")) is not None:
        return made
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    if name.endswith((".jwt", ".email", ".uuid")):
        import uuid  # noqa: PLC0415 - see above

        from recproxy.redaction.masks import stand_in  # noqa: PLC0415 - see above

        if not _NUMBERED.search(name):
            return stand_in(name)
        # Two values of one name are two in a replay, too.
        return str(uuid.UUID(digest)).encode() if name.endswith(".uuid") else stand_in(name, digest)
    return b"%d" % (1_000_000 + int(digest, 16) % 1_000_000) if name.endswith(".number") else digest.encode()
