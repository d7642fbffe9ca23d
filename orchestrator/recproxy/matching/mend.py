"""The smallest change that makes a request match, tried before it is told.

A change is told only if with it the request matches the interaction, and each recorded interaction's own request
still finds what it found before.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from recproxy.errors import HookError, RecordingError
from recproxy.matching.differences import Difference
from recproxy.matching.echo import name_for, with_name
from recproxy.matching.edit import with_wild
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording.dataclass import dataclass
from recproxy.recording.values import Interaction, Recording, Request

__all__ = ["Mend", "mend"]

#: A larger recording is not indexed anew for the sake of advice.
_LARGEST = 3000
_LARGEST_BODIES = 1 << 21

#: Names and values that are new each time: a rule says so for all requests, an XXX for one.
_NEW_EACH_TIME = re.compile(
    r"(?i)nonce|timestamp|signature|\b_?(?:ts|t|time|date|sig|rand|random|cachebuster|cb|uuid|guid|request_?id)\b"
)
_LOOKS_NEW = re.compile(
    r"\d{9,}(?:\.\d+)?|\d{4}-\d\d-\d\d.*|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}"
)

_NOTHING: Mapping[str, str] = {}
_IGNORED_BY = {"query": "ignore_query", "form": "ignore_form", "multipart": "ignore_form", "json": "ignore_json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A change that mends a miss: other rules, or other recorded requests by position, or both.

    `text` says it to a person, as what to write and where.
    """

    text: str
    rules: Rules
    requests: Mapping[int, Request] = field(default_factory=dict)

    def apply(self, index: Index) -> Index:
        """The index as it is with this change made."""
        return _rebuilt(index, self.rules, self.requests)


def mend(
    index: Index,
    request: Request,
    closest: int,
    differences: Sequence[Difference],
    *,
    any_host: Sequence[str] | None,
    bound: Mapping[str, bytes],
    match_table: str = "in the profile, [match]",
) -> Mend | None:
    """The first change that holds what it promises, or None: then only recording helps.

    `match_table` says where a rule is written.
    """
    if not differences or len(index.interactions) > _LARGEST:
        return None
    if sum(len(each.request.body) for each in index.interactions) > _LARGEST_BODIES:
        return None
    before: list[tuple[int, ...]] | None = None
    for change in _changes(index, closest, differences, match_table):
        try:
            after = change.apply(index)
            found = after.find(request, any_host=any_host, bound=bound, formed=True, redacted=True)
            if not any(closest in tier for tier in found.tiers):
                continue
            if before is None:
                before = _own_answers(index, index.interactions)
            if before == _own_answers(after, index.interactions):
                return change
        except (HookError, RecordingError):  # the profile's own form has no place for this change
            continue
    return None


def _own_answers(index: Index, interactions: Iterable[Interaction]) -> list[tuple[int, ...]]:
    """What each recorded request finds first, sent just as it was recorded."""
    answers: list[tuple[int, ...]] = []
    for interaction in interactions:
        own = dataclasses.replace(interaction.request, wild=None)
        tiers = index.find(own, any_host=None if "://" in own.url else ("*",)).tiers
        answers.append(tiers[0] if tiers else ())
    return answers


def _rebuilt(index: Index, rules: Rules, requests: Mapping[int, Request]) -> Index:
    recordings: list[Recording] = []
    position = 0
    for recording in index.recordings:
        changed = [
            dataclasses.replace(interaction, request=requests[number]) if number in requests else interaction
            for number, interaction in enumerate(recording.interactions, position)
        ]
        position += len(changed)
        recordings.append(dataclasses.replace(recording, interactions=tuple(changed)))
    return Index(recordings, rules, index.hosts, index.form)


def _changes(index: Index, closest: int, differences: Sequence[Difference], match_table: str) -> Iterator[Mend]:
    """Changes worth trying, the best first."""
    tried: list[list[bool]] = []
    echoed = _echoed(index, closest, differences)
    if echoed:
        as_rules = [_belongs_in_rules(one) for one in differences]
        change = _change(index, closest, list(zip(differences, as_rules, strict=True)), match_table, echoed)
        if change is not None:
            yield change
    by_nature = [_belongs_in_rules(one) for one in differences]
    every = len(differences)
    where_only_one_has_it = [one.wanted is None or one.got is None for one in differences]
    for as_rules in (by_nature, where_only_one_has_it, [False] * every, [True] * every):
        if as_rules not in tried:
            tried.append(as_rules)
            change = _change(index, closest, list(zip(differences, as_rules, strict=True)), match_table)
            if change is not None:
                yield change


def _belongs_in_rules(one: Difference) -> bool:
    """Whether a difference looks like one that will be there each time."""
    kind, _, name = one.field.partition(" ")
    if one.wanted is None or one.got is None:
        return True
    if kind not in _IGNORED_BY:
        return False
    return bool(
        _NEW_EACH_TIME.search(name)
        or (_LOOKS_NEW.fullmatch(_bare(one.wanted)) and _LOOKS_NEW.fullmatch(_bare(one.got)))
    )


def _bare(text: str) -> str:
    return text.strip('"')


def _echoed(index: Index, closest: int, differences: Sequence[Difference]) -> dict[str, str]:
    """By field, the name for a value of the recorded request that its response says again."""
    interaction = index.interactions[closest]
    found: dict[str, str] = {}
    for one in differences:
        value = _bare(one.wanted or "")
        if one.got is None or one.secret or one.field == "body" or one.field.startswith("path"):
            continue
        name = name_for(one.field)
        free = next(
            f"{name}{number}"
            for number in ("", *map(".{}".format, range(2, 999)))
            if f"{name}{number}" not in found.values()
        )
        if with_name(interaction.response, value.encode(), free, name) is not None:
            found[one.field] = free
    return found


def _change(
    index: Index,
    closest: int,
    chosen: Sequence[tuple[Difference, bool]],
    match_table: str,
    echoed: Mapping[str, str] = _NOTHING,
) -> Mend | None:
    """The change that mends each difference by a rule, or by a wild place in the recording.

    What is `echoed` gets a named place: a rule would give the recorded value to a client that sent another.
    """
    original = index.interactions[closest].request
    rules, edited = index.rules, original
    wild: list[Difference] = []
    for one, as_rule in chosen:
        if as_rule and one.field not in echoed:
            ruled = _ruled(rules, one)
            if ruled is None:
                return None
            rules = ruled
        else:
            written = with_wild(edited, one.field, echoed.get(one.field)) if one.wanted is not None else None
            if written is None:
                return None
            wild.append(one)
            edited = written
    requests = {
        position: edited
        for position, interaction in enumerate(index.interactions)
        if wild and interaction.request == original
    }
    texts = [f"{match_table} {line}" for line in _rule_lines(index.rules, rules)]
    if wild:
        texts.append(_wild_line(index, closest, wild, len(requests), echoed))
    return Mend(text="; and ".join(texts), rules=rules, requests=requests)


def _ruled(rules: Rules, one: Difference) -> Rules | None:
    """The rules by which a difference does not count."""
    kind, _, name = one.field.partition(" ")
    if kind == "header":
        left = tuple(known for known in rules.headers if known.lower() != name.lower())
        return dataclasses.replace(rules, headers=left) if left != rules.headers else None
    attribute = _IGNORED_BY.get(kind)
    if attribute is None or (kind == "json" and not name):
        return None
    if kind == "multipart":
        name = name.removeprefix("part ").removesuffix(" filename").removesuffix(" content-type").strip()
        if not name:  # all parts of a batch are without a name: ignored, any batch would match
            return None
    known: tuple[str, ...] = getattr(rules, attribute)
    more: dict[str, Any] = {attribute: (*known, name)}
    return rules if name in known else dataclasses.replace(rules, **more)


def _rule_lines(before: Rules, after: Rules) -> Iterator[str]:
    """What to write in the profile's table `match`."""
    if before.headers != after.headers:
        yield f"headers = {_toml(after.headers)}"
    for part in ("query", "form", "json"):
        old: tuple[str, ...] = getattr(before, f"ignore_{part}")
        new: tuple[str, ...] = getattr(after, f"ignore_{part}")
        if old != new:
            yield f"ignore.{part} = {_toml(new)}"


def _toml(names: Iterable[str]) -> str:
    return "[" + ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names) + "]"


def _wild_line(index: Index, closest: int, wild: Sequence[Difference], count: int, echoed: Mapping[str, str]) -> str:
    literal = index.interactions[closest].request.wild is None and not index.interactions[closest].line
    word = index.interactions[closest].request.wild or "XXX"
    parts: list[str] = []
    for place, fields in itertools.groupby(wild, lambda one: echoed.get(one.field)):
        named = f"{word}[{place}]" if place is not None else word
        parts.append(f"{named} for the value of {' and of '.join(one.field for one in fields)}")
        if place is not None:
            parts[-1] += " and for the same value in its response"
    what = ", and ".join(parts)
    others = f", and in the {count - 1} other requests that are the same" if count > 1 else ""
    if literal:  # a file of another tool has no word that stands for anything
        path = index.recording_of(closest).path
        return f"import {path} with recproxy import, and there write {what}{others}"
    return f"at {index.where(closest)}, write {what}{others}"
