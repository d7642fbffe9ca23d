"""The recorded interaction that comes nearest to a request that fits none.

A shortlist by shared words, rare ones counting most, then a full comparison of each on it: a miss in a large recording must not
cost as much as reading it.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from recproxy.matching.compare import difference
from recproxy.matching.differences import Difference
from recproxy.matching.index import Index
from recproxy.matching.url import normal_path, split_url
from recproxy.recording.values import Request

__all__ = ["nearest", "words"]

#: As many are compared in full; a recording this small is compared whole.
_SHORTLIST = 64
#: Positions of one word, and bytes of a body, that are read: the cost of a miss must not grow with the recording.
_READ = 512
_BODY = 8192

_WORD = re.compile(rb"[A-Za-z0-9_.-]+")

#: What a difference weighs. The values of a body or query together never weigh as much as another place.
_WEIGHTS = {"method": 12.0, "host": 16.0, "port": 4.0, "scheme": 4.0, "path": 24.0}
#: A differing segment of the path counts a little less than another host, which is probably another service.
_SEGMENT = 14.0
#: All values together count at most this much: less than a different host and path segment together.
_VALUES = 30.0


def nearest(
    index: Index, request: Request, *, any_host: Sequence[str] | None, bound: Mapping[str, bytes]
) -> tuple[int, tuple[Difference, ...]] | None:
    """The position of the interaction nearest to a redacted request and how it differs; None where nothing is recorded."""
    best: tuple[float, int, tuple[Difference, ...]] | None = None
    for position in _candidates(index, request):
        found = difference(
            index.compared[position],
            request,
            index.rules,
            match_on=index.recording_of(position).match_on,
            hosts=index.hosts,
            any_host=any_host,
            bound=bound,
            redacted=True,
        )
        weight = _weight(found)
        if best is None or weight < best[0]:
            best = weight, position, found
    return None if best is None else best[1:]


def words(request: Request) -> set[bytes]:
    """What is compared for the shortlist: the whole path, and each word of the URL and the body."""
    parts = split_url(request.url)
    found = {b"path " + normal_path(parts.path), *_WORD.findall(parts.path), *_WORD.findall(parts.query)}
    found.update(_WORD.findall(request.body[:_BODY]))
    return found


def _candidates(index: Index, request: Request) -> Iterable[int]:
    count = len(index.interactions)
    if count <= _SHORTLIST:
        return range(count)
    lists = [positions for word in words(request) if (positions := index.holders(words, word))]
    shared: dict[int, float] = {}
    for positions in lists:
        # A word that all hold tells nothing; one that few hold tells much.
        rarity = math.log(count / len(positions)) + 0.01
        for position in positions[:_READ]:
            shared[position] = shared.get(position, 0.0) + rarity
    chosen = heapq.nlargest(_SHORTLIST, shared, key=shared.__getitem__)
    return sorted(chosen or range(_SHORTLIST))


def _weight(found: tuple[Difference, ...]) -> float:
    weight, values = 0.0, 0
    for one in found:
        if one.field in _WEIGHTS:
            weight += _WEIGHTS[one.field]
        elif one.field.startswith("path segment"):
            weight += _SEGMENT
        else:
            values += 3 if one.field == "body" else 1
    return weight + _VALUES * values / (values + 6)
