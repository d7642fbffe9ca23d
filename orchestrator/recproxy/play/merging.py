"""What becomes of a recording when some of its scopes were recorded anew.

Only the scopes that ran are replaced. Where the service answered as before, the old interaction stands to the letter,
so that a diff shows only what the service changed; interactions that overlapped keep the order of the file before.
Pure.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Container, Sequence
from dataclasses import replace

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.echo import with_name
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.boundaries import with_boundaries_of, with_part_ids_of
from recproxy.play.conversation_merging import asks_the_same, stable_conversation
from recproxy.play.kept_names import with_kept_names
from recproxy.play.renewed_masks import with_renewed_masks
from recproxy.recording import WEBSOCKET, Headers, Interaction, Recording, Request, Response, fill
from recproxy.recording.values import CUT_SHORT

__all__ = ["TimedInteraction", "merge"]

#: Response headers that change with every answer and say nothing of the service's behaviour.
_VOLATILE = frozenset(
    name.encode()
    for name in (
        "age", "alt-svc", "cf-cache-status", "cf-ray", "connection", "content-length", "date", "expires",
        "nel", "report-to", "request-id", "server-timing", "via", "x-amz-cf-id", "x-amz-cf-pop", "x-amz-id-2",
        "x-amz-request-id", "x-amzn-requestid", "x-amzn-trace-id", "x-b3-traceid", "x-cache", "x-cache-hits",
        "x-connection-hash", "x-correlation-id", "x-github-request-id", "x-goog-trace", "x-rate-limit-remaining",
        "x-rate-limit-reset", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id", "x-response-time",
        "x-runtime", "x-served-by", "x-timer", "x-trace-id", "x-transaction", "x-transaction-id",
    )
)  # fmt: skip

#: A character of a word, and not the end of an escape, as in `\n` and `%3D`.
_BEFORE = rb"(?<=[0-9A-Za-z_.~-])(?<!\\[bfnrt])(?<!\\u[0-9A-Fa-f]{4})(?<!%[0-9A-Fa-f]{2})"


@dataclass(frozen=True, slots=True)
class TimedInteraction:
    """An interaction as it was recorded, and when: moments of one clock, in seconds."""

    interaction: Interaction
    begun: float
    ended: float


def merge(
    before: Recording,
    scopes: frozenset[str],
    taken: Sequence[TimedInteraction],
    rules: Rules,
    *,
    append: bool = False,
    renewed_before: dt.date | None = None,
) -> Recording:
    """The recording with the interactions of `scopes` replaced by those taken; with `append` nothing is replaced.

    An interaction that says what it said before keeps its date, unless that is earlier than `renewed_before`.
    """
    if append:
        known = {_omission(each) for each in before.interactions} - {None}
        new = tuple(each.interaction for each in sorted(taken, key=lambda each: each.begun))
        new = tuple(each for each in new if _omission(each) not in known)
        return replace(before, interactions=(*before.interactions, *new), format=2) if new else before
    old = before.interactions
    # What was written by hand belongs to no scope; a scope that asks the same takes it over.
    candidates = [place for place, each in enumerate(old) if each.scope is None or each.scope in scopes]
    ordered = sorted(taken, key=lambda each: each.begun)
    comparable = replace(before, interactions=tuple(old[place] for place in candidates))
    partners = _partners([each.interaction for each in ordered], comparable, rules)
    rows = [
        (each, candidates[partner] if partner is not None else None)
        for each, partner in zip(ordered, partners, strict=True)
    ]
    rows = _in_old_order(rows)
    pairs = [(each.interaction, old[place] if place is not None else None) for each, place in rows]
    kept = [
        with_renewed_masks(_stable(was, new, rules, renewed_before), new) if was is not None else new
        for new, was in with_kept_names(pairs, rules)
    ]
    replaced = {place for _, place in rows} | {place for place in candidates if old[place].scope is not None}
    first = min((place for place in replaced if place is not None), default=len(old))
    head = [each for place, each in enumerate(old) if place < first]
    tail = [each for place, each in enumerate(old) if place >= first and place not in replaced]
    return replace(before, interactions=(*head, *kept, *tail), format=2)


def _partners(new: Sequence[Interaction], before: Recording, rules: Rules) -> list[int | None]:
    """For each new interaction the old one that asked the same, as the old recording compares, each once, in order."""
    old = before.interactions
    index = Index((before,), rules)
    equal: dict[tuple[str, str, bytes], list[int]] = {}
    for place, each in enumerate(old):
        equal.setdefault(_request_key(each.request), []).append(place)
    taken: set[int] = set()
    partners: list[int | None] = []
    for interaction in new:
        if interaction.steps and interaction.protocol != WEBSOCKET:
            partners.append(_conversation_partner(interaction, old, taken, rules))
            continue
        found = index.find(replace(interaction.request, wild=None))
        same_method = (
            place for tier in found.tiers for place in tier if old[place].request.method == interaction.request.method
        )
        fitting = (*equal.get(_request_key(interaction.request), ()), *same_method)
        free = [place for place in fitting if old[place].protocol == interaction.protocol and place not in taken]
        if interaction.protocol and (same := [each for each in free if asks_the_same(old[each], interaction, rules)]):
            free = same
        partner = min(free, default=None)
        if partner is not None:
            taken.add(partner)
        partners.append(partner)
    for number, interaction in enumerate(new):
        request = interaction.request
        mark = f"{request.wild}["
        if partners[number] is None and (mark in request.url or mark.encode() in request.body):
            partner = _written_out(interaction, old, taken, rules)
            partners[number] = partner
            taken.update(() if partner is None else (partner,))
    return partners


def _conversation_partner(new: Interaction, old: Sequence[Interaction], taken: set[int], rules: Rules) -> int | None:
    """The old conversation in which a client says the same, or else the first with the same server; it is taken then."""
    where = (new.request.method, new.request.url)
    free = [
        place
        for place, each in enumerate(old)
        if each.steps and place not in taken and (each.request.method, each.request.url) == where
    ]
    same = (place for place in free if asks_the_same(old[place], new, rules))
    partner = next(same, free[0] if free else None)
    taken.update(() if partner is None else (partner,))
    return partner


def _written_out(new: Interaction, old: Sequence[Interaction], taken: Container[int], rules: Rules) -> int | None:
    """The first old interaction that has a value where a new one has a named place."""
    index = Index((Recording(interactions=(new,)),), rules)
    return next(
        (
            place
            for place, each in enumerate(old)
            if place not in taken
            and each.request.method == new.request.method
            and index.find(replace(each.request, wild=None)).tiers
        ),
        None,
    )


def _request_key(request: Request) -> tuple[str, str, bytes]:
    """What makes two requests the same without a comparison."""
    return request.method, request.url, request.body


def _omission(interaction: Interaction) -> tuple[object, ...] | None:
    """What makes two interactions the same whose body was too large to be stored: each run in auto has them again."""
    request, response = interaction.request, interaction.response
    if request.omitted is None and response.omitted is None:
        return None
    return _request_key(request), request.omitted, response.status, response.omitted is None


def _in_old_order(rows: list[tuple[TimedInteraction, int | None]]) -> list[tuple[TimedInteraction, int | None]]:
    """What was there in its old order, and each that is new behind the one that it came after.

    Only where some overlapped: then what followed what is chance, else the program's own order. Equal requests keep
    theirs, for they took the old ones in it.
    """
    if all(one[0].ended <= other[0].begun for one, other in itertools.pairwise(rows)):
        return rows
    keys: list[tuple[int, int]] = []
    after = -1
    for number, (_, place) in enumerate(rows):
        after = after if place is None else place
        keys.append((after, -1 if place is not None else number))
    return [row for _, row in sorted(zip(keys, rows, strict=True), key=lambda pair: pair[0])]


#: A status behind which nothing begins.
_OK = 200


def _stable_websocket(old: Interaction, new: Interaction, rules: Rules, renewed_before: dt.date | None) -> Interaction:
    """The same for a WebSocket: its head as that of other interactions, and its messages."""
    if old.protocol != new.protocol or old.request.wild != new.request.wild:
        return new
    messages = stable_conversation(old, new, rules).steps
    head = _stable(
        replace(old, steps=(), response=_plain(old)), replace(new, steps=(), response=_plain(new)), rules, None
    )
    kept = replace(head, steps=messages, response=replace(head.response, status=new.response.status))
    if kept.steps != old.steps:
        return replace(kept, recorded=new.recorded)
    if replace(kept, scope=old.scope, recorded=old.recorded) != old:
        return kept
    aged = renewed_before is not None and old.recorded is not None and old.recorded < renewed_before
    return replace(old, scope=new.scope, recorded=new.recorded if aged else old.recorded)


def _plain(interaction: Interaction) -> Response:
    """The response of a WebSocket as one behind which nothing begins."""
    return replace(interaction.response, status=_OK)


def _stable(old: Interaction, new: Interaction, rules: Rules, renewed_before: dt.date | None) -> Interaction:
    """The old interaction where the service said the same, else the new one with what a person wrote into the old one.

    That is its comments, and its wild places that redaction cannot have made: what the request fills a named one with
    is the same value in the response.
    """
    if WEBSOCKET in (old.protocol, new.protocol):
        return _stable_websocket(old, new, rules, renewed_before)
    if old.steps or new.steps:
        kept = stable_conversation(old, new, rules)
        aged = renewed_before is not None and old.recorded is not None and old.recorded < renewed_before
        return replace(kept, recorded=new.recorded) if aged else kept
    new = replace(
        new,
        request=with_boundaries_of(old.request, new.request),
        response=with_boundaries_of(old.response, new.response),
    )
    new = with_part_ids_of(old, new)
    is_cut_short = CUT_SHORT in old.comments
    bound = {} if is_cut_short else _named(old, new, rules)
    if bound:
        filled = replace(
            old.response,
            headers=tuple((name, fill(value, old.response.wild, bound)) for name, value in old.response.headers),
            body=fill(old.response.body, old.response.wild, bound),
        )
        if _essence(filled) == _essence(new.response):
            new = replace(new, request=old.request, response=old.response)
        else:
            response = new.response
            for name, value in bound.items():
                response = with_name(response, value, name, _key(old.response, name)) or response
            new = replace(new, request=old.request, response=response)
    elif not is_cut_short and _written_places(old.request) > _written_places(new.request):
        new = replace(new, request=old.request)
    comments = tuple(each for each in old.comments if each != CUT_SHORT or each in new.comments)
    if _essence(old.response) == _essence(new.response):
        aged = renewed_before is not None and old.recorded is not None and old.recorded < renewed_before
        request = old.request if _wild_places(old.request) == _wild_places(new.request) else new.request
        recorded = new.recorded if aged else old.recorded
        return replace(old, request=request, scope=new.scope, recorded=recorded, comments=comments)
    return replace(new, comments=comments, response=replace(new.response, fault=old.response.fault))


def _named(old: Interaction, new: Interaction, rules: Rules) -> dict[str, bytes]:
    """What the named places of an old request hold in a new one, but for those that the new one has itself."""
    wild = old.request.wild
    if wild is None:
        return {}
    index = Index((Recording(interactions=(old,)),), rules)
    request = replace(new.request, wild=None)
    if not index.find(request).tiers:
        return {}
    mask = (new.request.wild or wild).encode()
    return {name: value for name, value in index.captures(0, request).items() if mask not in value}


def _wild_places(request: Request) -> int:
    if request.wild is None:
        return 0
    word = request.wild
    return request.url.count(word) + request.body.count(word.encode())


def _written_places(request: Request) -> int:
    """How many wild places have a name, or are a part of a word: redaction masks whole values."""
    if request.wild is None:
        return 0
    word = re.escape(request.wild.encode())
    places = re.compile(_BEFORE + word + rb"|" + word + rb"(?=[\[0-9A-Za-z_.~-])")
    return len(places.findall(request.url.encode("ascii", "surrogateescape"))) + len(places.findall(request.body))


def _key(response: Response, name: str) -> str:
    """The JSON key whose value a named place is; the name itself where it is none."""
    place = re.escape(f"{response.wild}[{name}]".encode())
    found = re.search(rb'"([^"\\]+)"\s*:\s*"?' + place, response.body)
    return found[1].decode("utf-8", "replace") if found is not None else name


def _essence(response: Response) -> Response:
    """A response without what changes by itself."""
    headers: Headers = tuple(line for line in response.headers if line[0].lower() not in _VOLATILE)
    return replace(response, headers=headers, delay=0.0, fault=None, chunks=(), version="HTTP/1.1", wild=None)
