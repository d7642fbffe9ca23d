"""`recproxy run --prove`: whether a run can be proven, and how the user is asked."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import is_quiet, is_verbose
from recproxy.errors import ConfigurationError

if TYPE_CHECKING:
    from recproxy.orchestrator.fork_server import ForkServer
    from recproxy.orchestrator.plan import RunPlan
    from recproxy.orchestrator.proof import Proof

__all__ = ["proof_for"]


def proof_for(
    plan: RunPlan,
    command: Sequence[str],
    fork_server: ForkServer,
    replan: Callable[[], RunPlan],
    *,
    seed: int,
    isolate: bool | None,
    mend: bool,
    yes: bool,
) -> Proof:
    """The proof of a run by this plan; `replan` makes the plan that replays.

    Raises:
        ConfigurationError: what the run does cannot be replayed.
    """
    from recproxy.orchestrator.proof import Proof, ProofOptions

    if live := [each.name for each in plan.profiles if plan.mode_of(each.name) == "live"]:
        raise ConfigurationError(f"--prove: {', '.join(live)} runs live and has nothing to replay: record it, too")
    if plan.listening.is_wide:
        raise ConfigurationError("--prove: replays a command of this machine only: leave out --listen")

    def confirm() -> bool:
        if not yes and not sys.stdin.isatty():
            if not is_quiet():
                print("recproxy: proof: nothing was written: pass --yes to write this", file=sys.stderr)
            return False
        return yes or _confirmed("Write this?")

    options = ProofOptions(replan=replan, seed=seed, isolate=isolate, mend=mend, confirm=confirm, verbose=is_verbose())
    return Proof(command, os.environ, fork_server, options)


def _confirmed(question: str) -> bool:
    """Ask at the terminal; no where the user ends the input or interrupts the question."""
    with _signals_interrupt():
        try:
            return click.confirm(question, err=True)
        except click.Abort:
            click.echo(err=True)
            return False


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Have signals interrupt what waits: the loop, which handles those of a run, is not running meanwhile."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, signal.default_int_handler) for each in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
            signal.siginterrupt(number, False)  # as the loop has it
