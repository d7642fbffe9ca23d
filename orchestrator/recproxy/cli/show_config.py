"""`recproxy run --show-config`: what a run would do, and who says so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from recproxy.config.layers import Setting
    from recproxy.config.toml_files import Precedence
    from recproxy.orchestrator.plan import RunPlan

__all__ = ["show_config"]


def show_config(context: click.Context, plan: RunPlan, *, json_wanted: bool) -> None:
    """Print the options of a run, its project's keys and its profiles', with the source of each."""
    from recproxy.cli.configuration import as_json, as_toml

    found = [*_options(context, plan), *(_below(_shown(each), "project") for each in plan.project.settings)]
    for profile in plan.profiles:
        found += (_below(each, "profiles", profile.name) for each in profile.settings)
    if json_wanted:
        print(as_json(found))
    else:
        print(as_toml(found).removeprefix("\n"), end="")


def _below(setting: Setting, *above: str) -> Setting:
    from dataclasses import replace

    return replace(setting, key=(*above, *setting.key))


def _shown(setting: Setting) -> Setting:
    """A setting of the project as it may be shown: the URL of a store may hold credentials."""
    from dataclasses import replace

    from recproxy.control.shown_urls import shown_urls

    is_url = setting.key == ("recordings",) and isinstance(setting.value, str)
    return replace(setting, value=shown_urls(setting.value)) if is_url else setting


def _options(context: click.Context, plan: RunPlan) -> list[Setting]:
    from recproxy.config.layers import Setting
    from recproxy.config.toml_files import Precedence

    given = context.params
    found = []
    for name in ("mode", "profiles", "record", "live", "recordings", "any_host"):
        option = next(each for each in context.command.params if each.name == name)
        precedence, place = _source_of(context, option)
        value: Any = given[name]
        if name == "mode" and value != plan.mode:
            value, place = plan.mode, f"{place} {value}{', replay if CI is set' if value == 'auto' else ''}"
        if name == "profiles" and not value:
            value = [profile.name for profile in plan.profiles]
            if plan.project.profiles and plan.project.source:
                precedence = Precedence.PROJECT
                place = plan.project.source.place((plan.project.choice_key,))
        found.append(Setting(key=("run", name), value=value, precedence=precedence, locate=partial(str, place)))
    for profile in plan.profiles:
        flag = next((f"--{mode}" for mode in ("record", "live") if profile.name in given[mode]), "")
        mode = found[0]
        found.append(
            Setting(
                key=("run", "modes", profile.name),
                value=plan.mode_of(profile.name),
                precedence=Precedence.COMMAND if flag else mode.precedence,
                locate=partial(str, flag or mode.place),
            )
        )
    return found


def _source_of(context: click.Context, option: click.Parameter) -> tuple[Precedence, str]:
    """Who gave an option its value, and by which word."""
    from recproxy.config.toml_files import Precedence

    source = context.get_parameter_source(option.name or "")
    if source is ParameterSource.ENVIRONMENT:
        return Precedence.ENVIRONMENT, f"{option.envvar}"
    if source is ParameterSource.COMMANDLINE:
        return Precedence.COMMAND, option.opts[0]
    return Precedence.DEFAULT, ""
