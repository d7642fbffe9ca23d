"""Answers from recordings in play, for whatever stands in for a client's transport. Knows no library that does so."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.formats.writing import sendable
from recproxy.http import received_request, takes_coded
from recproxy.matching.index import Index
from recproxy.matching.miss import Miss, miss
from recproxy.play.hooks import load_hooks
from recproxy.play.playback import Playback
from recproxy.play.shifted_times import shifted_times
from recproxy.recording import Interaction, Recording, Request, Response

__all__ = ["AnswerSource", "Answers", "request_of_client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSource:
    """What answers, and how: put into play anew each time `opened` is called; `secrets` are shown in no message.

    `given` are the values of the profile's variables, by name.
    """

    recordings: tuple[Recording, ...]
    profile: Profile
    match_on: tuple[str, ...] | None = None
    repeat: str | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    given: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def opened(self) -> Answers:
        """These recordings at their beginning. Raises RecproxyError for an unknown word of `match_on`."""
        return Answers(self)


class Answers:
    """Recordings in play in one test; safe to use from several threads."""

    def __init__(self, source: AnswerSource) -> None:
        recordings, rules = source.recordings, source.profile.rules()
        if source.match_on is not None:
            recordings = tuple(replace(recording, match_on=None) for recording in recordings)
            rules = replace(rules, match_on=source.match_on)
        self._profile = source.profile
        self._redaction = source.profile.redaction(source.secrets)
        self._hooks = load_hooks(source.profile.name, source.profile.hooks, self._redaction)
        index = Index(recordings, rules, source.profile.hosts, self._hooks.compare)
        profile, times = source.profile, shifted_times(source.profile.replay)
        self._playback = Playback(
            index, repeat=source.repeat, default=profile.match.repeat, given=source.given, times=times
        )
        self._lock = threading.Lock()

    @property
    def interactions(self) -> Sequence[Interaction]:
        """What is in play, by position."""
        return self._playback.index.interactions

    def fitting(self, request: Request) -> tuple[int, ...]:
        """The positions of all interactions that fit a request, the best first; nothing is played."""
        return self._playback.locate(request).positions

    def has(self, request: Request) -> bool:
        """Whether an interaction fits a request and is left to play, or a hook answers it."""
        return self._playback.has(self._playback.locate(request)) or self.made(request) is not None

    def take(self, request: Request) -> int | None:
        """Play the next interaction that fits; its position, or None where there is none, or its body is not stored."""
        with self._lock:
            candidates = self._playback.locate(request)
            position = self._playback.take(candidates)
            if position is None or self._playback.interaction(position).response.omitted is not None:
                return None
            if candidates.stateful:
                self._playback.bind(position, request)
            return position

    def recorded(self, position: int) -> Response:
        """The response of an interaction as it is recorded, plain and with its wild places."""
        return sendable(self._playback.interaction(position), coded=False)

    def response(self, position: int, request: Request, accepted: bytes | None = None) -> Response:
        """What an interaction that was taken gives to its request: filled in, of the right length, without chunks.

        Its body is coded if `accepted`, the client's Accept-Encoding, takes the coding; else it is plain. Raises
        HookError where the profile's hook does.
        """
        interaction = self._playback.interaction(position)
        with self._lock:
            response = self._playback.response(position)
            made = self._hooks.respond(request, response) if self._hooks.respond is not None else None
        return _sent(replace(interaction, response=made or response), accepted)

    def made(self, request: Request, accepted: bytes | None = None) -> Response | None:
        """What the profile's hook answers where nothing is recorded; None where it does not. Raises HookError."""
        if self._hooks.respond is None:
            return None
        with self._lock:
            made = self._hooks.respond(request, None)
        return _sent(Interaction(request=request, response=made), accepted) if made is not None else None

    def missed(self, request: Request) -> Miss:
        """Why a request has no answer; redacted, fit to be shown."""
        asked = request if self._hooks.compare is None else self._hooks.compare(request)
        shown = self._hooks.show(asked, self._redaction)
        used = self._playback.locate(request).positions
        return miss(
            self._playback.index,
            shown,
            bound=self._playback.bound,
            profile=self._profile.name,
            used=used,
            ways=self._profile.ways(folder=str(Path.cwd())),
        )


def _sent(interaction: Interaction, accepted: bytes | None) -> Response:
    plain = interaction.response.encoding is None
    headers = ((b"Accept-Encoding", accepted),) if accepted is not None else ()
    return sendable(interaction, coded=plain or (accepted is not None and takes_coded(interaction, headers)))


def request_of_client(
    method: str, url: str, headers: Mapping[str, object] | Iterable[tuple[str, object]], body: object
) -> Request:
    """A request of a client library as matching sees it; its headers and body may be of any type that one uses."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = tuple((name.encode(), line) for name, value in pairs for line in _lines(value))
    return received_request(method, url, lines, _bytes(body))


def _lines(value: object) -> Iterable[bytes]:
    values = value if isinstance(value, list | tuple) else [value]
    return [_bytes(each) for each in values]


def _bytes(value: object) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return b"".join(map(_bytes, value))
    return str(value).encode("utf-8", "surrogateescape")
