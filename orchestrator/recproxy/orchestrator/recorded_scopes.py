"""What the files that a run has written hold of its scopes: what nobody played, and which answers are ambiguous."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from recproxy.errors import RecproxyError
from recproxy.lazy.dataclass import dataclass
from recproxy.play.reading import read_recording
from recproxy.recording import Interaction
from recproxy.report import Tally
from recproxy.report.run_timeline import TimelineRequest

__all__ = ["RecordedRequest", "ambiguous_requests", "unused_requests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A recorded request that a proof has something to say of, and its place."""

    profile: str
    scope: str
    request: str
    where: str


def unused_requests(tally: Tally, recorded: frozenset[str]) -> Iterator[RecordedRequest]:
    """What no scope has played of these profiles, with the scopes that recorded it.

    What is older, and what was written by hand, belongs to no scope of the run: it is left to the run's own report.
    """
    for profile, unused in tally.unused().items():
        for path, group in itertools.groupby(unused if profile in recorded else (), lambda each: each.path):
            interactions = _interactions(path)
            for each in group:
                scope = interactions[each.number].scope if each.number < len(interactions) else None
                if scope is not None:
                    yield RecordedRequest(profile=profile, scope=scope, request=each.request, where=each.where)


def ambiguous_requests(requests: Iterable[TimelineRequest]) -> Iterator[RecordedRequest]:
    """Equal requests that were under way at the same time and got different answers.

    A replay gives the answers in the recorded order: which client gets which is a matter of chance.
    """
    groups: dict[tuple[str, str, str, str], list[TimelineRequest]] = {}
    for each in requests:
        if each.path and each.result == "recorded":
            groups.setdefault((each.profile, each.test, each.path, each.request), []).append(each)
    for (profile, scope, path, request), group in groups.items():
        if _overlap(group) and (found := _unequal(path, scope, request)) is not None:
            yield RecordedRequest(profile=profile, scope=scope, request=request, where=f"{path}:{found.line}")


def _overlap(requests: list[TimelineRequest]) -> bool:
    """Whether one was asked before another had any answer: a client that reads the head may ask again at once."""
    ordered = sorted(requests, key=lambda each: each.begun)
    return any(later.begun < one.begun + one.waited for one, later in itertools.pairwise(ordered))


def _unequal(path: str, scope: str, request: str) -> Interaction | None:
    """The first interaction of a scope whose request others say as well, if its answer is another."""
    answers: dict[object, list[Interaction]] = {}
    for each in _interactions(path):
        asked = each.request
        if each.scope == scope and request == f"{asked.method} {asked.url}":
            answers.setdefault((asked.method, asked.url, asked.body), []).append(each)
    for first, *others in answers.values():
        if any(
            (each.response.status, each.response.body) != (first.response.status, first.response.body)
            for each in others
        ):
            return first
    return None


def _interactions(path: str) -> tuple[Interaction, ...]:
    try:
        return tuple(read_recording(path).interactions)
    except RecproxyError:  # it was changed meanwhile
        return ()
