"""`recproxy run -- COMMAND`."""

from __future__ import annotations

import os
import shlex
import sys

import click

from recproxy.cli.options import plan_from, print_notes, refuse_nested, run_options
from recproxy.control.variables import PROFILE_WORD

__all__ = ["run"]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@run_options
@click.option(
    "--isolate/--no-isolate",
    default=None,
    help="Give COMMAND a network of its own, in which only this run is reachable. Linux only. Default: as the project says.",
)
@click.option(
    "--show-config", is_flag=True, help="Print the effective configuration and where each value comes from, then exit."
)
@click.option("--json", "json_wanted", is_flag=True, help="With --show-config: print one JSON list.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(
    context: click.Context,
    mode: str,
    profiles: tuple[str, ...],
    recordings: tuple[str, ...],
    record: tuple[str, ...],
    live: tuple[str, ...],
    any_host: bool,
    isolate: bool | None,
    show_config: bool,
    json_wanted: bool,
    command: tuple[str, ...],
) -> None:
    """Run COMMAND, and answer the services it calls with one local proxy per profile.

    Exit codes: the command's own; 3 if it passed but a request matched no recording; 4 if a proxy died; 2 for a usage
    or configuration error.
    """
    if show_config:
        from recproxy.cli.show_config import show_config as show

        plan = plan_from(mode, profiles, recordings, record, live, any_host=any_host, late_credentials=True)
        show(context, plan, json_wanted=json_wanted)
        return
    if json_wanted:
        raise click.UsageError("--json needs --show-config")
    if not command:
        raise click.UsageError("Missing argument 'COMMAND...': write it after --")
    from recproxy.orchestrator.fork_server import ForkServer

    refuse_nested()
    with ForkServer() as fork_server:  # before the other imports: its own go on beside them
        from recproxy.orchestrator.run import run_command

        plan = plan_from(
            mode,
            profiles,
            recordings,
            record,
            live,
            any_host=any_host,
            isolate=isolate,
            command=_recording(profiles, recordings, command, any_host=any_host),
        )
        print_notes(plan)
        sys.exit(run_command(plan, command, os.environ, fork_server))


def _recording(
    profiles: tuple[str, ...], recordings: tuple[str, ...], command: tuple[str, ...], *, any_host: bool
) -> str:
    """The same command, as it records one profile."""
    words = ["recproxy", "run", *(("--any-host",) if any_host else ())]
    for option, values in (("--profile", profiles), ("--recordings", recordings)):
        for value in values:
            words += [option, value]
    return f"{shlex.join(words)} --record {PROFILE_WORD} -- {shlex.join(command)}"
