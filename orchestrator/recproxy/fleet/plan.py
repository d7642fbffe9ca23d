"""What a run is to do: profiles, each with its mode, and the recordings named for the whole run.

Made once, at the door, from the project and the command's words; frozen from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.library import Library
from recproxy.profile import Profile
from recproxy.project import Project

__all__ = ["MODES", "Plan", "make_plan"]

#: The modes this version runs.
MODES = ("replay",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run: `recordings` are the files in play for a profile where no test names one."""

    project: Project
    mode: str
    profiles: tuple[Profile, ...]
    library: Library
    recordings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def passes_unlisted(self) -> bool:
        """Whether hosts that no profile owns may be reached."""
        return self.project.unlisted == "pass"


def make_plan(
    project: Project,
    *,
    mode: str,
    profiles: Sequence[str] = (),
    recordings: Sequence[str] = (),
    folder: Path,
) -> Plan:
    """The plan for a command's words.

    Args:
        project: whose profiles and recordings.
        mode: one of MODES.
        profiles: names or paths; none means the configured ones.
        recordings: words of the form PROFILE=PATH.
        folder: the working directory, which paths are relative to.

    Raises:
        ConfigurationError: a word is wrong.
        ProfileError: a profile is unknown or wrong.
        RecordingNotFound: a named recording does not exist.
    """
    loaded = project.load(profiles or project.default_profiles())
    if not loaded:
        raise ConfigurationError(
            "no profile to run: install one (recproxy-twitter, say) or write one in [tool.recproxy.profiles.NAME]"
        )
    library = Library(project.recordings, {profile.name: profile.recordings for profile in loaded})
    names = [profile.name for profile in loaded]
    named: dict[str, tuple[str, ...]] = {}
    for word in recordings:
        profile, equals, path = word.partition("=")
        if not equals or not path:
            raise ConfigurationError(f"--recordings {word}: write it as PROFILE=PATH")
        if profile not in names:
            raise ConfigurationError(
                f"--recordings {word}: profile {profile!r} is not in this run, which has {', '.join(names)}"
            )
        found = library.find(profile, path, beside=folder)
        named[profile] = (*named.get(profile, ()), str(found))
    return Plan(project=project, mode=mode, profiles=loaded, library=library, recordings=named)
