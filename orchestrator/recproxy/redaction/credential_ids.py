"""The id that a client takes out of its credential: a named place where requests hold it.

An access token of Twitter is `987654-Abc...`, and SDKs ask for `/2/users/987654/tweets`. A replay has another credential,
so a recording must take any id there, and answer with the same. Works on redacted interactions. Pure.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Container, Iterable, Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.values import WILD, Interaction, Request, Response

__all__ = ["with_credential_ids"]

#: An id, and letters and digits that nobody wrote by hand: a date with words behind it is none.
_CREDENTIAL = lazy_pattern(rb"([0-9]{6,20})-[0-9A-Za-z]{20,}")
#: Its ending tells that what stands in where nobody bound it is a number.
_NAME = "user_id%s.number"
#: A string of JSON, with the colon where it is a key, or a number.
_JSON_TOKEN = lazy_pattern(rb'"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[-+.0-9A-Za-z]+', re.DOTALL)


def with_credential_ids(
    interactions: Sequence[Interaction], values: Iterable[bytes], taken: Container[str] = ()
) -> tuple[Interaction, ...]:
    """The interactions of one scope with a named place for each id that a credential begins with and a path holds.

    From the first request on that holds it: an answer before that has nobody to take it from.
    """
    made = tuple(interactions)
    ids = dict.fromkeys(found[1] for value in values if (found := _CREDENTIAL.fullmatch(value)))
    for number, identity in enumerate(ids, 1):
        numbers = iter(range(number, number + 1000))
        name = next(each for each in (_NAME % (f".{n}" if n > 1 else "") for n in numbers) if each not in taken)
        made = _named(made, identity, name)
    return made


def _named(interactions: tuple[Interaction, ...], identity: bytes, name: str) -> tuple[Interaction, ...]:
    segment = _segment(identity.decode())
    first = next((place for place, each in enumerate(interactions) if segment.search(_path(each.request))), None)
    if first is None:
        return interactions
    return (*interactions[:first], *(_one(each, identity, name) for each in interactions[first:]))


def _one(interaction: Interaction, identity: bytes, name: str) -> Interaction:
    request, response = interaction.request, interaction.response
    if request.wild is not None:
        place = f"{request.wild}[{name}]"
        url, body = _in_url(request.url, identity, place), _in_body(request.body, identity, place.encode())
        request = dataclasses.replace(request, url=url, body=body)
    if not response.chunks:  # the pieces of a stream have their sizes
        response = _in_response(response, identity, name)
    return dataclasses.replace(interaction, request=request, response=response)


def _in_response(response: Response, identity: bytes, name: str) -> Response:
    word = response.wild or WILD
    if response.wild is None and word.encode() in response.body:
        return response
    place = f"{word}[{name}]"
    headers = tuple(
        (
            line,
            place.encode()
            if value == identity
            else _in_url(value.decode("latin-1"), identity, place).encode("latin-1"),
        )
        for line, value in response.headers
    )
    body = _in_body(response.body, identity, place.encode())
    if (headers, body) == (response.headers, response.body):
        return response
    return dataclasses.replace(response, headers=headers, body=body, wild=word)


def _segment(identity: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!:/)(?<=/){identity}(?=/|\Z)")


def _in_url(url: str, identity: bytes, place: str) -> str:
    """With the place for whole segments of the path and whole values of the query."""
    path, mark, query = url.partition("?")
    value = re.compile(rf"(?<==){identity.decode()}(?=[&#]|\Z)")
    return _segment(identity.decode()).sub(place, path) + mark + value.sub(place, query)


def _in_body(body: bytes, identity: bytes, place: bytes) -> bytes:
    """With the place for whole values of JSON, of a form, of a part of it, and of an XML element."""
    if body.lstrip()[:1] in (b"{", b"["):
        values = {identity: place, b'"%s"' % identity: b'"%s"' % place}
        return _JSON_TOKEN.sub(lambda found: values.get(found[0], found[0]), body)
    wholes = [rb"(?<=\r\n\r\n)%s(?=\r\n--)", rb"(?<=>)%s(?=</)"]
    if not re.search(rb"\s", body):
        wholes.append(rb"(?<==)%s(?=&|\Z)")
    return re.sub(b"|".join(whole % identity for whole in wholes), lambda _: place, body)


def _path(request: Request) -> str:
    return request.url.partition("?")[0]
