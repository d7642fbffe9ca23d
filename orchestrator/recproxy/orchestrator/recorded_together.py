"""Misses outside of all tests: the command that records one of several profiles names them all."""

from __future__ import annotations

from dataclasses import replace

from recproxy.control.outcomes import NO_TEST
from recproxy.orchestrator.roster import Roster
from recproxy.report import Tally

__all__ = ["name_together"]


def name_together(tally: Tally, roster: Roster) -> None:
    """Have each miss of a run without tests name the command that records all profiles that missed.

    The command of one would fail by what the others miss, and a command that fails records nothing.
    """
    names = {miss.profile for miss in tally.misses if miss.test in ("", NO_TEST)}
    if len(names) < 2:
        return
    known = {name: proxy.profile for name, proxy in roster.proxies.items() if name in names}
    commands = {
        name: (roster.record_command(profile), roster.record_command(profile, uses=tuple(known)))
        for name, profile in known.items()
    }
    for number, miss in enumerate(tally.misses):
        if miss.test in ("", NO_TEST) and miss.profile in commands:
            tally.misses[number] = replace(miss, text=_with_command(miss.text, *commands[miss.profile]))


def _with_command(text: str, old: str, new: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"{line.removesuffix(old)}{new}" if old and line.endswith(f": {old}") else line for line in lines)
