"""The smallest change that makes a request match, tried before it is told.

A change is told only if with it the request matches the interaction, and each recorded interaction's own request
still finds what it found before. The least change is one of this recording. A rule of the profile holds for the whole
suite, so it is told only for values that are made anew for each request.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from recproxy.errors import HookError, RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.differences import Difference
from recproxy.matching.echo import name_for, with_name
from recproxy.matching.edit import differing_part, with_wild
from recproxy.matching.ignore_rules import changed_rules, toml_list, with_ignored
from recproxy.matching.index import Index
from recproxy.matching.made_anew import is_made_anew
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.recording.counting import counted
from recproxy.recording.json_reader import quoted
from recproxy.recording.values import Interaction, Recording, Request, Response

__all__ = ["Mend", "mend"]

#: A larger recording is not indexed anew for the sake of advice.
_LARGEST = 3000
_LARGEST_BODIES = 1 << 21  # bytes of all bodies

#: JSON that is neither a string nor holds other values.
_UNQUOTED = lazy_pattern(r"-?\d[\d.eE+-]*|true|false|null")
_NOTHING: Mapping[str, str] = {}
_USUAL = Ways()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A change that mends a miss: other rules, or other recorded requests by position, or both.

    `text` says it to a person, as what to write and where. `responses` say named places again where the service did.
    `by_rule` is the change of the profile's rules alone that would do it for all requests, where there is one.
    """

    text: str
    rules: Rules
    requests: Mapping[int, Request] = field(default_factory=dict)
    responses: Mapping[int, Response] = field(default_factory=dict)
    by_rule: Mend | None = None

    @property
    def rule(self) -> str:
        """What the rule is that would do it for all requests; empty where there is none."""
        return self.by_rule.text if self.by_rule is not None else ""

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
    ways: Ways = _USUAL,
) -> Mend | None:
    """The first change that holds what it promises, or None: then only recording helps.

    `ways` says where a rule is written, and how files are shown.
    """
    if not differences or any(one.is_of_place for one in differences) or len(index.interactions) > _LARGEST:
        return None
    if sum(len(each.request.body) for each in index.interactions) > _LARGEST_BODIES:
        return None
    before: list[tuple[int, ...]] | None = None

    def holds(change: Mend) -> bool:
        """Whether with it the request matches, and recorded requests still find what they found."""
        nonlocal before
        try:
            after = change.apply(index)
            found = after.find(request, any_host=any_host, bound=bound, formed=True, redacted=True)
            if not any(closest in tier for tier in found.tiers):
                return False
            if before is None:
                before = _own_answers(index, index.interactions)
            return before == _own_answers(after, index.interactions)
        except (HookError, RecordingError):  # the profile's own form has no place for this change
            return False

    changes = _Changes(index, request, closest, differences, ways)
    first = next(filter(holds, changes.all()), None)
    if first is None or not first.requests or first.rules != index.rules:
        return first
    rules = changes.by_rules()
    return dataclasses.replace(first, by_rule=rules) if rules is not None and holds(rules) else first


def _own_answers(index: Index, interactions: Iterable[Interaction]) -> list[tuple[int, ...]]:
    """What each recorded request finds first, sent just as it was recorded."""
    answers: list[tuple[int, ...]] = []
    for interaction in interactions:
        own = _literal(interaction.request)
        tiers = index.find(own, any_host=None if "://" in own.url else ("*",)).tiers
        answers.append(tiers[0] if tiers else ())
    return answers


def _literal(request: Request) -> Request:
    """A request sent just as it was recorded: wildcards are text, and in JSON a string where they have no quotes."""
    body = request.body
    if request.wild is not None and request.wild.encode() in body and body.lstrip()[:1] in (b"{", b"["):
        body = quoted(body.decode("utf-8", "surrogateescape"), request.wild).encode("utf-8", "surrogateescape")
    return dataclasses.replace(request, body=body, wild=None)


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


def _echoed(index: Index, closest: int, differences: Sequence[Difference]) -> dict[str, str]:
    """By field, the name for a value of the recorded request that its response says again."""
    interaction = index.interactions[closest]
    found: dict[str, str] = {}
    for one in differences:
        value = (one.wanted or "").strip('"')
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


class _Changes:
    """Changes worth trying for one miss."""

    def __init__(
        self, index: Index, request: Request, closest: int, differences: Sequence[Difference], ways: Ways
    ) -> None:
        self._index = index
        self._live = request
        self._closest = closest
        self._differences = differences
        self._ways = ways
        self._anew = [is_made_anew(one) for one in differences]
        self._echoed = _echoed(index, closest, differences)

    def all(self) -> Iterator[Mend]:
        """The best first: in this recording, and with rules where a value that is made anew is not there to be wild."""
        lacking = [
            each and (one.wanted is None or one.got is None)
            for one, each in zip(self._differences, self._anew, strict=True)
        ]
        tried: list[tuple[list[bool], bool]] = []
        for echoed in (self._echoed, _NOTHING):
            for as_rules in (lacking, self._anew):
                if (as_rules, bool(echoed)) not in tried:
                    tried.append((as_rules, bool(echoed)))
                    change = self._change(as_rules, echoed)
                    if change is not None:
                        yield change

    def by_rules(self) -> Mend | None:
        """The change that mends all by rules; None where one is not made anew, or the response repeats it."""
        return self._change(self._anew, _NOTHING) if all(self._anew) and not self._echoed else None

    def _change(self, as_rules: Sequence[bool], echoed: Mapping[str, str]) -> Mend | None:
        """The change that mends each difference by a rule, or by a wild place in the recording.

        What is `echoed` gets a named place: a rule would give the recorded value to a client that sent another.
        """
        index = self._index
        original = index.interactions[self._closest].request
        rules, edited = index.rules, original
        wild: list[Difference] = []
        for one, as_rule in zip(self._differences, as_rules, strict=True):
            if as_rule and one.field not in echoed:
                ruled = with_ignored(rules, one)
                if ruled is None:
                    return None
                rules = ruled
            else:
                place = echoed.get(one.field)
                written = with_wild(edited, one.field, place, self._live) if one.wanted is not None else None
                if written is None:
                    return None
                wild.append(one)
                edited = written
        requests = {
            position: edited
            for position, interaction in enumerate(index.interactions)
            if wild and interaction.request == original
        }
        responses = {
            position: self._named(index.interactions[position].response, wild, echoed) for position in requests
        }
        texts = [self._wild_line(wild, len(requests), echoed)] if wild else []
        if changed := list(_rule_lines(index.rules, rules)):
            texts.append(self._ways.toml("match", *changed))
        return Mend(text="; and ".join(texts), rules=rules, requests=requests, responses=responses)

    @staticmethod
    def _named(response: Response, wild: Sequence[Difference], echoed: Mapping[str, str]) -> Response:
        """A response with the named places of its request wherever it says their values again."""
        for one in wild:
            if place := echoed.get(one.field):
                value = (one.wanted or "").strip('"').encode()
                response = with_name(response, value, place, name_for(one.field)) or response
        return response

    def _wild_line(self, wild: Sequence[Difference], count: int, echoed: Mapping[str, str]) -> str:
        index, closest = self._index, self._closest
        recorded = index.interactions[closest].request
        literal = recorded.wild is None and not index.interactions[closest].line
        word = recorded.wild or "XXX"
        parts: list[str] = []
        for place, fields in itertools.groupby(wild, lambda one: echoed.get(one.field)):
            every = tuple(fields)
            named = f"{word}[{place}]" if place is not None else word
            quotes = [_about_quotes(one) for one in every]
            is_mixed = len({each for each in quotes if each}) > 1
            places = [self._place(one) + (about if is_mixed else "") for one, about in zip(every, quotes, strict=True)]
            parts.append(f"{named} for {' and '.join(places)}{'' if is_mixed else max(quotes)}")
            if place is not None:
                parts[-1] += " and for the same value in its response"
        what = ", and ".join(parts)
        others = (
            f", and in the {counted(count - 1, 'other request that is', 'other requests that are')} the same"
            if count > 1
            else ""
        )
        path = self._ways.shown(index.recording_of(closest).path or "")
        if self._ways.is_packaged(index.recording_of(closest).path or ""):
            line = index.interactions[closest].line
            return f"copy {path} to your project's recordings/{self._ways.profile}/, and there, at line {line}, write {what}{others}"
        if literal:  # a file of another tool has no word that stands for anything
            return f"import {path} with recproxy import, and there write {what}{others}"
        return f"at {self._ways.shown(index.where(closest))}, write {what}{others}"

    def _place(self, one: Difference) -> str:
        """What a wild word stands for."""
        if one.field != "body":
            return f"the value of {one.field}"
        recorded = self._index.interactions[self._closest].request.body
        start, end = differing_part(recorded, self._live.body) or (0, 0)
        return f"{recorded[start:end].decode('utf-8', 'backslashreplace')!r} in the body"


def _about_quotes(one: Difference) -> str:
    """Whether a wild word for a value of JSON takes quotes; a service that says a number again would say a string."""
    if not one.field.startswith(("json ", "grpc ")):
        return ""
    wanted = one.wanted or ""
    return (
        " (keep the quotes)" if wanted.startswith('"') else " (without quotes)" if _UNQUOTED.fullmatch(wanted) else ""
    )


def _rule_lines(before: Rules, after: Rules) -> Iterator[str]:
    """What to write in the profile's table `match`."""
    for key, names in changed_rules(before, after).items():
        yield f"{key} = {toml_list(names)}"
