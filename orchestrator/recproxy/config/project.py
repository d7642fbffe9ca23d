"""A project: its `[tool.recproxy]`, where its recordings are, and which profiles it can use.

Finds pyproject.toml or recproxy.toml upwards from a folder, profiles by entry point, by path or inline, and merges
overrides key by key. Reads files once, at the door; knows nothing of processes.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from recproxy.config.installed import offers, only
from recproxy.config.keys import key
from recproxy.config.layers import ConfigLayer, Precedence, Setting, build, nested, settings
from recproxy.config.overlap import check_overlap
from recproxy.config.profile import Profile
from recproxy.config.profile_reading import layered_profile, profile_file, profile_folder, profile_settings
from recproxy.config.toml_files import TomlFile, read_toml
from recproxy.errors import ConfigurationError, ProfileError

__all__ = ["RECORDINGS", "Project", "find_project"]

#: Where recordings are, unless the project says otherwise.
RECORDINGS = "tests/functional/recordings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project says to recproxy in `[tool.recproxy]` or recproxy.toml.

    `root` is the folder of the file, or where the search began. `profiles` are those of a run that names none: the
    list `run` beside inline ones, the list `profiles` without.
    """

    profiles: tuple[str, ...] = key(
        "A list: the default profiles of a run. Tables: inline profiles and overrides, see below.",
        (),
        inline=Profile,
    )
    run: tuple[str, ...] = key(
        "The default profiles of a run if `profiles` contains tables. If it is empty, all profiles.", ()
    )
    recordings: Path = key("The folder of the recordings, relative to this file.", Path(RECORDINGS))
    unlisted: Literal["", "refuse", "pass"] = key(
        "What to do with hosts that no profile owns. Default: refuse them in replay and auto; tunnel them unread "
        "if a profile records or runs live.",
        "",
    )
    pass_hosts: tuple[str, ...] = key(
        "Hosts that are always reachable although no profile owns them: names, `*.NAME`.", ()
    )
    block_hosts: tuple[str, ...] = key(
        "Hosts that are refused in every mode without failing the run, besides the update and telemetry hosts of "
        "well-known tools: names, `*.NAME`.",
        (),
    )
    on_miss: Literal["fail", "warn"] = key("Whether a miss fails a run if the command passed.", "fail")
    on_refused: Literal["fail", "warn"] = key("Whether a refused host fails a run if the command passed.", "fail")
    java: bool = key(
        "Whether Java programs get the proxy and the CA, through `JAVA_TOOL_OPTIONS`. Each JVM then prints a line to "
        "stderr.",
        False,
    )
    max_age: float = key(
        "Days after which `recproxy check` reports a recording as old, by its `:recorded` line. `0`: never.", 0
    )
    root: Path
    inline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    source: TomlFile | None = None
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
        return self._profile(word, self._layers(word))

    def _profile(self, word: str, layers: Sequence[ConfigLayer]) -> Profile:
        file = Path(layers[0].file.path)
        if _is_path(word):
            found = layered_profile(layers, recordings=profile_folder(file), folders=self._folders(file))
            self._check_hooks(found)
            return found
        found = layered_profile(
            layers,
            name=word,
            recordings=profile_folder(file) if layers[0].precedence is Precedence.PACKAGE else None,
            folders=(str(self.root),) if word in self.inline else (),
        )
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

    def settings(self, word: str) -> list[Setting]:
        """The keys of a profile with their values and where each comes from. Raises as `profile` does."""
        layers = self._layers(word)
        self._profile(word, layers)
        return profile_settings(layers, None if _is_path(word) else word)

    def own_settings(self) -> list[Setting]:
        """The project's own keys with their values and where each comes from."""
        return list(settings(Project, [_project_layer(self.source, self.keys)] if self.source else []))

    def _layers(self, word: str) -> list[ConfigLayer]:
        """The tables that make a profile: that of its file, and the project's own above it."""
        if _is_path(word):
            return [_package_layer(profile_file(Path(word)))]
        installed = offers().get(word)
        if installed is None and word not in self.inline:
            raise ProfileError(self._unknown(word))
        if installed is None and not self._stands_alone(word):
            raise self._baseless(word)
        if word not in self.inline:
            self._check_mistyped(word)
        layers = [_package_layer(only(installed).file())] if installed else []
        if word in self.inline and self.source is not None:
            file = replace(self.source, error=ProfileError)
            layers.append(_project_layer(file, (*self.keys, "profiles", word)))
        return layers

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

    def _check_hooks(self, profile: Profile) -> None:
        """Refuse hooks of a profile.toml outside the project, whose modules could not be found."""
        for place in profile.hooks.places.values() if not profile.hooks.folders else ():
            raise ProfileError(
                f"{place}: hooks are loaded from installed packages and from the project, {self.root}: install the "
                "package of this profile, or move it there"
            )

    def _folders(self, path: Path) -> tuple[str, ...]:
        """Where hooks of a profile.toml in the project may be: beside its outermost package, and in the project."""
        if not path.resolve().is_relative_to(self.root.resolve()):
            return ()
        folder = path.resolve().parent
        while (folder / "__init__.py").is_file():
            folder = folder.parent
        return tuple(dict.fromkeys((str(folder), str(self.root))))

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
        nearest = _nearest(word, sorted(offers()))
        place = self.source.place((*self.keys, "profiles", word))
        return ProfileError(
            f"{place}: profile {word!r} has no endpoint, and none of that name is installed{nearest}: "
            "correct the name, install it, or add [[endpoints]] with hosts"
        )

    def _unknown(self, word: str) -> str:
        known = sorted({*self.inline, *offers()})
        if not known:
            return f"unknown profile {word!r}: no profile is installed and none is in {self.place_of_new()}"
        names = f"{', '.join(known)}{_nearest(word, known)}"
        return f"unknown profile {word!r}: known are {names}; install one or write it inline"


def find_project(start: Path) -> Project:
    """The project that `start` belongs to: the nearest recproxy.toml or pyproject.toml with [tool.recproxy] upwards.

    Raises:
        ConfigurationError: that file is no TOML, or its table is wrong.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        own = folder / "recproxy.toml"
        if own.is_file():
            return _read_project(read_toml(own, ConfigurationError), folder, ())
        shared = folder / "pyproject.toml"
        if shared.is_file():
            file = read_toml(shared, ConfigurationError)
            if file.at(("tool", "recproxy")) is not None:
                return _read_project(file, folder, ("tool", "recproxy"))
    return Project(root=start, recordings=start / RECORDINGS)


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (nearest: {near[0]})" if near else ""


def _is_path(word: str) -> bool:
    return "/" in word or word.endswith(".toml")


def _package_layer(file: Path) -> ConfigLayer:
    return ConfigLayer(precedence=Precedence.PACKAGE, file=read_toml(file, ProfileError))


def _project_layer(file: TomlFile, keys: tuple[str, ...]) -> ConfigLayer:
    return ConfigLayer(precedence=Precedence.PROJECT, file=file, keys=keys)


def _read_project(file: TomlFile, root: Path, keys: tuple[str, ...]) -> Project:
    layer = _project_layer(file, keys)
    if not isinstance(layer.at(()), dict):
        raise layer.fail((), f"{layer.named(())} must be a table")
    found = nested(settings(Project, [layer]))
    # One key, two forms, since TOML allows a name only once: a list chooses profiles, a table holds inline ones.
    inline = layer.at(("profiles",)) if "profiles" not in found else {}
    if found["run"] and not inline:
        raise layer.fail(
            ("run",), f"{layer.named(('run',))} goes with profiles that are tables: write the list as `profiles`"
        )
    if inline:
        found["profiles"] = found["run"]
    found["recordings"] = root / (found["recordings"] or RECORDINGS)
    return build(Project, {**found, "root": root, "inline": inline, "source": file, "keys": keys})
