"""Recordings of a project with a store that were not pulled, before a run misses them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from recproxy.counting import counted
from recproxy.errors import ConfigurationError
from recproxy.stores.folder import missing_files
from recproxy.stores.lock import LOCK, read_lock

__all__ = ["absent_note", "absent_recordings", "check_recorded"]


def absent_recordings(store: str, root: Path, folder: Path) -> tuple[str, ...]:
    """The names of recordings that the lock of a project has and its folder has not; none without a store.

    Raises:
        ConfigurationError: the lock is wrong.
    """
    return missing_files(folder, read_lock(root / LOCK)) if store else ()


def absent_note(absent: Collection[str]) -> tuple[str, ...]:
    """What a run says of them."""
    if not absent:
        return ()
    what = counted(len(absent), "recording")
    return (f"{what} of {LOCK} {'is' if len(absent) == 1 else 'are'} not here: pull them with: recproxy pull",)


def check_recorded(absent: Collection[str], recorded: Collection[str]) -> None:
    """Refuse to record a profile of which recordings are absent: new files would take the place of whole ones.

    Raises:
        ConfigurationError: there are some.
    """
    lacking = [name for name in absent if name.partition("/")[0] in recorded]
    if lacking:
        raise ConfigurationError(
            f"{counted(len(lacking), 'recording')} of what is to be recorded {'is' if len(lacking) == 1 else 'are'} in the store "
            f"and not here, {lacking[0]} for one: pull first, with: recproxy pull"
        )
