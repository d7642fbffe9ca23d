"""The error for a name that no profile has: what is known, and the command that defines one. Pure but for the folder shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recproxy.config.keys import nearest_word
from recproxy.config.profile_words import PROFILE_NAME
from recproxy.control.shown_paths import shown_path

__all__ = ["defining_step", "unknown_profile"]


def unknown_profile(word: str, known: Sequence[str], place: str, step: str) -> str:
    """The error: `place` is where a project writes one more profile, `step` what defines one of this name, if anything."""
    if word.startswith("-"):  # an option took the next word for its value
        return f"the name of a profile is missing before {word!r}: known are {', '.join(known) or 'none'}"
    if not known:
        define = f"; define it: {step}" if step else ""
        return f"unknown profile {word!r}: no profile is installed and none is in {place}{define}"
    names = f"{', '.join(known)}{nearest_word(word, known)}"
    define = f"install it, or define it: {step}" if step else "install one or write it inline"
    return f"unknown profile {word!r}: known are {names}; {define}"


def defining_step(word: str, folder: str, listing: str = "") -> str:
    """What defines a profile in the project of a folder; none for what is no name.

    `listing` is the file in which the project has its profiles as a list: that can get no table.
    """
    if not re.fullmatch(PROFILE_NAME.pattern, word):
        return ""
    shown = shown_path(folder)
    there = "" if shown == "." else f" in {shown}"
    if listing:
        return f"run recproxy profiles new {word} --host HOST{there} and add its path to profiles of {listing}"
    return f"run recproxy init --runner none --profile {word}=HOST{there}"
