"""A project: its `[tool.recproxy]`, where its recordings are, and which profiles it can use.

Finds pyproject.toml or recproxy.toml upwards from a folder, profiles by entry point, by path or inline, and merges
overrides key by key. Reads files once, at the door; knows nothing of processes.
"""

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from recproxy.config.installed import offers, only
from recproxy.config.keys import Computed, OrTables, nearest_word
from recproxy.config.layers import Setting, build, nested, settings
from recproxy.config.overlap import check_overlap
from recproxy.config.profile import Profile
from recproxy.config.profile_reading import parse_profile, profile_file, profile_folder, profile_names
from recproxy.config.profile_words import PORT
from recproxy.config.toml_files import Precedence, TomlFile, read_toml
from recproxy.config.unknown_profile import defining_step, unknown_profile
from recproxy.control.shown_paths import shown_path
from recproxy.errors import ConfigurationError, ProfileError
from recproxy.lazy.dataclass import dataclass

__all__ = ["RECORDINGS", "Project", "find_project", "is_profile_path"]

#: Where recordings are, unless the project says otherwise.
RECORDINGS = "tests/functional/recordings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project says to recproxy in `[tool.recproxy]` or recproxy.toml.

    `root` is the folder of the file, `source`, or where the search began. `profiles` are those of a run that names
    none: the list `run` beside `inline` ones, the list `profiles` without. `settings` are its keys with their sources.
    """

    profiles: Annotated[tuple[str, ...], OrTables(Profile)] = ()
    """A list: the default profiles of a run. Tables: inline profiles and overrides, see below."""
    run: tuple[str, ...] = ()
    """The default profiles of a run, also where `profiles` contains tables. If it is empty, all profiles."""
    recordings: Path = Path(RECORDINGS)
    """The folder of the recordings, relative to this file. Or the URL of a store, such as `s3://bucket/suite`: then
    `recproxy pull` brings them into the default folder, and `recproxy.lock` says which.
    """
    unlisted: Literal["", "refuse", "pass"] = ""
    """What to do with hosts that no profile owns. Default: refuse them in replay and auto; tunnel them unread if a
    profile records or runs live.
    """
    pass_hosts: tuple[str, ...] = ()
    """Hosts that are always reachable although no profile owns them: names, `*.NAME`."""
    block_hosts: tuple[str, ...] = ()
    """Hosts that are refused in every mode without failing the run, besides the update and telemetry hosts of
    well-known tools: names, `*.NAME`.
    """
    on_miss: Literal["fail", "warn"] = "fail"
    """Whether a miss fails a run if the command passed."""
    on_refused: Literal["fail", "warn"] = "fail"
    """Whether a refused host fails a run if the command passed."""
    java: bool = False
    """Whether Java programs get the proxy and the CA, through `JAVA_TOOL_OPTIONS`. Each JVM then prints a line to
    stderr.
    """
    clock: Literal["real", "recorded"] = "real"
    """`recorded`: in a run that only replays, tests and the programs that they start run at the time at which their
    recordings were made. Python needs time-machine or freezegun for it, other programs libfaketime.
    """
    isolate: bool = False
    """Whether `recproxy run` gives the command a network of its own, in which all names and addresses lead to the run.
    Linux only.
    """
    isolate_ports: Annotated[tuple[str, ...], PORT] = ()
    """Ports on this machine's loopback that an isolated command still reaches, such as a database's."""
    max_age: float = 0
    """Days after which `recproxy check` reports a recording as old, by its `:recorded` line. `0`: never."""
    on_age: Literal["check", "warn", "fail", "record"] = "check"
    """What a run does that plays a recording older than `max_age`: nothing, so that only `recproxy check` reports it;
    report it; fail if the command passed; or, in mode auto, record its tests anew and replace it if they pass, and
    report it in replay.
    """
    report: tuple[str, ...] = ()
    """Reports that each run writes, as `recproxy run --report` has them, relative to this file: `report.html`,
    `report.json`, `junit.xml`, `github`, `gl-code-quality-report.json`.
    """
    idle_timeout: float = 600
    """Seconds after which a connection of a client is closed on which nothing happens. `0`: never. Connections to the
    control address that sent the token stay open.
    """
    root: Computed[Path]
    inline: Computed[Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    source: Computed[TomlFile | None] = None
    listed: Computed[bool] = False
    settings: Computed[tuple[Setting, ...]] = ()
    store: Computed[str] = ""

    @property
    def choice_key(self) -> str:
        """The key that chooses the profiles of a run."""
        return "profiles" if self.listed else "run"

    @property
    def file_name(self) -> str:
        """The name of the file that configures it, or that would."""
        return Path(self.source.path).name if self.source else "recproxy.toml"

    def _keys(self, profile: str) -> tuple[str, ...]:
        """Where in its file the project changes a profile."""
        return (*(self.source.keys if self.source else ()), "profiles", profile)

    def place_of_new(self) -> str:
        """Where a project writes one more profile."""
        if self.listed:
            return f"a profile.toml that profiles of {self.file_name} names"
        return f"[{'.'.join(self._keys('NAME'))}] of {self.file_name}"

    def profile(self, word: str) -> Profile:
        """A profile by its name, or by the path of a profile.toml or its folder; paths that the project lists have names, too.

        Raises:
            ProfileError: there is none, or it is wrong.
        """
        if is_profile_path(word):
            return self._of_path(profile_file(Path(word)))
        if (listed := self.listed_files().get(word)) is not None:
            return self._of_path(listed)
        installed = offers().get(word)
        if installed is None and not self._stands_alone(word):
            raise self._baseless(word) if word in self.inline else self.unknown(word)
        layers, recordings = [], None
        if installed:
            file = only(installed).file()
            layers.append(read_toml(file, ProfileError))
            recordings = profile_folder(file)
        if word in self.inline and self.source:
            layers.append(replace(self.source.table("profiles", word), error=ProfileError))
        else:
            self._check_mistyped(word)
        folders = (str(self.root),) if word in self.inline else ()
        found = parse_profile(*layers, name=word, recordings=recordings, folders=folders, project=Project)
        if self.listed:  # a list leaves no room for tables
            after = "you rename its key profiles to run"
            return replace(found, file=self.file_name, keys=self._keys(word), tables=(), after=after)
        own = self.source.table("profiles", word).tables if word in self.inline and self.source else ()
        return replace(found, file=self.file_name, keys=self._keys(word), tables=own)

    def listed_files(self) -> dict[str, Path]:
        """The files that the project's list of profiles names by their paths, by the names in them.

        Raises:
            ProfileError: one of them cannot be read.
        """
        words = self.default_profiles() if self.profiles else ()
        files = [profile_file(Path(word)) for word in words if is_profile_path(word)]
        names = profile_names(tuple(file.resolve() for file in files))
        return {name: file for name, file in zip(names, files, strict=True) if isinstance(name, str)}

    def _of_path(self, file: Path) -> Profile:
        """A profile by its file. Its hooks may be beside its outermost package, and in the project."""
        folder = file.resolve().parent
        while (folder / "__init__.py").is_file():
            folder = folder.parent
        here = file.resolve().is_relative_to(self.root.resolve())
        folders = tuple(dict.fromkeys((str(folder), str(self.root)))) if here else ()
        source, recordings = read_toml(file, ProfileError), profile_folder(file)
        found = parse_profile(source, recordings=recordings, folders=folders, project=Project)
        for place in () if here else found.hooks.places.values():
            raise ProfileError(
                f"{shown_path(place)}: hooks are loaded from installed packages and from the project, {self.root}: install the "
                "package of this profile, or move it there"
            )
        return found

    def owner(self, recording: Path) -> Profile | None:
        """The profile that a recording belongs to, told by the folders it stands in; None where none does.

        Below the project's recordings it is the first folder: further down stand names of tests.
        """
        folder, recordings = Path(os.path.realpath(recording)).parent, self.recordings.resolve()
        below = folder.relative_to(recordings).parts if folder.is_relative_to(recordings) else ()
        known = {*self.inline, *offers(), *self.listed_files()}
        for part in (*below, *reversed(folder.parts)):
            word = part.removeprefix("recproxy_")
            if word in known:
                return self.profile(word)
        return None

    def recordings_there(self) -> Path:
        """The folder of its recordings. Raises ConfigurationError where there is none yet."""
        if self.recordings.is_dir():
            return self.recordings
        shown = shown_path(str(self.recordings))
        hint = "run recproxy pull" if self.store else "record a test first (recproxy docs record)"
        raise ConfigurationError(f"no recordings yet: {shown} does not exist: {hint}")

    def default_profiles(self) -> tuple[str, ...]:
        """The configured profiles, or else every inline and installed one."""
        if self.profiles:
            if self.root == Path.cwd():
                return self.profiles
            # A path in a file is relative to that file, wherever the run is started.
            return tuple(str(self.root / word) if is_profile_path(word) else word for word in self.profiles)
        unmet = self.unmet()
        return tuple(sorted(name for name in {*self.inline, *offers()} if name not in unmet))

    def unmet(self) -> dict[str, str]:
        """Where no profiles are configured: installed ones for other versions of recproxy, and the versions they require."""
        if self.profiles:
            return {}
        found = {name: offered[0].unmet() for name, offered in offers().items() if len(offered) == 1}
        return {name: wanted for name, wanted in found.items() if wanted and not self._stands_alone(name)}

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

    def _stands_alone(self, word: str) -> bool:
        """Whether an inline table is a profile, and no override of one."""
        return "endpoints" in self.inline.get(word, ())

    def _check_mistyped(self, word: str) -> None:
        """Refuse an override of nothing that was meant for this installed profile: it would be passed over."""
        baseless = [name for name in self.inline if name not in offers() and not self._stands_alone(name)]
        for near in difflib.get_close_matches(word, baseless, n=1, cutoff=0.8):
            raise self._baseless(near)

    def _baseless(self, word: str) -> ProfileError:
        place = shown_path(self.source.place(("profiles", word))) if self.source else self.file_name
        return ProfileError(
            f"{place}: profile {word!r} has no endpoint, and none of that name is installed"
            f"{nearest_word(word, sorted(offers()))}: "
            "correct the name, install it, or add [[endpoints]] with hosts"
        )

    def unknown(self, word: str, step: str | None = None) -> ProfileError:
        """The error for a name that no profile has; `step` is what defines one, if more is known of it than its name."""
        if step is None:
            step = defining_step(word, str(self.root if self.source else "."), self.file_name if self.listed else "")
        known = sorted({*self.inline, *offers(), *self.listed_files()})
        return ProfileError(unknown_profile(word, known, self.place_of_new(), step))


def is_profile_path(word: str) -> bool:
    """Whether a word that chooses a profile is a path, not a name."""
    return "/" in word or word.endswith(".toml")


def find_project(start: Path) -> Project:
    """The project that `start` belongs to: the nearest recproxy.toml or pyproject.toml with [tool.recproxy] upwards.

    Raises:
        ConfigurationError: that file is no TOML, or its table is wrong.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        for name, keys in (("recproxy.toml", ()), ("pyproject.toml", ("tool", "recproxy"))):
            if (folder / name).is_file():
                file = read_toml(folder / name, ConfigurationError, Precedence.PROJECT)
                if file.at(keys) is not None:
                    return _read_project(folder, file.table(*keys))
    return _read_project(start)


def _read_project(root: Path, *layers: TomlFile) -> Project:
    for layer in layers:
        if not isinstance(layer.values, dict):
            raise layer.fail((), f"{layer.named(())} must be a table")
    said = tuple(settings(Project, layers))
    found = nested(said)
    # One key, two forms, since TOML allows a name only once: a list chooses profiles, a table holds inline ones.
    inline = {} if "profiles" in found else layers[0].at(("profiles",))
    listed = bool(found.get("profiles"))
    if listed and found["run"]:
        message = f"{layers[0].named(('run',))} and the list `profiles` say the same: keep one of them"
        raise layers[0].fail(("run",), message)
    if not listed:
        found["profiles"] = found["run"]
    said_place = layers[0].at(("recordings",)) if layers else None
    store = said_place if isinstance(said_place, str) and "://" in said_place else ""
    found["recordings"] = root / (RECORDINGS if store else found["recordings"] or RECORDINGS)
    source = layers[0] if layers else None
    return build(
        Project,
        {**found, "root": root, "inline": inline, "listed": listed, "source": source, "settings": said, "store": store},
    )
