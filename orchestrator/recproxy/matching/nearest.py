"""The recorded interaction that comes nearest to a request that fits none.

A shortlist by shared words, rare ones counting most, then a full comparison of each on it: a miss in a large recording must not
cost as much as reading it. Large bodies are not compared value by value either: only where they begin to differ is said.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.compare import difference
from recproxy.matching.differences import Difference, common_start
from recproxy.matching.index import Index
from recproxy.matching.url import normal_path, split_url
from recproxy.recording.counting import counted
from recproxy.recording.values import Interaction, Request
from recproxy.recording.webhooks import WEBHOOK

__all__ = ["nearest", "words"]

#: As many are compared in full; a recording this small is compared whole.
_SHORTLIST = 64
#: Positions of one word, and bytes of a body, that are read: the cost of a miss must not grow with the recording.
_READ = 512
_BODY = 8192
#: Bytes of bodies, recorded and live, that are compared by their values for one miss: its client waits for it, about a second.
_BUDGET = 1 << 20

_WORD = lazy_pattern(rb"[A-Za-z0-9_.-]+")

#: What a difference weighs. The values of a body or query together never weigh as much as another place.
_WEIGHTS = {"method": 12.0, "host": 16.0, "port": 4.0, "scheme": 4.0, "path": 24.0}
#: A differing segment of the path counts a little less than another host, which is probably another service.
_SEGMENT = 14.0
#: All values together count at most this much: less than a different host and path segment together.
_VALUES = 30.0


def nearest(
    index: Index,
    request: Request,
    *,
    any_host: Sequence[str] | None,
    bound: Mapping[str, bytes],
    large_body: bytes | None = None,
    taken: Collection[int] = (),
) -> tuple[int, tuple[Difference, ...]] | None:
    """The position of the interaction nearest to a redacted request and how it differs; None where nothing is recorded.

    `large_body` is the request's body, which is not in the request then, if it is too large to be compared by its values.
    Of interactions that are equally near, one that is `taken` by another request comes last.
    """
    comparer = _Comparer(index, request, any_host, bound, request.body if large_body is None else large_body)

    def rank(found: tuple[int, tuple[Difference, ...]]) -> tuple[float, bool]:
        return _weight(found[1]), found[0] in taken

    # What is said to a mail server, or answered to a webhook, is no request, and never near to one.
    candidates = [
        position
        for position in _candidates(index, request)
        if not _is_other(index.interactions[position], request.method)
    ]
    if not candidates:
        return None
    if large_body is None and sum(map(comparer.size, candidates)) <= _BUDGET:
        return min(((each, comparer.whole(each)) for each in candidates), key=rank)
    found = [(each, comparer.without_body(each)) for each in candidates]
    found.sort(key=lambda each: (_weight(each[1]), -comparer.common_start(each[0]), each[0]))
    if large_body is not None:
        return found[0]
    totals = accumulate(comparer.size(position) for position, _ in found)
    affordable = [position for (position, _), total in zip(found, totals, strict=True) if total <= _BUDGET]
    return min(((each, comparer.whole(each)) for each in affordable), key=rank) if affordable else found[0]


class _Comparer:
    """Compares recorded interactions with one live request, whose body is given by itself: it may not be in there."""

    def __init__(
        self,
        index: Index,
        request: Request,
        any_host: Sequence[str] | None,
        bound: Mapping[str, bytes],
        body: bytes,
    ) -> None:
        self._index = index
        self._request = request
        self._without_body = replace(request, body=b"")
        self._any_host = any_host
        self._bound = bound
        self._body = body

    def whole(self, position: int) -> tuple[Difference, ...]:
        """How an interaction differs."""
        return self._compared(position, self._index.compared[position], self._request)

    def without_body(self, position: int) -> tuple[Difference, ...]:
        """How it differs in all but the body, and in the size of that."""
        recorded = self._index.compared[position]
        bare = replace(recorded, request=replace(recorded.request, body=b""))
        found = self._compared(position, bare, self._without_body)
        return (*found, *_of_sizes(recorded.request.body, self._body))

    def size(self, position: int) -> int:
        """The bytes of both bodies."""
        return len(self._index.compared[position].request.body) + len(self._body)

    def common_start(self, position: int) -> int:
        """The bytes that both bodies begin with alike."""
        return common_start(self._index.compared[position].request.body, self._body)

    def _compared(self, position: int, recorded: Interaction, request: Request) -> tuple[Difference, ...]:
        return difference(
            recorded,
            request,
            self._index.rules,
            match_on=self._index.recording_of(position).match_on,
            hosts=self._index.hosts,
            any_host=self._any_host,
            bound=self._bound,
            redacted=True,
        )


def _is_other(interaction: Interaction, method: str) -> bool:
    return bool(interaction.steps) or (interaction.webhook is not None) != (method == WEBHOOK)


def _of_sizes(recorded: bytes, live: bytes) -> tuple[Difference, ...]:
    """That two bodies differ, without a value of them."""
    if recorded == live:
        return ()
    at = common_start(recorded, live)
    return (
        Difference(
            "body",
            counted(len(recorded), "byte"),
            f"{counted(len(live), 'byte')}, the first that differs is byte {at + 1}",
        ),
    )


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
