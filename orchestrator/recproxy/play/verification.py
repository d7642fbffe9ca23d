"""What is asked of the real service for a recording, and how its answer differs from the recorded one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from recproxy.config.profile import Profile
from recproxy.control.host_names import is_loopback
from recproxy.http import authority_host, fits
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.change import Change, ChangeKind
from recproxy.play.imap_exchanges import read_imap_exchanges
from recproxy.play.recording_difference import compare_interactions
from recproxy.play.request_filling import names_in
from recproxy.recording import WEBSOCKET, Interaction, Recording, Response
from recproxy.recording.request_patterns import PATTERN_SYNTAX, SAFE_METHODS, request_patterns
from recproxy.recording.streams import is_stream
from recproxy.recording.values import CUT_SHORT, MADE_BY_INIT, WILD

__all__ = [
    "VerifiedScope",
    "WhatToAsk",
    "conversation_refusal",
    "drift_of",
    "is_request_pattern",
    "request_of_interaction",
    "scopes_of",
]

_ALL = "all"
#: Commands of IMAP that change mailboxes, or what is in them.
_CHANGING = frozenset(
    (b"STORE", b"COPY", b"MOVE", b"EXPUNGE", b"APPEND", b"CREATE", b"DELETE", b"RENAME", b"SUBSCRIBE", b"UNSUBSCRIBE")
)
#: The place of a member of a list ends with its number.
_NUMBER = lazy_pattern(r"/\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatToAsk:
    """Which requests are asked: `unsafe` ones may change something, those of `skip` are left out."""

    unsafe: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def refusal(self, interaction: Interaction, profile: Profile) -> str:
        """Why a request is left out; empty where it is asked."""
        request, response = interaction.request, interaction.response
        parts = urlsplit(request.url)
        place = parts.path or "/"
        if _covers(self.skip, request.method, place):
            return "the profile says skip"
        if request.method not in SAFE_METHODS and not _covers(self.unsafe, request.method, place):
            return f'{request.method} may change something: --unsafe "{request.method} {place}" asks it'
        host = authority_host(parts.netloc.rpartition("@")[2])
        if not any(fits(pattern, host) for pattern in profile.hosts):
            return f"{host or 'its host'} is no host of profile {profile.name!r}"
        if parts.scheme == "http" and not is_loopback(host) and not profile.upstream.address and _has_wild(interaction):
            return "plain http would show its credentials on the way"
        if response.fault:
            return "its answer is a fault on purpose"
        if response.status == 101:
            return "it opens a WebSocket"
        if request.omitted is not None or CUT_SHORT in interaction.comments:
            return "its body was not recorded"
        return ""


def conversation_refusal(conversation: Interaction) -> str:
    """Why a conversation is left out: none is asked again."""
    if conversation.protocol == WEBSOCKET:
        return "not asked, because it opens a WebSocket"
    if conversation.request.method == "SMTP":
        return "not asked, because it would send mail"
    for exchange in read_imap_exchanges(conversation).exchanges:
        name = exchange.meaning.name.removeprefix(b"UID ")
        if name in _CHANGING:
            return f"not asked, because {name.decode()} would change a mailbox"
    return "not asked, because verify does not log in to mail servers"


@dataclass(slots=True, kw_only=True)
class VerifiedScope:
    """The interactions of one scope of one file, in recorded order; `made_by_init`: no service has said them."""

    path: Path
    name: str
    made_by_init: bool = False
    interactions: list[Interaction] = field(default_factory=list)

    def handing_out(self, name: str) -> Interaction | None:
        """The interaction whose answer hands out a named value."""
        word = f"XXX[{name}]".encode()
        for each in self.interactions:
            texts = (each.response.body, *(value for _, value in each.response.headers))
            if any(word in text for text in texts):
                return each
        return None


def scopes_of(path: Path, recording: Recording) -> list[VerifiedScope]:
    """The scopes of a recording, in the order of the file."""
    scopes: dict[str, VerifiedScope] = {}
    for interaction in recording.interactions:
        name = interaction.scope or path.stem
        is_made = not interaction.scope and MADE_BY_INIT in recording.comments
        scope = scopes.setdefault(name, VerifiedScope(path=path, name=name, made_by_init=is_made))
        scope.interactions.append(interaction)
    return list(scopes.values())


def request_of_interaction(interaction: Interaction, profile: Profile) -> Interaction:
    """The interaction with an absolute URL: a file of 2011 has paths, of the first host of the profile."""
    url = interaction.request.url
    if not url.startswith("/"):
        return interaction
    host = next((each for each in profile.hosts if "*" not in each), "")
    return replace(interaction, request=replace(interaction.request, url=f"https://{host}{url}"))


def drift_of(recorded: Sequence[Interaction], live: Response, *, declared: bool = False) -> tuple[Change, ...]:
    """How a masked live answer differs from that of the recorded interactions it differs from least.

    They are those of one request in one scope: which of several answers would come now is chance. Headers that are new in
    each response are left out, and values of which one is masked; another number of members of a list is no structure. Of
    a stream, also one that the profile has `declared`, the body is not compared.
    """
    found = [
        tuple(sorted(_changes(each, live, declared=declared), key=lambda change: change.kind)) for each in recorded
    ]
    return min(found, key=lambda changes: (_weight(changes), len(changes)))


def _weight(changes: Sequence[Change]) -> int:
    return sum(change.kind is ChangeKind.STRUCTURE for change in changes)


def _changes(recorded: Interaction, live: Response, *, declared: bool) -> Iterator[Change]:
    before = recorded.response
    whole = before.omitted is None and live.omitted is None and not (declared or is_stream(before.headers))
    if not whole or recorded.request.method == "HEAD":
        before, live = replace(before, body=b""), replace(live, body=b"")
    for change in compare_interactions(replace(recorded, response=before), replace(recorded, response=live)):
        if change.kind is ChangeKind.VOLATILE or any(side and WILD in side for side in (change.before, change.after)):
            continue
        is_member = _NUMBER.search(change.place) and None in (change.before, change.after)
        yield replace(change, kind=ChangeKind.VALUE) if is_member else change


def _has_wild(interaction: Interaction) -> bool:
    request = interaction.request
    word = (request.wild or "XXX").encode()
    return any(True for _ in names_in(request)) or any(word in value for _, value in request.headers)


def is_request_pattern(text: str) -> bool:
    """Whether a text is a method, a method and a path, or all requests."""
    return text == _ALL or re.fullmatch(PATTERN_SYNTAX, text) is not None


def _covers(patterns: Sequence[str], method: str, path: str) -> bool:
    """Whether one of the patterns such as `POST /oauth2/*` covers a request; `all` covers each."""
    found = request_patterns(each for each in patterns if each != _ALL)
    return _ALL in patterns or (found is not None and found.match(f"{method} {path}") is not None)
