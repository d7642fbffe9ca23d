"""Signals that end a command, so that it ends what it has begun: they wait, or they end a block as an exit does."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator

__all__ = ["ended_by_signals", "signals_wait"]

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def signals_wait(*others: signal.Signals) -> Iterator[None]:
    """Let signals that would end the process, and these, wait until this ends. Those that were blocked before stay so."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*_SIGNALS, *others))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a signal that would end the process end this instead, so that what is staged is removed first.

    One that is ignored, as SIGHUP is under nohup, stays ignored.
    """

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    ending = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = [signal.signal(number, end) for number in ending]
    try:
        yield
    finally:
        for number, handler in zip(ending, before, strict=True):
            signal.signal(number, handler)
