"""A project: its `[tool.recproxy]`, where its recordings are, and which profiles it can use.

Finds pyproject.toml or recproxy.toml upwards from a folder, profiles by entry point, by path or inline, and merges
overrides key by key. Reads files once, at the door; knows nothing of processes.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recproxy.config.declared import Key, Keys, read
from recproxy.config.installed import offers, only
from recproxy.config.overlap import check_overlap
from recproxy.config.profile import PROFILE, Profile, parse_profile, profile_file, profile_folder
from recproxy.config.settings import Layer, Precedence, Setting, settings
from recproxy.config.tables import Source, Table, merged, read_toml
from recproxy.errors import ConfigurationError, ProfileError

__all__ = ["PROJECT", "PROJECT_INLINE", "RECORDINGS", "Project", "find_project"]

#: Where recordings are, unless the project says otherwise.
RECORDINGS = "tests/functional/recordings"

_PLAIN: dict[str, Key | Keys] = {
    "run": Key(kind="strings", says="The profiles of a run that names none, where `profiles` is tables."),
    "recordings": Key(kind="string", default=RECORDINGS, says="The folder of recordings, relative to the file."),
    "unlisted": Key(
        kind="choice",
        choices=("", "refuse", "pass"),
        says="What becomes of hosts that no profile owns; without it they pass where a profile records or runs live.",
    ),
    "pass_hosts": Key(kind="strings", says="Hosts that may be reached although no profile owns them: names, *.NAME."),
    "on_miss": Key(kind="choice", choices=("fail", "warn"), says="Whether a miss fails a run whose command passed."),
    "max_age": Key(kind="number", default=0, says="Days after which a recording is old; 0 is never."),
}
#: The keys of a project that lists its profiles, and of one that holds some itself.
PROJECT = Keys(
    says="What a project says to recproxy: [tool.recproxy], or recproxy.toml.",
    keys={"profiles": Key(kind="strings", says="The profiles of a run that names none."), **_PLAIN},
)
PROJECT_INLINE = Keys(
    says=PROJECT.says,
    keys={"profiles": Key(kind="tables", says="Profiles of its own, and overrides of installed ones."), **_PLAIN},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What `[tool.recproxy]` says, with its defaults; `root` is the folder of the file, or where the search began.

    `profiles` are those of a run that names none: the list `run` beside inline ones, the list `profiles` without.
    """

    root: Path
    profiles: tuple[str, ...] = ()
    recordings: Path
    unlisted: str = ""
    pass_hosts: tuple[str, ...] = ()
    on_miss: str = "fail"
    max_age: float = 0
    inline: dict[str, dict[str, Any]]
    source: Source | None = None
    keys: tuple[str, ...] = ()

    @property
    def choice_key(self) -> str:
        """The key that chooses the profiles of a run."""
        return "run" if self.inline else "profiles"

    def profile(self, word: str) -> Profile:
        """A profile by its name, or by the path of a profile.toml or its folder.

        Raises:
            ProfileError: there is none, or it is wrong.
        """
        if "/" in word or word.endswith(".toml"):
            return self._by_path(word)
        found = self._by_name(word)
        if self.profiles and not self.inline:  # a list leaves no room for tables
            return found
        return replace(found, file=self._file, keys=(*self.keys, "profiles", word))

    @property
    def _file(self) -> str:
        return Path(self.source.path).name if self.source is not None else "recproxy.toml"

    def place_of_new(self) -> str:
        """Where a project writes one more profile."""
        if self.profiles and not self.inline:
            return f"a profile.toml that profiles of {self._file} names"
        return f"[{'.'.join((*self.keys, 'profiles', 'NAME'))}] of {self._file}"

    def _by_name(self, word: str) -> Profile:
        installed = offers().get(word)
        inline = self.inline.get(word)
        if installed is None and inline is None:
            raise ProfileError(self._unknown(word))
        if installed is None:
            if not self._stands_alone(word):
                raise self._baseless(word)
            return self._inline(word)
        if inline is None:
            self._check_mistyped(word)
        path = only(installed).file()
        values, source = read_toml(path, ProfileError)
        if inline is not None and self.source is not None:
            # Both are read alone first, so that an error names the file it stands in.
            below = parse_profile(values, source, name=word, recordings=profile_folder(path))
            above = self._inline(word, partial=True)
            both = parse_profile(merged(values, inline), source, name=word, recordings=below.recordings)
            hooks = above.hooks
            # A file is relative to the one that names it.
            named = above.upstream if "ca" in inline.get("upstream", {}) else below.upstream
            return replace(
                both,
                hooks=replace(both.hooks, places={**below.hooks.places, **hooks.places}, folders=hooks.folders),
                upstream=replace(both.upstream, ca=named.ca, ca_place=named.ca_place),
            )
        return parse_profile(values, source, name=word, recordings=profile_folder(path))

    def settings(self, word: str) -> list[Setting]:
        """The keys of a profile, as they are in effect, each with who says it. Raises as `profile` does."""
        profile = self.profile(word)
        layers: list[Layer] = []
        if "/" in word or word.endswith(".toml"):
            layers.append(_layer(Path(profile.origin)))
        elif installed := offers().get(word):
            layers.append(_layer(only(installed).file()))
        if self.source is not None and word in self.inline:
            keys = (*self.keys, "profiles", word)
            inline = self.inline[word]
            layers.append(Layer(precedence=Precedence.PROJECT, values=inline, source=self.source, keys=keys))
        return [
            replace(each, value=profile.name) if each.key == ("name",) and not each.value else each
            for each in settings(PROFILE, layers)
        ]

    def own_settings(self) -> list[Setting]:
        """The project's own keys, as they are in effect, each with who says it."""
        layers: list[Layer] = []
        if self.source is not None:
            values = tomllib.loads(self.source.text)
            for key in self.keys:
                values = values[key]
            layers.append(Layer(precedence=Precedence.PROJECT, values=values, source=self.source, keys=self.keys))
        return list(settings(PROJECT_INLINE if self.inline else PROJECT, layers))

    def owner(self, recording: Path) -> Profile | None:
        """The profile that a recording belongs to, told by the folders it stands in; None where none does."""
        for part in reversed(recording.resolve().parent.parts):
            word = part.removeprefix("recproxy_")
            if word in self.inline or word in offers():
                return self.profile(word)
        return None

    def default_profiles(self) -> tuple[str, ...]:
        """The configured profiles, or else every inline and installed one."""
        if self.profiles:
            return self.profiles
        return tuple(sorted({*self.inline, *offers()}))

    def load(self, words: Sequence[str]) -> tuple[Profile, ...]:
        """The profiles of these words, in order, each once.

        Raises:
            ProfileError: one is unknown or wrong, or two own the same host.
        """
        profiles: dict[str, Profile] = {}
        for word in words:
            profile = self.profile(word)
            known = profiles.setdefault(profile.name, profile)
            if Path(known.origin).resolve() != Path(profile.origin).resolve():
                raise ProfileError(
                    f"two profiles are named {profile.name!r}, of {known.origin} and {profile.origin}: choose one"
                )
        check_overlap(tuple(profiles.values()))
        return tuple(profiles.values())

    def _by_path(self, word: str) -> Profile:
        path = profile_file(Path(word))
        values, source = read_toml(path, ProfileError)
        profile = parse_profile(values, source, recordings=profile_folder(path), folders=self._folders(path))
        for place in profile.hooks.places.values() if not profile.hooks.folders else ():
            raise ProfileError(
                f"{place}: hooks are loaded from installed packages and from the project, {self.root}: install the "
                "package of this profile, or move it there"
            )
        return profile

    def _folders(self, path: Path) -> tuple[str, ...]:
        """Where hooks of a profile.toml in the project may be: beside its outermost package, and in the project."""
        if not path.resolve().is_relative_to(self.root.resolve()):
            return ()
        folder = path.resolve().parent
        while (folder / "__init__.py").is_file():
            folder = folder.parent
        return tuple(dict.fromkeys((str(folder), str(self.root))))

    def _inline(self, word: str, *, partial: bool = False) -> Profile:
        assert self.source is not None
        source = Source(self.source.path, self.source.text, ProfileError)
        keys = (*self.keys, "profiles", word)
        return parse_profile(
            self.inline[word], source, keys=keys, name=word, partial=partial, folders=(str(self.root),)
        )

    def _stands_alone(self, word: str) -> bool:
        """Whether an inline table is a profile, and no override of one."""
        return "endpoints" in self.inline[word]

    def _check_mistyped(self, word: str) -> None:
        """Refuse an override of nothing that was meant for this installed profile: it would be passed over."""
        baseless = [name for name in self.inline if name not in offers() and not self._stands_alone(name)]
        for near in difflib.get_close_matches(word, baseless, n=1, cutoff=0.8):
            raise self._baseless(near)

    def _baseless(self, word: str) -> ProfileError:
        assert self.source is not None
        near = difflib.get_close_matches(word, sorted(offers()), n=1)
        nearest = f" (nearest: {near[0]})" if near else ""
        place = self.source.place((*self.keys, "profiles", word))
        return ProfileError(
            f"{place}: profile {word!r} has no endpoint, and none of that name is installed{nearest}: "
            "mend the name, install it, or add [[endpoints]] with hosts"
        )

    def _unknown(self, word: str) -> str:
        known = sorted({*self.inline, *offers()})
        if not known:
            return f"unknown profile {word!r}: no profile is installed and none is in {self.place_of_new()}"
        near = difflib.get_close_matches(word, known, n=1)
        nearest = f" (nearest: {near[0]})" if near else ""
        return f"unknown profile {word!r}: known are {', '.join(known)}{nearest}; install one or write it inline"


def find_project(start: Path) -> Project:
    """The project that `start` belongs to: the nearest recproxy.toml or pyproject.toml with [tool.recproxy] upwards.

    Raises:
        ConfigurationError: that file is no TOML, or its table is wrong.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        own = folder / "recproxy.toml"
        if own.is_file():
            values, source = read_toml(own, ConfigurationError)
            return _parse(values, source, folder, ())
        shared = folder / "pyproject.toml"
        if shared.is_file():
            values, source = read_toml(shared, ConfigurationError)
            tool = values.get("tool", {})
            if isinstance(tool, dict) and "recproxy" in tool:
                return _parse(tool["recproxy"], source, folder, ("tool", "recproxy"))
    return Project(root=start, recordings=start / RECORDINGS, inline={})


def _layer(file: Path) -> Layer:
    values, source = read_toml(file, ProfileError)
    return Layer(precedence=Precedence.PACKAGE, values=values, source=source)


def _parse(values: Any, source: Source, root: Path, keys: tuple[str, ...]) -> Project:
    if not isinstance(values, dict):
        raise source.fail(keys, f"{'.'.join(keys)} must be a table")
    # One key, two forms, since TOML allows a name only once: a list chooses profiles, a table holds inline ones.
    inline = isinstance(values.get("profiles"), dict)
    declared = PROJECT_INLINE if inline else PROJECT
    table = Table(values, source, keys)
    found = read(declared, table)
    if found["run"] and not inline:
        raise table.fail(
            "run", f"{table.named('run')} goes with profiles that are tables: write the list as `profiles`"
        )
    return Project(
        root=root,
        profiles=found["run"] if inline else found["profiles"],
        recordings=root / (found["recordings"] or RECORDINGS),
        unlisted=found["unlisted"],
        pass_hosts=found["pass_hosts"],
        on_miss=found["on_miss"],
        max_age=found["max_age"],
        inline=found["profiles"] if inline else {},
        source=source,
        keys=keys,
    )
