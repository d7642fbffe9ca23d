"""What a run is to do: profiles, each with its mode, and the recordings named for the whole run.

Made once, at the door, from the project and the command's words; frozen from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from recproxy.config.loopback_hosts import unreachable_notes
from recproxy.config.overlap import settled
from recproxy.config.profile import Profile
from recproxy.config.project import Project, is_profile_path
from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.modes import MODES, UNLISTED, all_credentials_missing
from recproxy.control.record_commands import record_command
from recproxy.control.scope_options import SelectedTest
from recproxy.control.shards import part_of_suite
from recproxy.control.variables import RECORD_COMMAND, SHOWN_FROM
from recproxy.errors import ConfigurationError, ProfileError, RecordingNotFound
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.made_profiles import UNOWNED, any_host, of_host
from recproxy.orchestrator.named_files import check_named_files
from recproxy.orchestrator.pulled_recordings import check_recorded, pulled_notes, pulled_state
from recproxy.play.library import Library
from recproxy.stores.folder import FolderState

__all__ = ["RunPlan", "make_plan", "unset_credentials"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """One run: `recordings` are the files in play for a profile where no test names one.

    `mode` is the mode of profiles that `modes` does not name. With `every_host` the tests are somebody's who may name
    credentials otherwise than our profiles do: none is missed. `record` is the command that records, with PROFILE_WORD
    in the place of a profile's name, and `shown_from` the folder that paths in messages are relative to. `strict` are the
    profiles whose unused interactions fail a run; in a `shard` of a suite they do not, for another may play them.
    `chosen`: the command named its profiles. `timed`: the run is to tell each request. `listening`: where it is reached.
    `report_follows`: the report comes behind the output of the tests. `pulled`: how recordings differ from a store's lock.
    `wanted`: which profiles to record in a test, by its scope; None: as the modes say.
    """

    project: Project
    mode: str
    modes: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[Profile, ...]
    library: Library
    recordings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    every_host: bool = False
    isolate: bool = False
    record: str = ""
    shown_from: str = ""
    shard: str = ""
    strict: tuple[str, ...] = ()
    chosen: bool = False
    timed: bool = False
    report_follows: bool = True
    listening: Listening = LOOPBACK
    pulled: FolderState = field(default_factory=FolderState)
    wanted: Mapping[str, frozenset[str]] | None = None

    def record_command(self, profile: str, selection: SelectedTest | None = None, uses: Sequence[str] = ()) -> str:
        """The command that records a profile, for one test if that can be said; empty where nobody knows one.

        `uses` are the profiles that the test uses.
        """
        return record_command(self.record, self.recorded_together(profile, uses), selection)

    def recorded_together(self, profile: str, uses: Sequence[str] = ()) -> tuple[str, ...]:
        """A profile, those that a test `uses` as well, and those that this run was told to record.

        A test is recorded only if it passes, and that it does only if all its services answer.
        """
        told = (name for name, mode in self.modes.items() if mode == "record")
        together = {profile, *uses, *told}
        if len(together) == 1:
            return (profile,)
        known = tuple(each.name for each in self.profiles if each.name in together)
        return known if profile in known else (*known, profile)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user is told before the run, a line each."""
        names = [profile.name for profile in self.profiles]
        unmet = () if self.chosen else self.project.unmet().items()
        told = "profile {!r} is left out: it requires recproxy {}"
        left_out = [told.format(name, wanted) for name, wanted in unmet if name not in names]
        alone = [
            f"replay.workers of profile {each.name!r} has no effect in {self.mode_of(each.name)}: one process answers"
            for each in self.profiles
            if each.replay.workers > 1 and self.mode_of(each.name) != "replay"
        ]
        unheard = (*settled(self.profiles), *unreachable_notes(self.profiles))
        return (*left_out, *unheard, *alone, *pulled_notes(self.pulled))

    def mode_of(self, profile: str) -> str:
        """The mode of a profile; what passes without one is live."""
        return "live" if profile == UNLISTED else self.modes.get(profile, self.mode)

    @property
    def reach(self) -> str:
        """The mode of the run as a whole: that of the profile that touches most."""
        return max((self.mode_of(profile.name) for profile in self.profiles), key=MODES.index)

    @property
    def reaches_services(self) -> bool:
        """Whether a test command can reach anything but recordings and this machine."""
        return self.reach != "replay" or bool(self.passing)

    def unplanned(self, name: str) -> Profile:
        """A profile that is not in this run but was in an earlier one: the project's, or one made for a host.

        Raises:
            ProfileError: there is none, or it is wrong.
        """
        if name == UNOWNED and name not in self.project.inline:
            return any_host()
        try:
            return self.project.profile(name)
        except ProfileError:
            if "." not in name:
                raise
            return of_host(name)

    @property
    def passing(self) -> tuple[str, ...]:
        """The hosts that may be reached although no profile owns them: patterns."""
        # For other machines this one is no way out, unless the project says so.
        usual = "pass" if self.reach in ("record", "live") and not self.listening.is_wide else "refuse"
        unlisted = self.project.unlisted or usual
        return ("*",) if unlisted == "pass" else self.project.pass_hosts


def make_plan(
    project: Project,
    *,
    mode: str,
    profiles: Sequence[str] = (),
    recordings: Sequence[str] = (),
    record: Sequence[str] = (),
    live: Sequence[str] = (),
    every_host: bool = False,
    late_credentials: bool = False,
    isolate: bool | None = None,
    command: str = "",
    shard: str = "",
    listening: Listening = LOOPBACK,
    folder: Path,
    environment: Mapping[str, str],
) -> RunPlan:
    """The plan for a command's words.

    Args:
        project: whose profiles and recordings.
        mode: one of MODES.
        profiles: names or paths; none means the configured ones.
        recordings: words of the form PROFILE=PATH.
        record: profiles to record, whatever the mode.
        live: profiles to run live, whatever the mode.
        every_host: have a profile for the hosts that no other owns, and ask for no credentials.
        environment: where credentials are looked for; `CI` there makes auto a replay.
        isolate: give the command a network of its own; None means as the project says.
        listening: where the run is reached, and by whom.
        shard: the name of the part of a suite that this run is; empty for all of it.
        command: what records, with PROFILE_WORD in the place of a profile's name; the environment may know a better one.
        late_credentials: miss none of them now, but at the first request that would go to a service.
        folder: the working directory, which paths are relative to.

    Raises:
        ConfigurationError: a word is wrong.
        ProfileError: a profile is unknown or wrong, or the CAs it names cannot be used.
        RecordingNotFound: a named recording does not exist.
    """
    if mode == "auto" and environment.get("CI"):
        mode = "replay"
    loaded = _profiles(project, profiles, (*record, *live), every_host=every_host)
    strict = tuple(profile.name for profile in loaded if profile.match.unused == "fail")
    if shard:
        part_of_suite(shard)
        loaded = tuple(replace(each, match=replace(each.match, unused="report")) for each in loaded)
    recording_command = environment.get(RECORD_COMMAND) or command
    shown_from = environment.get(SHOWN_FROM) or str(folder)
    own = {profile.name: profile.recordings for profile in loaded}
    pulled = pulled_state(project.store, project.root, project.recordings)
    library = Library(project.recordings, own, record=recording_command, shown_from=shown_from, absent=pulled.missing)
    plan = RunPlan(
        project=project,
        mode=mode,
        modes=_modes(project, [profile.name for profile in loaded], record, live),
        profiles=loaded,
        chosen=bool(profiles),
        library=library,
        every_host=every_host,
        isolate=project.isolate if isolate is None else isolate,
        record=recording_command,
        shard=shard,
        listening=listening,
        pulled=pulled,
        strict=strict,
        shown_from=shown_from,
    )
    plan = replace(plan, recordings=_named_recordings(plan, recordings, folder))
    _check(plan, environment, late_credentials=late_credentials)
    return plan


def _check(plan: RunPlan, environment: Mapping[str, str], *, late_credentials: bool) -> None:
    """Refuse a plan that cannot be carried out, before any process is started."""
    if plan.listening.is_wide and plan.isolate:
        raise ConfigurationError("--listen: an isolated run is reached by its own command only: add --no-isolate")
    if not late_credentials:
        _check_credentials(plan, environment)
    modes = {each.name: plan.mode_of(each.name) for each in plan.profiles}
    check_recorded(plan.pulled, [name for name, mode in modes.items() if mode in ("record", "auto")])
    check_named_files(plan.profiles, [each for each in plan.profiles if modes[each.name] != "replay"])


def _profiles(
    project: Project, chosen: Sequence[str], named: Sequence[str], *, every_host: bool
) -> tuple[Profile, ...]:
    """The profiles of a run: the chosen ones, or the configured ones and those that are `named` with a mode."""
    ours = UNOWNED if every_host and UNOWNED not in project.inline else None
    loaded = project.load(chosen or (*project.default_profiles(), *(word for word in named if word != ours)))
    if every_host and not any("*" in profile.hosts for profile in loaded):
        loaded = (*loaded, any_host())
    if not loaded:
        raise ConfigurationError(
            "no profile to run: install one (such as recproxy-twitter), or define one: "
            "recproxy init --runner none --profile NAME=HOST"
        )
    return loaded


def _named_recordings(plan: RunPlan, words: Sequence[str], folder: Path) -> dict[str, tuple[str, ...]]:
    """The files that --recordings names, by profile; in replay they must exist, and in auto they may."""
    names = [profile.name for profile in plan.profiles]
    files: dict[str, tuple[str, ...]] = {}
    for word in words:
        profile, equals, path = word.partition("=")
        if not equals or not path:
            raise ConfigurationError(f"--recordings {word}: write it as PROFILE=PATH")
        if profile not in names:
            raise ConfigurationError(
                f"--recordings {word}: profile {profile!r} is not in this run, which has {', '.join(names)}"
            )
        mode = plan.mode_of(profile)
        found = folder / path
        if mode in ("replay", "auto"):
            try:
                found = plan.library.find(profile, path, beside=folder)
            except RecordingNotFound:
                if mode == "replay":
                    raise
        files[profile] = (*files.get(profile, ()), str(found))
    return files


def _modes(project: Project, names: Sequence[str], record: Sequence[str], live: Sequence[str]) -> dict[str, str]:
    modes: dict[str, str] = {}
    for mode, words in (("record", record), ("live", live)):
        for word in words:
            name = project.profile(word).name if is_profile_path(word) else word
            if name not in names:
                raise ConfigurationError(f"--{mode} {word}: no such profile in this run, which has {', '.join(names)}")
            if modes.setdefault(name, mode) != mode:
                raise ConfigurationError(
                    f"--record {name} and --live {word}: a profile has one mode in a run: choose one"
                )
    return modes


def unset_credentials(plan: RunPlan, profile: Profile, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The credentials of a profile that have no value and that this run needs."""
    if plan.every_host:
        return ()
    return tuple(name for name in profile.credentials if not environment.get(name))


def _check_credentials(plan: RunPlan, environment: Mapping[str, str]) -> None:
    """Name what is missing before any test runs, and how to do without it."""
    missing = [
        (profile.name, mode, names)
        for profile in plan.profiles
        if (mode := plan.mode_of(profile.name)) in ("record", "live")
        and (names := unset_credentials(plan, profile, environment))
    ]
    why = all_credentials_missing(missing)
    if not why:
        return
    unnamed = [mode for name, mode, _ in missing if name not in plan.modes]
    if not unnamed:
        raise ConfigurationError(why)
    does = "records P" if unnamed[0] == "record" else "runs P live"
    raise ConfigurationError(
        f"{why}, or leave {'it' if len(missing) == 1 else 'them'} out: --profile P runs P alone, --{unnamed[0]} P {does} "
        f"and replays the others, {plan.project.choice_key} = [...] in the project says what runs by default"
    )
