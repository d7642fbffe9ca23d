"""What is wrong with a recording that parses.

Interactions that steal from each other or are never played, wild words that swallow a body, secrets left, age.

Pure: a recording and the rules of its profile in, findings out. The recording is asked as its tests ask it: scope by
scope, with the recorded requests in order, their wild places filled with what was bound before, or with a sample.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from recproxy.http import authority_host, fits
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.compare import difference
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_exchanges import read_imap_exchanges
from recproxy.play.playback import Playback
from recproxy.play.secret_lines import secret_line
from recproxy.recording import Interaction, Recording, Request, Response, fill, named_places, pattern
from recproxy.recording.counting import counted
from recproxy.recording.fresh_names import fresh_value
from recproxy.recording.message_coding import MessageError, is_message_coding
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

__all__ = ["Problem", "check_recording", "sample_request"]

#: What stands in a wild place when an interaction is asked with its own request.
#: A value that a string, a number and bytes in base64 can have.
_MESSAGE_SAMPLE = b"1111"
_SAMPLE = "sample-of-anything"
#: Interactions of a group that are compared pairwise: 300 are 45,000 comparisons, and 3,000 would be a hundred times as many.
_MOST_COMPARED = 300
_NOTHING: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend: its line or that of the interaction, a word for the kind, and a sentence."""

    line: int
    kind: str
    message: str


def check_recording(
    recording: Recording,
    *,
    rules: Rules,
    redaction: RedactionRules | None,
    hosts: Sequence[str] = (),
    max_age: float = 0,
    today: dt.date,
    lines: Sequence[bytes] = (),
    mend: str = "recproxy scan --fix",
) -> list[Problem]:
    """The problems of a recording, by line.

    Args:
        recording: what was read.
        rules: the matching of its profile.
        redaction: the redaction of its profile; with None no secrets are looked for.
        hosts: the profile's host patterns; none means any host is right.
        max_age: days after which an interaction is too old; 0 means never.
        today: the day it is.
        lines: those of the file, which lead to what is secret there.
        mend: what takes a secret out of the file.
    """
    index = Index([recording], rules, hosts)
    found: list[Problem] = list(_overlaps(index, rules))
    if redaction is not None:
        found += _secrets(recording.interactions, redaction, lines, mend)
    for own, others in _by_scope(recording):
        found += _replayed(Index([replace(recording, interactions=(*own, *others))], rules, hosts), len(own))
    for interaction in recording.interactions:
        found += _alone(interaction, hosts, recording.format)
        if max_age and interaction.recorded and (today - interaction.recorded).days > max_age:
            days = (today - interaction.recorded).days
            found.append(
                Problem(interaction.line, "age", f"recorded {counted(days, 'day')} ago, and max_age is {max_age:g}")
            )
    return sorted(found, key=lambda each: each.line)


def _by_scope(recording: Recording) -> Iterator[tuple[Sequence[Interaction], Sequence[Interaction]]]:
    """The interactions of each scope, and the others that it may play: those of no scope, and for these all.

    With all of them for each scope, time would grow with the square of their number.
    """
    scopes: dict[str | None, list[Interaction]] = {}
    for interaction in recording.interactions:
        scopes.setdefault(interaction.scope, []).append(interaction)
    shared = scopes.pop(None, [])
    if shared:
        yield shared, [each for own in scopes.values() for each in own]
    for own in scopes.values():
        yield own, shared


def _replayed(index: Index, asked: int) -> Iterator[Problem]:
    """Ask with the first requests in recorded order, as the test of their scope does: each must find its own interaction."""
    playback = Playback(index)
    for position, interaction in enumerate(index.interactions[:asked]):
        request = sample_request(interaction.request, playback.bound)
        if position not in playback.locate(request):
            yield Problem(interaction.line, "never", "no request can match it, not even its own")
            continue
        playback.bind(position, request)
        playback.response(position)


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
            ours = {each.field for each in difference(first, sample_request(second.request), rules)}
            theirs = {each.field for each in difference(second, sample_request(first.request), rules)}
            if ours and theirs and not ours & theirs:
                yield Problem(
                    second.line,
                    "steals",
                    f"some requests match both it and {index.where(one)} : write out the values that differ",
                )


def sample_request(request: Request, bound: Mapping[str, bytes] = _NOTHING) -> Request:
    """A live request that this recorded one was made for; named places that are `bound` hold their value."""
    word = request.wild
    if word is None:
        return request

    def filled(text: bytes) -> bytes:
        found = pattern(text, word)
        if found is None:
            return text
        names = (name for name in found.names if name is not None)
        values = {name: bound.get(name) or fresh_value(name, _SAMPLE) or f"{_SAMPLE}-{name}".encode() for name in names}
        return fill(text, word, values).replace(word.encode(), _SAMPLE.encode())

    url = request.url if "://" in request.url else f"http://any.example{request.url}"
    return replace(
        request,
        url=filled(url.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape"),
        headers=tuple((name, filled(value)) for name, value in request.headers),
        body=filled(request.body),
        wild=None,
    )


def _alone(interaction: Interaction, hosts: Sequence[str], version: int) -> Iterator[Problem]:
    request, response = interaction.request, interaction.response
    if interaction.steps and request.method == "IMAP":
        conversation = read_imap_exchanges(interaction)
        if conversation.problem:
            yield Problem(conversation.problem_line, "never", f"{conversation.problem}; what follows is not played")
    if request.wild is not None and request.body.strip() == request.wild.encode():
        yield Problem(interaction.line, "swallows", f"{request.wild} matches the whole body: any body fits")
    if response.omitted is not None:
        yield Problem(interaction.line, "never", f"its body of {counted(response.omitted, 'byte')} was not stored")
    if is_message_coding(response.encoding) and (wrong := _unsendable(response)):
        yield Problem(interaction.response_line, "never", f"the messages of its response cannot be sent: {wrong}")
    if interaction.webhook is not None:
        return  # its host is a name in the profile
    host = authority_host(request.url.partition("://")[2].partition("/")[0].partition("?")[0])
    wild = request.wild is not None and request.wild.lower() in host
    if version != 1 and hosts and not wild and not any(fits(pattern, host) for pattern in hosts):
        yield Problem(interaction.line, "never", f"host {host!r} is not in the profile: {', '.join(hosts)}")


def _unsendable(response: Response) -> str:
    """Why the messages of a response cannot be written back; empty where they can."""
    from recproxy.grpc.bodies import on_the_wire  # noqa: PLC0415 - most services have no gRPC

    values = {name: _MESSAGE_SAMPLE for name, _, _ in named_places(response.body, response.wild or "XXX")}
    try:
        on_the_wire(replace(response, body=fill(response.body, response.wild, values)))
    except MessageError as problem:
        return str(problem)
    return ""


def _secrets(
    interactions: Sequence[Interaction], redaction: RedactionRules, lines: Sequence[bytes], mend: str
) -> Iterator[Problem]:
    scope = redact_scope(interactions, redaction)
    for refusal in scope.refusals:
        yield Problem(interactions[refusal.position].line, "secret", refusal.message)
    found = ((secret_line(each, interactions, lines), f"{each.rule} in {each.place}") for each in scope.findings)
    for line, message in dict.fromkeys(found):
        yield Problem(line, "secret", f"{message}: {mend}")
