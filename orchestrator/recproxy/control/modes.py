"""The modes and the words that mean them: our own four, and those that people know from vcrpy."""

from collections.abc import Iterable, Sequence
from typing import Final

__all__ = [
    "MODES",
    "UNLISTED",
    "VCRPY_MODES",
    "all_credentials_missing",
    "credentials_missing",
    "explained_mode",
    "mode_named",
]

#: The modes of a profile, from the one that touches least.
MODES: Final = ("replay", "auto", "live", "record")
#: The proxy of plain HTTP to hosts that pass although no profile owns them; it is always live.
UNLISTED: Final = "unlisted"
#: What vcrpy calls them.
VCRPY_MODES: Final = {"none": "replay", "all": "record", "once": "auto", "new_episodes": "auto"}


def mode_named(word: str) -> str | None:
    """The mode that a word means, ours or vcrpy's; None where it means none."""
    found = VCRPY_MODES.get(word, word)
    return found if found in MODES else None


def credentials_missing(profile: str, mode: str, names: Sequence[str]) -> str:
    """What keeps a profile from asking its service."""
    return f"profile {profile!r} cannot be run in mode {mode}: set {', '.join(names)}"


def all_credentials_missing(missing: Iterable[tuple[str, str, Sequence[str]]]) -> str:
    """What keeps profiles from asking their services, in one line: each profile, its mode and what it lacks.

    Empty where nothing is missing.
    """
    lines = [credentials_missing(profile, mode, names) for profile, mode, names in missing if names]
    return f"{'; '.join(lines)} in the environment" if lines else ""


def explained_mode(word: str) -> str:
    """A line for those who used vcrpy's word; empty where there is nothing to explain."""
    mode = VCRPY_MODES.get(word)
    return "" if mode is None else f"mode {word!r} is vcrpy's name for {mode}"
