"""Requests of a recording as they can be sent again: their wild places filled with real values. Pure.

A named place gets what an earlier answer of its scope has handed out, or the variable of that name. A plain one gets what
the profile says for a name, or its variable of that name.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Request, Response, header, header_values
from recproxy.recording.fresh_names import fresh_value
from recproxy.recording.json_reader import is_bare, recorded_tree
from recproxy.recording.wildcard import Pattern, pattern

__all__ = ["PlaceValues", "UnfilledPlaceError", "fill_request", "names_in", "values_handed_out"]

_VARIABLE = lazy_pattern(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BASIC = "Basic "
#: Names of values that a client makes up for each request.
_MADE_UP = lazy_pattern(
    r"nonce|idempot|correlation|(request|message|call|trace|client)[_-]?id|^(id|state)(\.|$)|jsonrpc"
)
_TOKEN_VARIABLE = lazy_pattern(r"(TOKEN|BEARER|KEY)$")
_SCHEMES = (b"bearer", b"token", b"bot", b"apikey")


class UnfilledPlaceError(Exception):
    """A place of a request has no value; the text names it. `name` is that of a named place."""

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.name = name


class PlaceValues:
    """What stands for the wild places of one scope's requests.

    Args:
        profile: its name, with which names of its variables may begin.
        templates: what the profile says, by the name of a place.
        variables: the values of its variables.
    """

    def __init__(self, profile: str, templates: Mapping[str, str], variables: Mapping[str, str]) -> None:
        self._templates = {name.lower(): text for name, text in templates.items()}
        self._variables = variables
        self._by_word = {
            name.lower().removeprefix(f"{profile.lower().replace('-', '_')}_"): value
            for name, value in variables.items()
        }
        #: What answers have handed out, and what was made up, by name.
        self.known: dict[str, bytes] = {}

    def template(self, place: str) -> bytes | None:
        """The whole value of a place that the profile gives; None where it gives none.

        Raises:
            UnfilledPlaceError: a variable in it has no value.
        """
        text = self._templates.get(place.lower())
        if text is None:
            return None

        def value(found: re.Match[str]) -> str:
            if found[1] not in self._variables:
                raise UnfilledPlaceError(f"{place}, because {found[1]} is not set")
            return self._variables[found[1]]

        filled = _VARIABLE.sub(value, text)
        if text.startswith(_BASIC):
            filled = _BASIC + base64.b64encode(filled.removeprefix(_BASIC).encode()).decode()
        return filled.encode("utf-8", "surrogateescape")

    def plain(self, place: str, before: bytes) -> bytes | None:
        """The value of a plain place by the name of what holds it, and by the text `before` it there."""
        if (value := self._of_word(place)) is not None:
            return value
        word = _word(place)
        names = [name for name in self._variables if _TOKEN_VARIABLE.search(name)]
        is_token = word == "authorization" and before.strip().lower() in _SCHEMES
        if len(names) == 1 and (is_token or word.endswith(("api_key", "access_token", "token"))):
            return self._variables[names[0]].encode("utf-8", "surrogateescape")
        return None

    def _of_word(self, place: str) -> bytes | None:
        value = self._by_word.get(_word(place))
        return None if value is None else value.encode("utf-8", "surrogateescape")

    def named(self, name: str, place: str, before: bytes) -> bytes | None:
        """The value of a named place."""
        if name in self.known:
            return self.known[name]
        if name in self._variables:
            return self._variables[name].encode("utf-8", "surrogateescape")
        if (made := fresh_value(name, str(uuid.uuid4()))) is not None:
            return self.known.setdefault(name, made)
        if _MADE_UP.search(name.lower()):
            return self.known.setdefault(name, str(uuid.uuid4()).encode())
        # What an answer handed out is no credential: only a variable of its own name stands for it.
        return self._of_word(place)


def _word(place: str) -> str:
    return place.lower().replace("-", "_").removeprefix("x_")


def fill_request(request: Request, values: PlaceValues) -> Request:
    """The request with a value in each wild place, all of it literal.

    Raises:
        UnfilledPlaceError: a place has none; its text names the place.
    """
    headers = tuple((name, _header(name, value, request, values)) for name, value in request.headers)
    return replace(request, url=_url(request, values), headers=headers, body=_body(request, values), wild=None)


def names_in(message: Request | Response) -> Iterator[str]:
    """The names of its named places."""
    texts = [message.body, *(value for _, value in message.headers)]
    texts += [message.url.encode("utf-8", "surrogateescape")] if isinstance(message, Request) else []
    for text in texts:
        found = pattern(text, message.wild)
        yield from (name for name in (found.names if found is not None else ()) if name is not None)


def _header(raw: bytes, value: bytes, request: Request, values: PlaceValues) -> bytes:
    found = pattern(value, request.wild)
    if found is None:
        return value
    name = raw.decode("latin-1")
    whole = values.template(name)
    return whole if whole is not None else _filled(found, values, name, f"header {name}", bytes)


def _url(request: Request, values: PlaceValues) -> str:
    before, mark, query = request.url.partition("?")
    path = _text(before, request, values, "", "the path", lambda value: quote(value, safe="").encode())
    if not mark:
        return path
    return f"{path}?{_pairs(query, request, values, 'query', lambda value: quote(value, safe='').encode())}"


def _pairs(text: str, request: Request, values: PlaceValues, kind: str, code: Callable[[bytes], bytes]) -> str:
    pairs = []
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        pairs.append(f"{name}{equals}{_text(value, request, values, name, f'{kind} {name}', code)}")
    return "&".join(pairs)


def _text(
    text: str, request: Request, values: PlaceValues, name: str, place: str, code: Callable[[bytes], bytes]
) -> str:
    found = pattern(text.encode("utf-8", "surrogateescape"), request.wild)
    if found is None:
        return text
    whole = values.template(name) if name else None
    filled = code(whole) if whole is not None else _filled(found, values, name, place, code)
    return filled.decode("utf-8", "surrogateescape")


def _filled(found: Pattern, values: PlaceValues, name: str, place: str, code: Callable[[bytes], bytes]) -> bytes:
    parts = [found.pieces[0]]
    for before, wild, piece in zip(found.pieces[:-1], found.names, found.pieces[1:], strict=True):
        value = values.plain(name, before) if wild is None else values.named(wild, name, before)
        if value is None:
            raise UnfilledPlaceError(place if wild is None else f"{place} ({wild})", wild or "")
        parts += code(value), piece
    return b"".join(parts)


def _body(request: Request, values: PlaceValues) -> bytes:
    if pattern(request.body, request.wild) is None:
        return request.body
    kind = (header(request.headers, b"content-type") or b"").partition(b";")[0].strip().lower()
    if kind == b"application/x-www-form-urlencoded":
        text = request.body.decode("utf-8", "surrogateescape")
        filled = _pairs(text, request, values, "form", lambda value: quote_plus(value).encode())
        return filled.encode("utf-8", "surrogateescape")
    tree = _json(request.body, request.wild)
    if tree is not None:
        return json.dumps(_json_filled(tree, request, values, ""), ensure_ascii=False).encode(
            "utf-8", "surrogateescape"
        )
    found = pattern(request.body, request.wild)
    assert found is not None
    return _filled(found, values, "", "the body", bytes)


def _json(body: bytes, wild: str | None) -> Any:
    """The tree of a body; None where it is no JSON, and where it is nothing but a wildcard."""
    try:
        tree = recorded_tree(body, wild)
    except ValueError:
        return None
    return None if is_bare(tree) else tree


def _json_filled(tree: Any, request: Request, values: PlaceValues, name: str) -> Any:
    if isinstance(tree, dict):
        return {
            _text(key, request, values, "", f"json {key}", bytes): _json_filled(value, request, values, key)
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [_json_filled(value, request, values, name) for value in tree]
    if is_bare(tree):
        return _value_of(_text(tree[1:], request, values, name, f"json {name}", bytes))
    return _text(tree, request, values, name, f"json {name}", bytes) if isinstance(tree, str) else tree


def _value_of(text: str) -> Any:
    """What a wildcard without quotes stands for: a value of JSON, or else a string."""
    tree = _json(text.encode("utf-8", "surrogateescape"), None)
    return text if tree is None and text != "null" else tree


def values_handed_out(recorded: Response, live: Response) -> dict[str, bytes]:
    """What a live answer has in the named places of the recorded one."""
    found: dict[str, bytes] = {}
    if recorded.wild is None:
        return found
    for raw, value in recorded.headers:
        wild = pattern(value, recorded.wild)
        if wild is not None and wild.named:
            # What follows a cookie's value, such as its end, is new in each answer.
            first = pattern(value.partition(b";")[0], recorded.wild)
            for other in header_values(live.headers, raw.lower()):
                found |= (first.fits(other.partition(b";")[0]) if first is not None else wild.fits(other)) or {}
    trees = _json(recorded.body, recorded.wild), _json(live.body, None)
    if None not in trees:
        _learn_json(*trees, recorded.wild, found)
    elif (wild := pattern(recorded.body, recorded.wild)) is not None and wild.named:
        found |= wild.fits(live.body) or {}
    return found


def _learn_json(recorded: Any, live: Any, word: str, found: dict[str, bytes]) -> None:
    if isinstance(recorded, dict) and isinstance(live, dict):
        for name in recorded.keys() & live.keys():
            _learn_json(recorded[name], live[name], word, found)
    elif isinstance(recorded, list) and isinstance(live, list):
        for one, other in zip(recorded, live, strict=False):
            _learn_json(one, other, word, found)
    elif isinstance(recorded, str) and isinstance(live, str | int | float) and not isinstance(live, bool):
        written = recorded[1:] if is_bare(recorded) else recorded
        wild = pattern(written.encode("utf-8", "surrogateescape"), word)
        if wild is not None and wild.named:
            found |= wild.fits(str(live).encode("utf-8", "surrogateescape")) or {}
