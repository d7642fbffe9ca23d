"""The arguments after `--`: which profiles get the mode, and which arguments are the test command's.

Shared by nox and tox, so that both take the same words. Pure; imports nothing but the standard library.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SESSION_MODES", "VERIFY", "Arguments", "mode_options", "split_arguments", "verify_words"]

#: The mode in which the services are asked what the recordings ask.
VERIFY = "verify"

#: The modes that have a session or an environment, the default one first. `verify` is that of `recproxy verify`, which
#: takes the place of the test command.
SESSION_MODES = ("replay", "record", "live", VERIFY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """Arguments, taken apart: the profiles that get the mode, and the words for the test command."""

    profiles: tuple[str, ...]
    command: tuple[str, ...]


def split_arguments(words: Sequence[str], profiles: Sequence[str], command: str) -> Arguments:
    """Take words apart: leading ones name profiles, the first that begins with `-`, or `--`, begins the command's.

    Args:
        words: what stands behind the first `--`.
        profiles: the known ones.
        command: what was typed before it (`nox -s NAME`), for the message.

    Raises:
        ValueError: a bare word is no profile; the message lists them and says where command words go.
    """
    chosen: list[str] = []
    for number, word in enumerate(words):
        if word == "--":
            return Arguments(profiles=tuple(chosen), command=tuple(words[number + 1 :]))
        if word.startswith("-"):
            return Arguments(profiles=tuple(chosen), command=tuple(words[number:]))
        if word not in profiles:
            near = difflib.get_close_matches(word, profiles, n=1)
            nearest = f" (nearest: {near[0]})" if near else ""
            raise ValueError(
                f"{word!r} is not a profile of this suite, which has {', '.join(profiles)}{nearest}; "
                f"write arguments for the test command after a second --: {command} -- -- {word}"
            )
        chosen.append(word)
    return Arguments(profiles=tuple(chosen), command=())


def mode_options(mode: str, profiles: Sequence[str], chosen: Sequence[str], recorded: Sequence[str] = ()) -> list[str]:
    """The options of `recproxy run` and `serve`: the chosen profiles get the mode, all others replay.

    Args:
        mode: of the session or environment. One that `run` has no option for is that of all profiles.
        profiles: all of the suite.
        chosen: those that get the mode.
        recorded: those that are recorded whatever the mode.
    """
    single = mode in ("record", "live")
    options = ["--mode", "replay" if single else mode]
    for profile in profiles:
        options += ["--profile", profile]
    for profile in chosen if single else ():
        if mode == "record" or profile not in recorded:
            options += [f"--{mode}", profile]
    for profile in recorded:
        if mode != "record" or profile not in chosen:
            options += ["--record", profile]
    return options


def verify_words(chosen: Sequence[str], command: Sequence[str], reports: Sequence[str] = ()) -> list[str]:
    """The words behind `recproxy` that verify the chosen profiles; the words for the command are options of `verify`."""
    return ["verify", *(word for report in reports for word in ("--report", report)), *command, *chosen]
