"""What a tox configuration says: our keys of an environment, and the environments made for whoever sets them.

Knows tox's configuration and nothing of processes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, List, Optional  # noqa: UP035 - see _WORDS

from tox.config.loader.memory import MemoryLoader
from tox.config.main import Config
from tox.config.sets import EnvConfigSet
from tox.tox_env.errors import Fail

from recproxy.control.pytest_commands import is_pytest, is_unittest
from recproxy.control.record_commands import KEYWORD_WORD, PROFILE_WORD
from recproxy.runners.arguments import SESSION_MODES, VERIFY
from recproxy.runners.tox.naming import mode_of_name, recording_name

__all__ = ["OFF", "ToxSettings", "define", "generate", "is_overridden", "recording_call", "settings_of"]

#: The mode of an environment that has nothing to do with recproxy.
OFF = "off"


#: Spelled so because tox before 4.30 takes list[str] for a plain list.
_WORDS = List[str]  # noqa: UP006
_SWITCH: Any = Optional[bool]  # noqa: UP045


class _DefaultMode(str):
    """The mode of an environment for which no file and no override says one."""

    __slots__ = ()


_KEYS = (
    "recproxy_mode",
    "recproxy_profiles",
    "recproxy_record",
    "recproxy_isolate",
    "recproxy_report",
    "recproxy_prove",
)
_KNOWN = (OFF, "auto", *SESSION_MODES)
_DESCRIPTIONS = {
    VERIFY: "compares the recordings with the real services, nothing written",
    "replay": "functional tests, answered from recordings",
    "record": "functional tests against the real services, recorded",
    "live": "functional tests against the real services, nothing written",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToxSettings:
    """The keys of one environment: `recorded` are profiles that are recorded whatever the mode.

    `isolate` is None where the project says whether its commands are isolated. `proves`: what is recorded is proven.
    """

    mode: str
    profiles: tuple[str, ...]
    recorded: tuple[str, ...]
    isolate: bool | None = None
    reports: tuple[str, ...] = ()
    proves: bool = False


def define(conf: EnvConfigSet) -> None:
    """Add our keys to an environment, once."""
    if "recproxy_mode" in conf:
        return
    conf.add_config(
        "recproxy_mode",
        of_type=str,
        default=lambda _config, name: _DefaultMode(_default_mode(conf, name or "")),
        desc=f"how recproxy answers the services that commands call: {', '.join(_KNOWN)}",
    )
    conf.add_config("recproxy_profiles", of_type=_WORDS, default=[], desc="recproxy's service profiles of the suite")
    conf.add_config(
        "recproxy_record", of_type=_WORDS, default=[], desc="profiles that recproxy records whatever the mode"
    )
    conf.add_config(
        "recproxy_isolate",
        of_type=_SWITCH,
        default=None,
        desc="whether commands get a network of their own: true, false, or as recproxy's project says",
    )
    conf.add_config("recproxy_report", of_type=_WORDS, default=[], desc="the reports that the run writes: report.json")
    conf.add_config(
        "recproxy_prove", of_type=bool, default=False, desc="whether recproxy proves what this environment records"
    )


def _default_mode(conf: EnvConfigSet, name: str) -> str:
    """The mode that the name carries, where the suite has profiles."""
    try:
        return (mode_of_name(name) if conf["recproxy_profiles"] else None) or OFF
    except ValueError:  # told when the environment runs, not whenever its configuration is shown
        return OFF


def settings_of(conf: EnvConfigSet) -> ToxSettings:
    """The settings of an environment.

    Raises:
        Fail: one of them is wrong; the message names the key.
    """
    _refuse_unknown(conf)
    mode: str = conf["recproxy_mode"]
    if mode not in _KNOWN:
        raise Fail(f"recproxy_mode is {mode!r}: give it {', '.join(_KNOWN)}")
    if isinstance(mode, _DefaultMode) and conf["recproxy_profiles"]:
        try:
            mode_of_name(str(conf.name))
        except ValueError as problem:
            raise Fail(f"recproxy: {problem}") from None
    if mode == OFF:
        return ToxSettings(mode=OFF, profiles=(), recorded=())
    profiles, recorded = tuple(conf["recproxy_profiles"]), tuple(conf["recproxy_record"])
    if not profiles:
        raise Fail(f"recproxy_mode is {mode!r}, but recproxy_profiles is empty: name the profiles of the suite there")
    for profile in recorded:
        if profile not in profiles:
            raise Fail(f"recproxy_record names {profile!r}, which recproxy_profiles lacks: {', '.join(profiles)}")
    return ToxSettings(
        mode=mode,
        profiles=profiles,
        recorded=recorded,
        isolate=conf["recproxy_isolate"],
        reports=tuple(conf["recproxy_report"]),
        proves=conf["recproxy_prove"] and (mode == "record" or bool(recorded)),
    )


def is_overridden(conf: EnvConfigSet) -> bool:
    """Whether the call of tox sets one of our keys for this very environment: `-x env.NAME.recproxy_record=...`."""
    own = (loader.overrides for loader in conf.loaders if loader.section.name == conf.name)
    return any(key in _KEYS for overrides in own for key in overrides)


def recording_call(conf: EnvConfigSet) -> str:
    """The call of tox that records a profile in an environment, or in its like; one test, if its commands take words."""
    name = str(conf.name)
    chosen = f" -- {KEYWORD_WORD}" if _takes_words(conf) else ""
    if (record := recording_name(name)) is not None:
        return f"tox -e {record} -- {PROFILE_WORD}{chosen}"
    own = next((loader.section.key for loader in conf.loaders if loader.section.name == name), f"env.{name}")
    return f"tox -e {name} -x {own}.recproxy_record={PROFILE_WORD}{chosen}"


def _takes_words(conf: EnvConfigSet) -> bool:
    """Whether the words for the command reach pytest or unittest."""
    if not any(is_pytest(command.args) or is_unittest(command.args) for command in conf["commands"]):
        return False
    for loader in conf.loaders:
        try:
            return "posargs" in str(loader.load_raw("commands", None, str(conf.name)))
        except KeyError:
            continue
    return False


def _refuse_unknown(conf: EnvConfigSet) -> None:
    """A key that is nearly one of ours would leave the environment without a run, and let its commands out."""
    overridden = (key for loader in conf.loaders for key in loader.overrides)
    for key in (*conf.unused(), *overridden):
        if key.startswith("recproxy") and key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            nearest = f" (nearest: {near[0]})" if near else ""
            raise Fail(f"unknown key {key!r}: recproxy knows {', '.join(_KEYS)}{nearest}")


def generate(config: Config) -> Iterator[str]:
    """Make an environment per mode where the base names profiles; their names.

    What the base says holds for them too, and what their own sections say goes before what is made here.
    """
    for mode in SESSION_MODES:
        name = f"functional-{mode}"
        conf = config.get_env(name)
        define(conf)
        if not conf["recproxy_profiles"]:
            config.clear_env(name)
            continue
        own = [number for number, loader in enumerate(conf.loaders, 1) if loader.section.name == name]
        made = MemoryLoader(recproxy_mode=mode, description=_DESCRIPTIONS[mode])
        conf.loaders.insert(max(own, default=0), made)
        yield name
