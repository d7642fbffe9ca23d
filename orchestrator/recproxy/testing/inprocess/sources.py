"""Which recordings answer, by the words of a test: paths, names, or recordings themselves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.project import Project, find_project
from recproxy.config.variables import given_values, secret_values
from recproxy.errors import RecordingNotFound
from recproxy.play.library import Library
from recproxy.play.reading import read_recording
from recproxy.recording import Recording
from recproxy.testing.inprocess.answers import AnswerSource

__all__ = ["RecordingLike", "source_of"]

#: A recording, the path of one, or several.
RecordingLike: TypeAlias = str | os.PathLike[str] | Recording | Sequence[str | os.PathLike[str] | Recording]

#: Where no profile is named and none owns the recording. Its name stands in advice, for the user to fill in.
_ANY = Profile(name="PROFILE", endpoints=(Endpoint(hosts=("*",)),))


def source_of(
    wanted: RecordingLike, *, profile: str | None, match_on: Sequence[str] | None, repeat: str | None
) -> AnswerSource:
    """The recordings that are wanted, with the rules of their profile.

    Raises RecproxyError: a recording is nowhere or cannot be read, or the profile is unknown.
    """
    if isinstance(match_on, str):
        raise TypeError("match_on is a list of words, not one word")
    if repeat not in (None, "last", "miss", "cycle"):
        raise ValueError(f"repeat is last, miss or cycle, not {repeat!r}")
    project = find_project(Path.cwd())
    chosen = project.profile(profile) if profile is not None else None
    each = [wanted] if isinstance(wanted, str | os.PathLike | Recording) else list(wanted)
    found = [one if isinstance(one, Recording) else _path(os.fspath(one), chosen, project) for one in each]
    paths = [one for one in found if isinstance(one, Path)]
    if chosen is None and paths:
        chosen = project.owner(paths[0])
    return AnswerSource(
        recordings=tuple(one if isinstance(one, Recording) else read_recording(str(one)) for one in found),
        profile=chosen or _ANY,
        secrets=secret_values((chosen or _ANY,), os.environ),
        given=given_values(chosen or _ANY, os.environ),
        match_on=tuple(match_on) if match_on is not None else None,
        repeat=repeat,
    )


def _path(name: str, profile: Profile | None, project: Project) -> Path:
    """The file that a name means: a path, or what a decorator would find for the profile."""
    if profile is not None:
        library = Library(project.recordings, {profile.name: profile.recordings})
        return library.find(profile.name, name, beside=Path.cwd())
    path = Path(name)
    if not path.exists():
        raise RecordingNotFound(f"recording {name!r} does not exist; name a path, or the profile whose recording it is")
    return path
