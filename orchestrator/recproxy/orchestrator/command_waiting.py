"""A command beside a run: waited for, and stopped by a signal, the end of whoever started us, or the death of a proxy."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping

from recproxy.errors import RecproxyError
from recproxy.orchestrator.command import Command

__all__ = ["is_the_commands", "on_signals", "resolve", "wait_for_command", "watch_parent", "without_worker"]

#: How often to look whether the parent still lives: it can die without a signal to us.
_PARENT_SECONDS = 0.5


def without_worker(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which nobody takes itself for a test worker: one that started us is not of this run."""
    return {name: value for name, value in environment.items() if not name.startswith("PYTEST_XDIST_")}


async def wait_for_command(
    command: Command, stopping: asyncio.Future[int], failure: asyncio.Future[RecproxyError]
) -> int:
    """Wait for the command; stop it on a signal or when a proxy died, which is raised."""
    ended = asyncio.ensure_future(command.wait())
    await asyncio.wait((ended, stopping, failure), return_when=asyncio.FIRST_COMPLETED)
    if failure.done() and not ended.done():
        await command.stop(signal.SIGTERM)
        await ended
        raise failure.result()
    if stopping.done() and not ended.done():
        number = stopping.result()
        if not is_the_commands(number, command):
            await command.stop(number)
        code = await ended
        return code or 128 + number
    return await ended


def is_the_commands(number: int, command: Command) -> bool:
    """Whether a signal has reached the command by itself, as a terminal's Ctrl-C: it decides when it is done."""
    return number == signal.SIGINT and command.shares_terminal


def on_signals(loop: asyncio.AbstractEventLoop, stopping: asyncio.Future[int]) -> None:
    """Let a signal ask for the end of the run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup SIGHUP stays ignored. A job in the background of a script has SIGINT ignored, too: it ends by it.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, resolve, stopping, number)


def resolve(stopping: asyncio.Future[int], number: int) -> None:
    """Ask for the end of the run; the first to ask decides why."""
    if not stopping.done():
        stopping.set_result(number)


def watch_parent(loop: asyncio.AbstractEventLoop, stopping: asyncio.Future[int], parent: int) -> None:
    """Stop when whoever started us has died: nobody waits for the command any more."""

    def look() -> None:
        if os.getppid() != parent:
            resolve(stopping, signal.SIGTERM)
        else:
            loop.call_later(_PARENT_SECONDS, look)

    loop.call_later(_PARENT_SECONDS, look)
