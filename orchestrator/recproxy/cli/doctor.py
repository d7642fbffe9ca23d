"""`recproxy doctor [-- COMMAND]`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from recproxy.cli.verb import Verb

__all__ = ["doctor"]


@click.command(
    cls=Verb,
    example="recproxy doctor -- pytest tests/functional",
    page="doctor",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--client",
    "names",
    multiple=True,
    metavar="NAME",
    help="Try only clients whose names hold this word. Can be repeated. Default: all that are installed.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    default=10,
    show_default=True,
    help="How long each request of a client may take.",
)
@click.option("--mode", default="replay", show_default=True, metavar="MODE", help="With COMMAND: the mode of its run.")
@click.option(
    "--profile", "profiles", multiple=True, metavar="P", help="With COMMAND: a profile to use. Can be repeated."
)
@click.option("--any-host", is_flag=True, help="With COMMAND: also handle hosts that no profile owns.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def doctor(
    names: tuple[str, ...],
    seconds: float,
    mode: str,
    profiles: tuple[str, ...],
    any_host: bool,
    as_json: bool,
    command: tuple[str, ...],
) -> None:
    """Show which clients reach recproxy here and by which way, or what COMMAND sends past it.

    Without COMMAND, each HTTP client that is installed asks a run for one recorded response. With COMMAND, run it
    isolated and list the connections that used neither the proxy variables nor the redirect. Both end with what to
    write where. No real service is asked, except by COMMAND in the modes that do.

    Exit codes: 0 if every client is reached, or nothing went past; 1 if not, else that of COMMAND; 2 for a usage error.
    """
    import sys

    from recproxy.cli.options import refuse_nested

    refuse_nested()
    if command:
        sys.exit(_examine(command, mode, profiles, any_host=any_host, as_json=as_json))
    sys.exit(_try_clients(names, seconds, as_json=as_json))


def _try_clients(names: tuple[str, ...], seconds: float, *, as_json: bool) -> int:
    import json
    from contextlib import ExitStack
    from pathlib import Path

    from recproxy.cli.doctor_clients import clients_here
    from recproxy.cli.doctor_probes import DoctorRun, tried
    from recproxy.cli.doctor_report import client_advice, client_rows, client_values, table_lines
    from recproxy.config.project import find_project
    from recproxy.errors import ProxyError
    from recproxy.orchestrator.isolation import isolation_problem

    clients = [*clients_here(names)]
    if not clients:
        raise click.UsageError("no such client is installed: leave out --client to see which are")
    project = find_project(Path.cwd()).file_name
    with ExitStack() as runs:
        try:
            plain = runs.enter_context(DoctorRun.started(isolate=False))
        except OSError as problem:
            raise ProxyError(f"doctor could not start a run: {problem}") from None
        isolation = isolation_problem()
        isolated = None if isolation else runs.enter_context(DoctorRun.started(isolate=True))
        results = tried(clients, plain, isolated, seconds)
    if as_json:
        click.echo(json.dumps({"clients": client_values(results), "isolation": isolation}, indent=2))
    else:
        for line in (*table_lines(client_rows(results)), "", *client_advice(results, project, isolation)):
            click.echo(line)
    return 0 if all(each.variables or each.redirect for each in results) else 1


@contextmanager
def _output_to_stderr() -> Iterator[None]:
    """Have a command write to stderr what it writes to stdout, which is for JSON then."""
    import os

    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _examine(command: tuple[str, ...], mode: str, profiles: tuple[str, ...], *, any_host: bool, as_json: bool) -> int:
    import json
    import os
    import sys
    from contextlib import nullcontext

    from recproxy.cli.doctor_report import passed_advice, passed_rows, passed_values, table_lines
    from recproxy.cli.options import plan_from, print_notes
    from recproxy.http import Owners
    from recproxy.orchestrator.fork_server import ForkServer
    from recproxy.orchestrator.isolation import isolation_problem

    isolation = isolation_problem()
    with ForkServer() as fork_server:
        from recproxy.orchestrator.run import run_command
        from recproxy.orchestrator.run_reports import RunReports

        plan = plan_from(mode, profiles, (), (), (), any_host=any_host, isolate=not isolation)
        print_notes(plan)
        reports = RunReports(plan, (), os.environ, sys.stdout, lists_wanted=False)
        with _output_to_stderr() if as_json else nullcontext():
            code = run_command(plan, command, os.environ, fork_server, reports)
    tally = reports.tally
    owners = Owners({host: profile.name for profile in plan.profiles for host in profile.hosts})
    project = plan.project.file_name
    rows = passed_rows(tally.caught, owners.owner)
    if as_json:
        passed = passed_values(tally.caught, owners.owner)
        told = {"passed": passed, "unasked": [*tally.unasked], "isolation": isolation, "exit_code": code}
        click.echo(json.dumps(told, indent=2))
        return 1 if passed else code
    if rows:
        click.echo("went past the proxy variables and the redirect, and only isolation caught it:\n")
        addresses = {
            profile.name: each.base_url for profile in plan.profiles for each in profile.endpoints if each.base_url
        }
        for line in (*table_lines(rows), "", *passed_advice(tally.caught, owners.owner, project, addresses)):
            click.echo(line)
    elif isolation:
        click.echo(f"what went past recproxy cannot be seen here: {isolation}")
        click.echo("the run above tells what the redirect refused, and which profiles nobody asked")
    elif not any(row.played or row.recorded or row.missed or row.forwarded for row in tally.rows.values()):
        click.echo("nothing went past, and nothing came: the command asked no service")
    else:
        click.echo("nothing went past: every connection used the proxy variables, the redirect or a base URL")
    return 1 if rows else code
