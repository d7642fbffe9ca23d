"""What is wrong with a recording that parses.

Interactions that steal from each other or are never played, wild words that swallow a body, secrets left, age.

Pure: a recording and the rules of its profile in, findings out. An interaction's own request, its wild places filled
with a sample, is what it is asked with.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from recproxy.http import authority_host, fits
from recproxy.matching import Index, Rules, difference
from recproxy.recording import Interaction, Recording, Request
from recproxy.recording.dataclass import dataclass
from recproxy.redaction import RedactionRules, redact_scope

__all__ = ["Problem", "check_recording"]

#: What stands in a wild place when an interaction is asked with its own request.
_SAMPLE = "sample-of-anything"
#: Interactions of a group that are compared pairwise: 300 are 45,000 comparisons, and 3,000 would be a hundred times as many.
_MOST_COMPARED = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend: the line of the interaction, a word for the kind, and a sentence."""

    line: int
    kind: str
    message: str


def check_recording(
    recording: Recording,
    *,
    rules: Rules,
    redaction: RedactionRules,
    hosts: Sequence[str] = (),
    max_age: float = 0,
    today: dt.date,
) -> list[Problem]:
    """The problems of a recording, by line.

    Args:
        recording: what was read.
        rules: the matching of its profile.
        redaction: the redaction of its profile.
        hosts: the profile's host patterns; none means any host is right.
        max_age: days after which an interaction is too old; 0 means never.
        today: the day it is.
    """
    index = Index([recording], rules, hosts)
    found: list[Problem] = list(_overlaps(index, rules))
    found += _secrets(recording.interactions, redaction)
    for position, interaction in enumerate(recording.interactions):
        found += _matching(index, position, interaction)
        found += _alone(interaction, hosts, recording.format)
        if max_age and interaction.recorded and (today - interaction.recorded).days > max_age:
            days = (today - interaction.recorded).days
            found.append(Problem(interaction.line, "age", f"recorded {days} days ago, and max_age is {max_age:g}"))
    return sorted(found, key=lambda each: each.line)


def _matching(index: Index, position: int, interaction: Interaction) -> Iterator[Problem]:
    """Ask with its own request: it must be among the best answers, and no other request's answer may be."""
    tiers = index.find(_sample(interaction.request)).tiers
    places = [place for tier in tiers for place in tier]
    if position not in places:
        yield Problem(interaction.line, "never", "no request can match it, not even its own")
        return
    for place in tiers[0]:
        other = index.interactions[place]
        if place != position and _differs(other.request, interaction.request):
            yield Problem(
                interaction.line,
                "steals",
                f"its request also matches {index.where(place)}: make them differ, or merge them",
            )
            return


def _overlaps(index: Index, rules: Rules) -> Iterator[Problem]:
    """Pairs of which each has a wild place where the other is literal: some requests fit both, neither fits better."""
    families: dict[tuple[str, str], list[int]] = {}
    for position, interaction in enumerate(index.interactions):
        request = interaction.request
        word = request.wild
        if word is not None and (word in request.url or word.encode() in request.body):
            families.setdefault((request.method, request.url.partition("?")[0]), []).append(position)
    for positions in families.values():
        for one, other in combinations(positions[:_MOST_COMPARED], 2):
            first, second = index.interactions[one], index.interactions[other]
            ours = {each.field for each in difference(first, _sample(second.request), rules)}
            theirs = {each.field for each in difference(second, _sample(first.request), rules)}
            if ours and theirs and not ours & theirs:
                yield Problem(
                    second.line,
                    "steals",
                    f"some requests match both it and {index.where(one)} : write out the values that differ",
                )


def _differs(one: Request, other: Request) -> bool:
    """Whether two requests that match are not simply the same one, recorded again."""
    return (one.method, one.url, one.body) != (other.method, other.url, other.body)


def _sample(request: Request) -> Request:
    """A live request that this recorded one was made for."""
    word = request.wild
    if word is None:
        return request
    headers = tuple((name, value.replace(word.encode(), _SAMPLE.encode())) for name, value in request.headers)
    url = request.url if "://" in request.url else f"http://any.example{request.url}"
    return replace(
        request,
        url=url.replace(word, _SAMPLE),
        headers=headers,
        body=request.body.replace(word.encode(), _SAMPLE.encode()),
        wild=None,
    )


def _alone(interaction: Interaction, hosts: Sequence[str], version: int) -> Iterator[Problem]:
    request, response = interaction.request, interaction.response
    if request.wild is not None and request.body.strip() == request.wild.encode():
        yield Problem(interaction.line, "swallows", f"{request.wild} matches the whole body: any body fits")
    if response.omitted is not None:
        yield Problem(interaction.line, "never", f"its body of {response.omitted} bytes was not stored")
    host = authority_host(request.url.partition("://")[2].partition("/")[0].partition("?")[0])
    wild = request.wild is not None and request.wild.lower() in host
    if version != 1 and hosts and not wild and not any(fits(pattern, host) for pattern in hosts):
        yield Problem(interaction.line, "never", f"host {host!r} is not in the profile: {', '.join(hosts)}")


def _secrets(interactions: Sequence[Interaction], redaction: RedactionRules) -> Iterator[Problem]:
    scope = redact_scope(interactions, redaction)
    for refusal in scope.refusals:
        yield Problem(interactions[refusal.position].line, "secret", refusal.message)
    counts = Counter((each.position, each.rule) for each in scope.findings)
    for (position, rule), count in sorted(counts.items()):
        interaction = interactions[position]
        times = f", {count} times" if count > 1 else ""
        # Another tool's file is read without lines, and never written.
        mend = "recproxy scan --fix" if interaction.line else "remove it with its own tool, or import it"
        yield Problem(interaction.line, "secret", f"contains a value that the rule {rule!r} redacts{times}: {mend}")
