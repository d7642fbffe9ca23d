"""`run` and `serve`: a run around a command, or around whoever holds our standard input.

Signals end here: SIGTERM and SIGHUP stop the command; SIGINT does where no terminal has sent it to the command
already. A proxy's death ends the run at once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from recproxy.control.process_limits import set_process_limits
from recproxy.control.pytest_commands import PYTEST_SILENT, is_pytest
from recproxy.control.variables import CONTROL, TOKEN
from recproxy.control.viewers import AnnouncedRun, ViewerAnnouncement, find_viewers
from recproxy.errors import ProxyError
from recproxy.orchestrator.command import check_command
from recproxy.orchestrator.command_waiting import (
    is_the_commands,
    on_signals,
    resolve,
    wait_for_command,
    watch_parent,
    without_worker,
)
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.lane import DEFAULT_LANE
from recproxy.orchestrator.old_recordings import add_old
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.replayed_tokens import add_tokens
from recproxy.orchestrator.run_reports import RunReports
from recproxy.orchestrator.run_requests import requests_of
from recproxy.report import Tally, print_report
from recproxy.report.terminal import is_drawn_on

if TYPE_CHECKING:  # few runs are proven
    from recproxy.orchestrator.proof import Proof

__all__ = ["run_command", "serve_run"]

#: The command passed, but something was asked that no recording answers, or whose host was refused.
_MISSED = 3
#: What `serve` reads before its input ends, where the commands that it served have failed.
_FAILED = "failed"
_MOST_SAID = 100  # bytes, of which only the last word counts
#: Exit codes of a pytest that loaded its plugins: passed, failed, interrupted, no tests.
_PYTEST_BEGAN = (0, 1, 2, 5)
#: The time that the end of a run still has after a signal: it saves recordings.
_HURRY_SECONDS = 3.0
#: So much more has the end of a run that a signal had stopped before it began.
_STOPPED_SECONDS = 7.0
#: The time that a failed run has to end before it is given up.
_CLOSING_SECONDS = 10.0


def run_command(
    plan: RunPlan,
    words: Sequence[str],
    environment: Mapping[str, str],
    fork_server: ForkServer,
    reports: RunReports,
    *,
    quiet: bool = False,
    verbose: bool = False,
    proof: Proof | None = None,
) -> int:
    """Run a command against recordings or services; the exit code to end with.

    If `quiet`, report only what is wrong; if `verbose`, say also in a log what a terminal shows. A `proof` follows a
    recording that ended well.

    Raises:
        RecproxyError: the run could not be brought up, or a proxy died; nothing is left running.
    """
    check_command(words, environment.get("PATH"))
    set_process_limits()
    gc.freeze()  # what is imported stays: no collection need look at it
    with reports.written():
        running = _run(plan, words, environment, fork_server, reports, quiet=quiet, verbose=verbose, proof=proof)
        return asyncio.run(running)


def serve_run(
    plan: RunPlan,
    environment: Mapping[str, str],
    fork_server: ForkServer,
    reports: RunReports,
    *,
    serves_pytest: bool = False,
) -> int:
    """Bring a run up, print its environment as one JSON line, and hold it until standard input ends."""
    set_process_limits()
    gc.freeze()
    with reports.written():
        return asyncio.run(_serve(plan, environment, fork_server, reports, serves_pytest=serves_pytest))


async def _run(
    plan: RunPlan,
    words: Sequence[str],
    environment: Mapping[str, str],
    fork_server: ForkServer,
    reports: RunReports,
    *,
    quiet: bool,
    verbose: bool,
    proof: Proof | None,
) -> int:
    loop = asyncio.get_running_loop()
    stopping: asyncio.Future[int] = loop.create_future()
    on_signals(loop, stopping)
    async with Orchestrator(plan, environment, fork_server) as orchestrator:
        reports.watch(orchestrator)
        if stopping.done():
            return reports.write(code=128 + stopping.result(), error=_stopped_by(stopping))
        if verbose or (not quiet and is_drawn_on(sys.stderr)):
            _print_opening(orchestrator)
        if proof is not None:
            proof.watch(orchestrator)
        command = orchestrator.start(words, without_worker(environment))
        if is_pytest(words):  # it takes longer to start than what redacts the names of its tests takes to import
            loop.run_in_executor(None, importlib.import_module, "recproxy.redaction.scope")
        parent = os.getppid()
        watch_parent(loop, stopping, parent)
        with _announcement(orchestrator, environment) as announcement:
            code = await wait_for_command(command, stopping, orchestrator.failure)
        stopped = stopping.result() if stopping.done() and not is_the_commands(stopping.result(), command) else 0
        tally = await _finish(orchestrator, parent, passed=code == 0, stopped=stopped)
        announcement.leave(lambda: requests_of(tally, plan))
        add_old(tally, plan)
        add_tokens(tally, orchestrator.profiles)
        _look_at_pytest(orchestrator, tally, runs=is_pytest(words), began=code in _PYTEST_BEGAN)
        _forgive_stopped(tally, stopped=stopping.done())
    if not quiet or tally.failed or tally.refusals or tally.unasked or tally.old:
        print_report(tally, folder=plan.shown_from or os.curdir, verbose=verbose, quiet=quiet)
    verdict = _verdict(plan, tally, code)
    if proof is not None and not stopping.done():
        verdict, reports.proof = await proof.prove(plan, tally, verdict)
    return reports.write(code=verdict, command_code=code, error=_stopped_by(stopping))


async def _serve(
    plan: RunPlan, environment: Mapping[str, str], fork_server: ForkServer, reports: RunReports, *, serves_pytest: bool
) -> int:
    loop = asyncio.get_running_loop()
    stopping: asyncio.Future[int] = loop.create_future()
    on_signals(loop, stopping)
    parent = os.getppid()
    async with Orchestrator(plan, environment, fork_server) as orchestrator:
        reports.watch(orchestrator)
        line = {
            "environment": orchestrator.environment(),
            "mode": plan.reach,
            "profiles": [profile.name for profile in orchestrator.profiles],
            "failed": _FAILED,
        }
        if orchestrator.prefix:  # problems of its own go to standard error
            line["prefix"] = [*orchestrator.prefix, "-1"]
        print(json.dumps(line), flush=True)
        said = bytearray()
        _on_input_end(loop, said, lambda: resolve(stopping, 0))
        with _announcement(orchestrator, environment) as announcement:
            await asyncio.wait((stopping, orchestrator.failure), return_when=asyncio.FIRST_COMPLETED)
        if orchestrator.failure.done():
            raise orchestrator.failure.result()
        number = stopping.result()
        # Input ends, too, when the parent dies: then nobody is left to end a run that does not end by itself.
        stopped = number or (signal.SIGTERM if os.getppid() != parent else 0)
        failed = said.strip() == _FAILED.encode()
        tally = await _finish(orchestrator, parent, passed=not number and not failed, stopped=stopped)
        announcement.leave(lambda: requests_of(tally, plan))
        add_old(tally, plan)
        add_tokens(tally, orchestrator.profiles)
        _look_at_pytest(orchestrator, tally, runs=serves_pytest, began=not number)
        _forgive_stopped(tally, stopped=bool(stopped))
    print_report(tally, folder=plan.shown_from or os.curdir)
    code = 128 + number if number else _verdict(plan, tally, int(failed))
    return reports.write(code=code, command_code=int(failed), error=_stopped_by(stopping) if number else "")


def _announcement(orchestrator: Orchestrator, environment: Mapping[str, str]) -> ViewerAnnouncement:
    """What viewers are told of the run. An isolated one is reached from its own network only: they get its end.

    A run that keeps no requests tells nobody, not even a viewer that was opened since it was planned.
    """
    plan = orchestrator.plan
    variables = orchestrator.environment()
    control = "" if plan.isolate else variables[CONTROL]
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    run = AnnouncedRun(os.getpid(), control, variables[TOKEN], plan.reach, started)
    return ViewerAnnouncement(find_viewers(plan.project.root, environment) if plan.timed else (), run)


def _print_opening(orchestrator: Orchestrator) -> None:
    from recproxy.orchestrator.run_opening import openings  # noqa: PLC0415 - a run in CI says nothing here
    from recproxy.report.opening import print_opening  # noqa: PLC0415

    addresses = orchestrator.lanes[DEFAULT_LANE].addresses
    shown = [*openings(orchestrator.profiles, orchestrator.plan, addresses)]
    print_opening(shown, sys.stderr, left_out=len(orchestrator.profiles) - len(shown))


def _stopped_by(stopping: asyncio.Future[int]) -> str:
    """What the report says of a signal that ended the run; empty where none did."""
    return f"{signal.Signals(stopping.result()).name} ended the run" if stopping.done() else ""


async def _finish(orchestrator: Orchestrator, parent: int, *, passed: bool, stopped: int) -> Tally:
    """The tally of the run; a proxy that died meanwhile is the error, or a signal to an end that takes too long.

    `stopped` is the signal that stopped the run before, 0 for none; the death of the `parent` is one, too.
    """
    loop = asyncio.get_running_loop()
    hurry: asyncio.Future[int] = loop.create_future()
    on_signals(loop, hurry)
    if not stopped:
        watch_parent(loop, hurry, parent)
    finishing = asyncio.ensure_future(orchestrator.finish(passed=passed))
    await asyncio.wait(
        (finishing, orchestrator.failure, hurry),
        timeout=_STOPPED_SECONDS if stopped else None,
        return_when=asyncio.FIRST_COMPLETED,
    )
    if not finishing.done() and not orchestrator.failure.done():
        await asyncio.wait(
            (finishing, orchestrator.failure), timeout=_HURRY_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
    if finishing.done() and not isinstance(finishing.exception(), ProxyError):
        return finishing.result()
    is_late = not finishing.done() and not orchestrator.failure.done()
    finishing.cancel()
    if is_late:
        name = signal.Signals(stopped or hurry.result()).name
        raise ProxyError(
            f"{name} ended the run before its scopes had ended, because a proxy does not answer: the next run that "
            "records recovers what was recorded"
        )
    raise await asyncio.wait_for(asyncio.shield(orchestrator.failure), _CLOSING_SECONDS)


def _look_at_pytest(orchestrator: Orchestrator, tally: Tally, *, runs: bool, began: bool) -> None:
    """Say what a command that `runs` pytest shows: that its plugin is silent, or, by silence, that no test was run."""
    if runs and began and not orchestrator.was_called:
        tally.notes.insert(0, PYTEST_SILENT)
    elif runs and not orchestrator.scopes.have_begun:  # it stopped while it collected tests, and has said why
        tally.unasked.clear()
        tally.unasked_fails = False


def _forgive_stopped(tally: Tally, *, stopped: bool) -> None:
    """Say nothing of profiles that nobody asked where a signal stopped the run: they may have been asked later."""
    if stopped:
        tally.unasked.clear()
        tally.unasked_fails = False


def _verdict(plan: RunPlan, tally: Tally, code: int) -> int:
    is_missed = tally.failed and plan.project.on_miss == "fail"
    is_old = bool(tally.old) and plan.project.on_age == "fail"
    is_refused = bool(tally.refusals) and plan.project.on_refused == "fail"
    return _MISSED if code == 0 and (is_missed or is_refused or is_old or tally.unasked_fails) else code


def _on_input_end(loop: asyncio.AbstractEventLoop, said: bytearray, ended: Callable[[], None]) -> None:
    """Call `ended` once when standard input ends; `said` gets the end of what comes there."""
    try:
        os.set_blocking(0, False)
        loop.add_reader(0, lambda: _read_input(loop, said, ended))
    except (OSError, ValueError):  # a plain file, or closed: it has ended
        loop.call_soon(ended)


def _read_input(loop: asyncio.AbstractEventLoop, said: bytearray, ended: Callable[[], None]) -> None:
    try:
        data = os.read(0, 65536)
    except BlockingIOError:
        return
    except OSError:
        data = b""
    said[:] = (said + data)[-_MOST_SAID:]
    if not data:
        loop.remove_reader(0)
        ended()
