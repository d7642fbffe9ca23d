"""Recordings of a project with a store that a run finds missing or old, before it misses or plays them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.recording.counting import counted
from recproxy.stores.folder import FolderState, changed_by_lock
from recproxy.stores.lock import LOCK, read_lock

__all__ = ["check_recorded", "pulled_notes", "pulled_state"]


def pulled_state(store: str, root: Path, folder: Path) -> FolderState:
    """How the folder of a project's recordings differs from what its lock wants; not at all without a store or a lock.

    Raises:
        ConfigurationError: the lock is wrong.
        RecordingError: a recording cannot be read.
    """
    return changed_by_lock(folder, read_lock(root / LOCK)) if store and (root / LOCK).exists() else FolderState()


def pulled_notes(state: FolderState) -> tuple[str, ...]:
    """What a run says of it."""
    old = (*state.outdated, *state.dropped)
    notes = []
    if state.missing:
        notes.append(f"{_counted(state.missing)} of {LOCK} {_are(state.missing)} not here: pull with: recproxy pull")
    if old:
        notes.append(f"{_counted(old)} here {_are(old)} outdated, {old[0]} for one: pull with: recproxy pull")
    if state.conflicts:
        one = state.conflicts[0]
        notes.append(
            f"{_counted(state.conflicts)} changed both here and in {LOCK}, {one} for one: see them with: recproxy status"
        )
    return tuple(notes)


def check_recorded(state: FolderState, recorded: Collection[str]) -> None:
    """Refuse to record a profile of which recordings are missing or old: they would be lost in what is written.

    Raises:
        ConfigurationError: there are some.
    """
    for names, where in (
        (state.missing, "in the store and not here"),
        ((*state.outdated, *state.dropped), "outdated here"),
    ):
        lacking = [name for name in names if name.partition("/")[0] in recorded]
        if lacking:
            raise ConfigurationError(
                f"{_counted(lacking)} of what is to be recorded {_are(lacking)} {where}, "
                f"{lacking[0]} for one: pull first, with: recproxy pull"
            )


def _counted(names: Collection[str]) -> str:
    return counted(len(names), "recording")


def _are(names: Collection[str]) -> str:
    return "is" if len(names) == 1 else "are"
