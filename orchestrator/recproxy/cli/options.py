"""Options that verbs share, each declared once, and the plan they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

import click
from click.core import ParameterSource

from recproxy.control.modes import MODES, VCRPY_MODES, explained_mode, mode_named
from recproxy.control.variables import CONTROL, MODE
from recproxy.errors import ConfigurationError

if TYPE_CHECKING:
    from recproxy.orchestrator.plan import RunPlan
    from recproxy.orchestrator.run_reports import RunReports

__all__ = [
    "plan_from",
    "print_notes",
    "refuse_nested",
    "report_format_option",
    "report_options",
    "run_options",
    "with_reports",
]

_Function = TypeVar("_Function", bound=Callable[..., object])


def run_options(function: _Function) -> _Function:
    """The options that say what a run is to do."""
    for option in (
        click.option(
            "--recordings",
            multiple=True,
            metavar="PROFILE=PATH",
            help="A recording for the whole run. Can be repeated.",
        ),
        click.option(
            "--profile",
            "profiles",
            multiple=True,
            metavar="P",
            help="A profile to use. Default: the project's profiles, or all. Can be repeated.",
        ),
        click.option(
            "--proxy-credentials",
            is_flag=True,
            help="With --listen: ask other machines for the credentials that the run puts into the proxy URL.",
        ),
        click.option(
            "--peers",
            multiple=True,
            metavar="CIDR",
            help="With --listen: the addresses that may ask, such as 10.9.0.0/24. Several with commas. Can be repeated.",
        ),
        click.option(
            "--listen",
            metavar="ADDRESS[:PORT]",
            help="Listen on an address that other machines or containers reach. Needs --peers or --proxy-credentials.",
        ),
        click.option("--any-host", is_flag=True, help="Also handle hosts that no profile owns."),
        click.option(
            "--live",
            multiple=True,
            metavar="P",
            help="Run P live: call the real service, write nothing. Can be repeated.",
        ),
        click.option(
            "--record",
            multiple=True,
            metavar="P",
            help="Record P: call the real service, write recordings. Can be repeated.",
        ),
        click.option(
            "--mode",
            default="replay",
            show_default=True,
            envvar=MODE,
            show_envvar=True,
            metavar="MODE",
            help="The mode for all profiles: replay, record, live or auto.",
        ),
    ):
        function = option(function)
    return function


def report_format_option(option: str) -> Callable[[_Function], _Function]:
    """The formats of the reports that another option names."""
    return click.option(
        "--report-format",
        "report_formats",
        multiple=True,
        type=click.Choice(["html", "json", "junit", "github", "gitlab"]),
        metavar="FORMAT",
        help=f"html, json, junit, github or gitlab: the format of the {option} at the same place, if its name does not say it.",
    )


def report_options(function: _Function) -> _Function:
    """The options that say what a run writes about itself."""
    for option in (
        click.option(
            "--shard",
            metavar="NAME",
            default="",
            envvar="RECPROXY_SHARD",
            show_envvar=True,
            help="This run is a part of the suite: leave unused interactions to `recproxy report merge`.",
        ),
        report_format_option("--report"),
        click.option(
            "--report",
            "reports",
            multiple=True,
            metavar="FILE",
            help="Write a report: FILE.html, FILE.json, FILE.xml (JUnit), github, or gl-code-quality-report.json. Can be repeated.",
        ),
    ):
        function = option(function)
    return function


def refuse_nested() -> None:
    """Refuse a run inside a run: its proxies would answer each other's clients."""
    if os.environ.get(CONTROL):
        raise ConfigurationError(
            f"this already runs under recproxy ({CONTROL} is set): call the command without `recproxy run`"
        )


def print_notes(plan: RunPlan) -> None:
    """Print what the user should know before the run."""
    for note in plan.notes:
        print(f"recproxy: note: {note}", file=sys.stderr)


def plan_from(
    mode: str,
    profiles: tuple[str, ...],
    recordings: tuple[str, ...],
    record: tuple[str, ...],
    live: tuple[str, ...],
    any_host: bool = False,
    late_credentials: bool = False,
    isolate: bool | None = None,
    command: str = "",
    shard: str = "",
    listen: str | None = None,
    peers: tuple[str, ...] = (),
    proxy_credentials: bool = False,
) -> RunPlan:
    """The plan for these options, in this working directory.

    Raises:
        RecproxyError: one of them, or the project's configuration, is wrong.
    """
    from recproxy.config.project import find_project
    from recproxy.control.listening import read_listening
    from recproxy.orchestrator.plan import make_plan

    known_mode = _known_mode(mode)
    folder = Path.cwd()
    return make_plan(
        find_project(folder),
        mode=known_mode,
        profiles=profiles,
        recordings=recordings,
        record=record,
        live=live,
        every_host=any_host,
        late_credentials=late_credentials,
        isolate=isolate,
        command=command,
        shard=shard,
        listening=read_listening(listen, peers, credentials=proxy_credentials),
        folder=folder,
        environment=os.environ,
    )


def with_reports(
    plan: RunPlan,
    reports: Sequence[str],
    formats: Sequence[str],
    environment: Mapping[str, str],
    stream: TextIO,
    *,
    timed: bool = False,
) -> tuple[RunPlan, RunReports]:
    """The reports of a run, and its plan: it tells each request if it is to be `timed`, or if someone reads of them.

    The `environment` may say which worker of pytest-xdist this is. The `stream` is where a step of GitHub reads.

    Raises:
        ConfigurationError: the name of a report says no format.
    """
    from dataclasses import replace

    from recproxy.control.viewers import find_viewers
    from recproxy.orchestrator.run_reports import RunReports, targets_of

    targets = targets_of(plan, reports, formats, Path.cwd(), environment)
    plan = replace(plan, timed=bool(timed or targets or find_viewers(plan.project.root, os.environ)))
    return plan, RunReports(plan, targets, os.environ, stream)


def _known_mode(mode: str) -> str:
    """The mode by a name of ours or of vcrpy, with a line for the user where it is none of ours."""
    known = mode_named(mode)
    if known is None:
        from recproxy.config.keys import nearest_word

        context = click.get_current_context(silent=True)
        from_variable = context and context.get_parameter_source("mode") is ParameterSource.ENVIRONMENT
        raise ConfigurationError(
            f"{f'{MODE}={mode}' if from_variable else f'--mode {mode}'}: unknown mode: use {', '.join(MODES)}, or vcrpy's names {', '.join(VCRPY_MODES)}{nearest_word(mode, (*MODES, *VCRPY_MODES))}"
        )
    if told := explained_mode(mode):
        click.echo(f"recproxy: {told}", err=True)
    return known
