"""`recproxy serve`: a run without a command, for tools that start tests themselves."""

from __future__ import annotations

import os
import sys

import click

from recproxy.cli.options import plan_from, print_notes, refuse_nested, report_options, run_options, with_reports
from recproxy.cli.verb import Verb

__all__ = ["serve"]


@click.command(cls=Verb, example="recproxy serve --profile twitter", page="another-language")
@run_options
@report_options
@click.option("--late-credentials", is_flag=True, help="Report a missing credential only when a request needs it.")
@click.option(
    "--isolate/--no-isolate",
    default=False,
    help="Serve a network of its own, and add to the line the words that start a command in it. Linux only.",
)
@click.option("--pytest", "serves_pytest", is_flag=True, help="Report at the end if no pytest plugin called.")
@click.option("--isolate-as-project", is_flag=True, help="Isolate if the project says so.")
def serve(
    mode: str,
    profiles: tuple[str, ...],
    recordings: tuple[str, ...],
    record: tuple[str, ...],
    live: tuple[str, ...],
    any_host: bool,
    listen: str | None,
    peers: tuple[str, ...],
    proxy_credentials: bool,
    late_credentials: bool,
    isolate: bool,
    serves_pytest: bool,
    isolate_as_project: bool,
    reports: tuple[str, ...],
    report_formats: tuple[str, ...],
    shard: str,
) -> None:
    """Start a run without a command.

    Print its environment as one line of JSON, and keep the run open until stdin ends.
    """
    from recproxy.orchestrator.fork_server import ForkServer

    refuse_nested()
    with ForkServer() as fork_server:
        from dataclasses import replace

        from recproxy.orchestrator.run import serve_run

        plan = plan_from(
            mode,
            profiles,
            recordings,
            record,
            live,
            any_host=any_host,
            late_credentials=late_credentials,
            isolate=None if isolate_as_project else isolate,
            shard=shard,
            listen=listen,
            peers=peers,
            proxy_credentials=proxy_credentials,
        )
        print_notes(plan)
        if plan.project.isolate and not plan.isolate:
            print(
                "recproxy: note: isolate has no effect on commands that `recproxy run` does not start", file=sys.stderr
            )
        plan = replace(plan, report_follows=serves_pytest)
        # Standard output is for the environment: whoever has read it reads no more of it.
        plan, written = with_reports(plan, reports, report_formats, os.environ, sys.stderr)
        sys.exit(serve_run(plan, os.environ, fork_server, written, serves_pytest=serves_pytest))
