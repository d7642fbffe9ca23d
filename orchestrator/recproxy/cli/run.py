"""`recproxy run -- COMMAND`."""

from __future__ import annotations

import os
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.options import plan_from, print_notes, refuse_nested, report_options, run_options, with_reports
from recproxy.cli.verb import Verb, is_quiet, is_verbose
from recproxy.control.pytest_commands import is_pytest, is_unittest, takes_more
from recproxy.control.record_commands import KEYWORD_WORD, NODE_WORD, PROFILE_WORD
from recproxy.errors import ConfigurationError

if TYPE_CHECKING:
    from recproxy.orchestrator.fork_server import ForkServer
    from recproxy.orchestrator.plan import RunPlan
    from recproxy.orchestrator.proof import Proof
    from recproxy.orchestrator.run_reports import RunReports
    from recproxy.report.wanted_list import WantedList

__all__ = ["run"]

#: Characters of a command that messages repeat.
_LONGEST_COMMAND = 100


class _Run(Verb):
    """Its errors about options that belong to COMMAND say so."""

    def explained(self, error: click.NoSuchOption, ctx: click.Context, words: list[str]) -> click.UsageError:
        """The error of an option among words, and the words as they should be if it belongs to COMMAND."""
        at = self._start_of_command(words)
        if at is None:
            return super().explained(error, ctx, words)
        return click.UsageError(
            f"{error.format_message()} If it belongs to your command, write -- before that: "
            f"recproxy run {shlex.join((*words[:at], '--', *words[at:]))}",
            ctx,
        )

    def _start_of_command(self, words: list[str]) -> int | None:
        """The first word that is no option of ours and no option's value; None where -- or an unknown option is first."""
        takes_value = {
            name: not (isinstance(option, click.Option) and option.is_flag)
            for option in self.params
            for name in (*option.opts, *option.secondary_opts)
        }
        skip = False
        for number, word in enumerate(words):
            if skip or (word.startswith("-") and takes_value.get(word.partition("=")[0]) is not None):
                skip = not skip and "=" not in word and takes_value[word]
            elif word.startswith("-"):
                return None
            else:
                return number
        return None


@click.command(
    cls=_Run,
    example="recproxy run --record twitter -- pytest tests/functional",
    page="record",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@run_options
@click.option(
    "--isolate/--no-isolate",
    default=None,
    help="Give COMMAND a network of its own, in which only this run is reachable. Linux only. Default: as the project says.",
)
@click.option(
    "--faults",
    metavar="SWEEP",
    envvar="RECPROXY_FAULTS",
    show_envvar=True,
    help="Play each interaction once with each fault and report what came of it: sweep, or sweep=reset,truncate,hang.",
)
@click.option(
    "--fault-timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="With --faults: how long `hang` hangs. Default: 3 seconds, or 3 times what its test took if that is more.",
)
@click.option(
    "--fault-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    default=1800,
    show_default=True,
    help="With --faults: end the sweep after this time, and report what there is.",
)
@click.option(
    "--fault-report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --faults: write the report as JSON, too.",
)
@click.option(
    "--prove",
    is_flag=True,
    help="After a run that ended well, run COMMAND again from what is recorded: as it was, shuffled, and in parallel.",
)
@click.option(
    "--mend",
    is_flag=True,
    help="With --prove: write what would make tests replay, after it was shown, and prove again.",
)
@click.option("--yes", is_flag=True, help="With --mend: write without asking.")
@click.option(
    "--seed", type=int, metavar="N", default=1, show_default=True, help="With --prove: the seed of the shuffled order."
)
@click.option(
    "--record-wanted",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Record the tests that a replay has put on the list FILE, with the profiles that they miss, and no others.",
)
@report_options
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
    listen: str | None,
    peers: tuple[str, ...],
    proxy_credentials: bool,
    isolate: bool | None,
    faults: str | None,
    fault_timeout: float | None,
    fault_limit: float,
    fault_report: Path | None,
    prove: bool,
    mend: bool,
    yes: bool,
    seed: int,
    record_wanted: Path | None,
    reports: tuple[str, ...],
    report_formats: tuple[str, ...],
    shard: str,
    show_config: bool,
    json_wanted: bool,
    command: tuple[str, ...],
) -> None:
    """Run COMMAND, and answer the services it calls with one local proxy per profile.

    Exit codes: the command's own; 3 if it passed but a request matched no recording, or a test does not replay what
    --prove recorded; 4 if a proxy died; 2 for a usage or configuration error.
    """
    if show_config:
        from recproxy.cli.show_config import show_config as show

        plan = plan_from(mode, profiles, recordings, record, live, any_host=any_host, late_credentials=True)
        show(context, plan, json_wanted=json_wanted)
        return
    _check_usage(command, json_wanted=json_wanted, prove=prove, mend=mend, yes=yes)
    from recproxy.orchestrator.fork_server import ForkServer

    refuse_nested()
    with ForkServer() as fork_server:  # before the other imports: its own go on beside them
        wanted = None
        if record_wanted is not None:
            wanted = _wanted(record_wanted, command, is_alone=mode == "replay" and not (record or live or faults))
            record = wanted.profiles
        plan = plan_from(
            mode,
            profiles,
            recordings,
            record,
            live,
            any_host=any_host,
            isolate=isolate,
            command=_recording(profiles, recordings, command, any_host=any_host),
            shard=shard,
            listen=listen,
            peers=peers,
            proxy_credentials=proxy_credentials,
        )
        print_notes(plan)
        if faults:
            _check_sweep(plan, listen, reports)
            sys.exit(_sweep(plan, command, fork_server, faults, fault_timeout, fault_limit, fault_report))
        # Only the run of a pytest-xdist worker, which `serve` begins, writes under names of its own.
        plan, written = with_reports(plan, reports, report_formats, {}, sys.stdout, timed=prove)
        proof = None
        if prove:
            from recproxy.cli.proving import proof_for

            replan = partial(plan_from, "replay", profiles, recordings, (), (), any_host=any_host, shard=shard)
            proof = proof_for(plan, command, fork_server, replan, seed=seed, isolate=isolate, mend=mend, yes=yes)
        sys.exit(_run(plan, command, fork_server, written, proof, wanted))


def _check_usage(command: tuple[str, ...], *, json_wanted: bool, prove: bool, mend: bool, yes: bool) -> None:
    """Refuse options that need others, outside of --show-config."""
    if json_wanted:
        raise click.UsageError("--json needs --show-config")
    if not command:
        raise click.UsageError("Missing argument 'COMMAND...': write it after --")
    if (mend and not prove) or (yes and not mend):
        raise click.UsageError("--mend needs --prove, and --yes needs --mend")


def _wanted(path: Path, command: tuple[str, ...], *, is_alone: bool) -> WantedList:
    """The list of tests to record, which fits the project and the command; refused unless it alone says what to do."""
    from recproxy.cli.wanted import wanted_of
    from recproxy.config.project import find_project

    if not is_alone:
        raise ConfigurationError("--record-wanted says what is recorded: leave out --mode, --record, --live, --faults")
    return wanted_of(path, find_project(Path.cwd()), command)


def _run(
    plan: RunPlan,
    command: tuple[str, ...],
    fork_server: ForkServer,
    written: RunReports,
    proof: Proof | None,
    wanted: WantedList | None,
) -> int:
    """Run the command, or the `wanted` ones of its tests; the exit code."""
    from recproxy.orchestrator.run import run_command

    how = {"quiet": is_quiet(), "verbose": is_verbose()}
    if wanted is None:
        return run_command(plan, command, os.environ, fork_server, written, proof=proof, **how)
    from dataclasses import replace

    from recproxy.cli.wanted import check_begun, choosing_wanted

    plan = replace(plan, wanted={test.test: frozenset(test.profiles) for test in wanted.tests})
    with choosing_wanted(wanted, plan.project, command, os.environ) as (words, environment):
        code = run_command(plan, words, environment, fork_server, written, proof=proof, **how)
    return check_begun(wanted, written.tally.tests, code)


def _check_sweep(plan: RunPlan, listen: str | None, reports: tuple[str, ...]) -> None:
    """Refuse what a sweep cannot do: it plays recordings, here, and writes its own report."""
    if listen:
        raise ConfigurationError("--faults plays with a command of this machine only: leave out --listen")
    if plan.reach != "replay":
        raise ConfigurationError("--faults plays recordings: leave out --mode, --record and --live")
    if reports:
        raise ConfigurationError("--faults has a report of its own: use --fault-report instead of --report")


def _sweep(
    plan: RunPlan,
    command: tuple[str, ...],
    fork_server: ForkServer,
    faults: str,
    timeout: float | None,
    limit: float,
    report: Path | None,
) -> int:
    """Run the command with each fault; the exit code."""
    from recproxy.orchestrator.fault_plan import SweepOptions, read_sweep
    from recproxy.orchestrator.fault_sweep import sweep_faults

    options = SweepOptions(kinds=read_sweep(faults), hang=timeout, limit=limit, report=report)
    return sweep_faults(plan, command, os.environ, fork_server, options)


def _recording(
    profiles: tuple[str, ...], recordings: tuple[str, ...], command: tuple[str, ...], *, any_host: bool
) -> str:
    """The same command, as it records one profile."""
    words = ["recproxy", "run", *(("--any-host",) if any_host else ())]
    for option, values in (("--profile", profiles), ("--recordings", recordings)):
        for value in values:
            words += [option, value]
    typed = shlex.join(command)
    # A program in an argument is no help to read again, and may hold what its requests must not show.
    is_short = len(typed) <= _LONGEST_COMMAND and "\n" not in typed and "-c" not in command
    chosen = NODE_WORD if is_pytest(command) else KEYWORD_WORD if is_unittest(command) else ""
    last = f" {chosen}" if chosen and is_short and takes_more(command) else ""
    return f"{shlex.join(words)} --record {PROFILE_WORD} -- {typed if is_short else 'COMMAND'}{last}"
