"""For a project's own tests of its recordings and profiles: no process, no socket.

`check_recordings` reads all recordings of a project and looks for what would hurt later. `Replay` answers requests
from recordings as a proxy would, in this process: which interaction a profile's rules choose, what its hooks make of it,
and what a miss says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.config.project import Project, find_project
from recproxy.config.variables import given_values
from recproxy.errors import NoMatch, ProfileError, RecordingError
from recproxy.matching.index import Index
from recproxy.matching.miss import miss
from recproxy.play.hooks import load_hooks
from recproxy.play.library import Library
from recproxy.play.playback import Playback
from recproxy.play.reading import read_recording
from recproxy.play.recording_names import recordings_below
from recproxy.play.shifted_times import shifted_times
from recproxy.recording import Interaction, Recording, Request, Response, dump
from recproxy.redaction.pipeline import redact
from recproxy.redaction.rules import Unsafe

__all__ = ["Replay", "check_recordings", "redacted"]


class Replay:
    """Recordings of one profile in play.

    Args:
        profile: its name, or the path of a profile.toml.
        recordings: paths, or names as a decorator has them.
        folder: where the project is looked for and what paths are relative to; the working directory by default.

    Raises:
        ProfileError: the profile is unknown or wrong.
        RecordingNotFound: a recording does not exist.
        RecordingError: one does not parse.
        HookError: a hook cannot be loaded, or *compare* raises for a recorded request.
    """

    def __init__(self, profile: str, *recordings: str | Path, folder: Path | None = None) -> None:
        folder = folder or Path.cwd()
        project = find_project(folder)
        self.profile = project.profile(profile)
        library = _library(project, self.profile)
        paths = [library.find(self.profile.name, str(name), beside=folder) for name in recordings]
        read = [read_recording(str(path)) for path in paths]
        self._redaction = self.profile.redaction()
        self._hooks = load_hooks(self.profile.name, self.profile.hooks, self._redaction)
        index = Index(read, self.profile.rules(), self.profile.hosts, self._hooks.compare)
        self._playback = Playback(
            index,
            default=self.profile.match.repeat,
            given=given_values(self.profile, os.environ),
            times=shifted_times(self.profile.replay),
        )

    def answer(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """The response to a request: the recorded one, its named wild places filled in, or what a hook makes of it.

        Raises:
            NoMatch: no recorded interaction fits; the closest one and all differences.
            HookError: a hook raised.
        """
        request = Request(
            method=method,
            url=url,
            headers=tuple((name.encode(), value.encode()) for name, value in (headers or {}).items()),
            body=body,
            wild=None,
        )
        candidates = self._playback.locate(request)
        position = self._playback.take(candidates)
        recorded = self._recorded(position, request, bind=candidates.stateful) if position is not None else None
        made = self._hooks.respond(request, recorded) if self._hooks.respond is not None else None
        response = made or recorded
        if response is None:
            raise NoMatch(self._miss(request, candidates.positions))
        return response

    def _recorded(self, position: int, request: Request, *, bind: bool) -> Response:
        if bind:
            self._playback.bind(position, request)
        return self._playback.response(position)

    def _miss(self, request: Request, used: Sequence[int]) -> str:
        asked = request if self._hooks.compare is None else self._hooks.compare(request)
        playback = self._playback
        shown = self._hooks.show(asked, self._redaction)
        return miss(
            playback.index,
            shown,
            bound=playback.bound,
            profile=self.profile.name,
            used=used,
            ways=self.profile.ways(folder=str(Path.cwd())),
        ).text()

    @property
    def unused(self) -> tuple[str, ...]:
        """The interactions that were not asked for: method, URL, file and line."""
        index = self._playback.index
        return tuple(_where(index, position) for position in self._playback.unused())


def redacted(profile: str, interaction: Interaction, *, secrets: Sequence[str] = (), folder: Path | None = None) -> str:
    """What recording would make of an interaction under a profile's `[redact]` and its hook: its text in a `.rec` file.

    Args:
        profile: its name, or the path of a profile.toml.
        interaction: as it came over the wire.
        secrets: values of the profile's credentials.
        folder: where the project is looked for; the working directory by default.

    Raises:
        Unsafe: a body cannot be read and may hold a secret, so that it would not be written.
        HookError: the profile's hook *redact* cannot be loaded, or raised.
    """
    found = find_project(folder or Path.cwd()).profile(profile)
    rules = found.redaction(secrets)
    kept = load_hooks(found.name, found.hooks, rules).hide(redact(interaction, rules).interaction)
    return dump(Recording(interactions=(kept,))).decode("utf-8", "surrogateescape")


def check_recordings(folder: Path | None = None, *, secrets: Sequence[str] = ()) -> None:
    """Read every recording of a project.

    Each must parse, be below a folder that is named after a profile, hold no secret that the profile's rules know,
    and each of its interactions must answer its own request.

    Args:
        folder: where the project is looked for; the working directory by default.
        secrets: values that must not occur.

    Raises:
        AssertionError: a line for each problem, with file and line; or there is no folder of recordings.
    """
    project = find_project(folder or Path.cwd())
    if not project.recordings.is_dir():
        raise AssertionError(f"{project.recordings}: there is no such folder, so that nothing was checked")
    problems = [problem for path in _files(project.recordings) for problem in _problems(project, path, secrets)]
    if problems:
        raise AssertionError("\n".join(problems))


def _problems(project: Project, path: Path, secrets: Sequence[str]) -> Iterator[str]:
    name = path.relative_to(project.recordings).parts[0]
    try:
        recording = read_recording(str(path))
        profile = project.profile(name)
        index = Index([recording], profile.rules(), profile.hosts)
    except (RecordingError, ProfileError) as problem:
        yield problem.message
        return
    for position, interaction in enumerate(index.interactions):
        at = index.where(position)
        if interaction.response.omitted is not None or interaction.request.omitted is not None:
            yield f"{at}: its body was too large to store: it cannot be replayed"
        elif position not in Playback(index).locate(_live(interaction, profile)):
            yield f"{at}: its own request does not match it"
        try:
            rules = {finding.rule for finding in redact(interaction, profile.redaction(secrets)).findings}
        except Unsafe as problem:
            yield f"{at}: {problem}"
            continue
        if rules:
            yield f"{at}: holds a secret by the rule {', '.join(sorted(rules))}"


def _live(interaction: Interaction, profile: Profile) -> Request:
    """A request that a recorded one was made of: what is wild there stands for itself."""
    url = interaction.request.url
    if url.startswith("/"):  # a recording of 2011
        url = f"https://{profile.hosts[0].removeprefix('*.')}{url}"
    return replace(interaction.request, url=url, wild=None)


def _files(folder: Path) -> list[Path]:
    return [path for path in recordings_below(folder) if ".journal" not in path.parts]


def _library(project: Project, profile: Profile) -> Library:
    return Library(project.recordings, {profile.name: profile.recordings})


def _where(index: Index, position: int) -> str:
    request = index.interactions[position].request
    return f"{request.method} {request.url} ({index.where(position)})"
