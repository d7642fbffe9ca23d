"""`recproxy serve`: a run without a command, for tools that start tests themselves."""

from __future__ import annotations

import os
import sys

import click

from recproxy.cli.options import plan_from, print_notes, refuse_nested, run_options

__all__ = ["serve"]


@click.command()
@run_options
@click.option("--late-credentials", is_flag=True, help="Report a missing credential only when a request needs it.")
def serve(
    mode: str,
    profiles: tuple[str, ...],
    recordings: tuple[str, ...],
    record: tuple[str, ...],
    live: tuple[str, ...],
    any_host: bool,
    late_credentials: bool,
) -> None:
    """Start a run without a command.

    Print its environment as one line of JSON, and keep the run open until stdin ends.
    """
    from recproxy.orchestrator.fork_server import ForkServer

    refuse_nested()
    with ForkServer() as fork_server:
        from recproxy.orchestrator.run import serve_run

        plan = plan_from(
            mode,
            profiles,
            recordings,
            record,
            live,
            any_host=any_host,
            late_credentials=late_credentials,
            isolate=False,
        )
        print_notes(plan)
        if plan.project.isolate:
            print(
                "recproxy: note: isolate has no effect on commands that `recproxy run` does not start", file=sys.stderr
            )
        sys.exit(serve_run(plan, os.environ, fork_server))
