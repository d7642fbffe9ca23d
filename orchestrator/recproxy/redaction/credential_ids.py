"""The id that a client takes out of its credential: a named place where requests hold it.

An access token of Twitter is `987654-Abc...`, and SDKs ask for `/2/users/987654/tweets`. A replay has another credential,
so a recording must take any id there, and answer with the same. Works on redacted interactions. Pure.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Container, Iterable, Sequence

from recproxy.matching.echo import with_name
from recproxy.recording.values import Interaction, Request

__all__ = ["with_credential_ids"]

#: The number before the dash; a shorter one stands in a path by chance.
_CREDENTIAL = re.compile(rb"([0-9]{4,20})-[!-~]{8,}")
#: Its ending tells that what stands in where nobody bound it is a number.
_NAME = "user_id%s.number"


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
    segment = re.compile(rf"(?<=/){identity.decode()}(?=[/?#.]|\Z)")
    first = next((place for place, each in enumerate(interactions) if segment.search(_path(each.request))), None)
    if first is None:
        return interactions
    return (*interactions[:first], *(_one(each, identity, name) for each in interactions[first:]))


def _one(interaction: Interaction, identity: bytes, name: str) -> Interaction:
    request, response = interaction.request, interaction.response
    if request.wild is not None:
        place = f"{request.wild}[{name}]"
        url = re.sub(rf"(?<=[/=]){identity.decode()}(?=[/?#.&]|\Z)", place, request.url)
        body = re.sub(rb'(?<=[=:"\s\[,])%s(?=[&,"\s\]}]|\Z)' % identity, place.encode(), request.body)
        request = dataclasses.replace(request, url=url, body=body)
    if not response.chunks:  # the pieces of a stream have their sizes
        response = with_name(response, identity, name, "id") or response
    return dataclasses.replace(interaction, request=request, response=response)


def _path(request: Request) -> str:
    return request.url.partition("?")[0]
