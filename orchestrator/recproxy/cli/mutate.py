"""`recproxy mutate -- COMMAND`: what the tests of a command do not notice in the answers that they get."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from recproxy.cli.options import plan_from, print_notes, refuse_nested
from recproxy.cli.verb import Verb

__all__ = ["mutate"]


@click.command(
    cls=Verb,
    example="recproxy mutate --minutes 5 -- pytest tests/functional",
    page="mutate",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="P",
    help="A profile to use. Default: the project's profiles, or all. Can be repeated.",
)
@click.option(
    "--recordings", multiple=True, metavar="PROFILE=PATH", help="A recording for the whole run. Can be repeated."
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=10,
    show_default=True,
    metavar="M",
    help="End after this time, and report what there is.",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Try only N mutations, chosen by --seed.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="The order of the mutations.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Play in N workers, if pytest has pytest-xdist. Default: as COMMAND says.",
)
@click.option(
    "--resume",
    "kept",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the results in FILE, and go on from those that it has.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the whole table: FILE.html, FILE.json or text. Can be repeated.",
)
@click.option(
    "--fail-under",
    "least_score",
    type=click.FloatRange(0, 100),
    default=0,
    metavar="PERCENT",
    help="End with 1 if fewer mutations are noticed.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, required=True)
def mutate(
    profiles: tuple[str, ...],
    recordings: tuple[str, ...],
    minutes: float,
    sample: int | None,
    seed: int,
    workers: int | None,
    kept: Path | None,
    reports: tuple[Path, ...],
    least_score: float,
    command: tuple[str, ...],
) -> None:
    """Play each recorded answer with one thing changed, and tell which changes no test of COMMAND notices.

    A field is missing, null, of another type or empty, a list is longer, a header is missing, the status is 429 or 500.
    Recordings stay as they are.
    """
    from recproxy.orchestrator.fork_server import ForkServer

    refuse_nested()
    with ForkServer() as fork_server:
        from recproxy.orchestrator.mutation_plan import MutationOptions
        from recproxy.orchestrator.mutation_sweep import mutate_recordings

        plan = plan_from("replay", profiles, recordings, (), ())
        print_notes(plan)
        options = MutationOptions(
            seconds=minutes * 60,
            sample=sample,
            seed=seed,
            kept=kept,
            reports=reports,
            least_score=least_score,
            workers=workers,
        )
        sys.exit(mutate_recordings(plan, command, os.environ, fork_server, options))
