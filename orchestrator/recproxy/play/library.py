"""Which recording: from the name a test gives, or from no name at all, to a file.

Looks relative to the test module, then in the project's recordings/PROFILE/, then among the profile package's own.
Knows nothing of what stands in the files.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from recproxy.control.record_commands import PROFILE_WORD, record_command
from recproxy.control.scope_options import SelectedTest
from recproxy.control.shown_paths import shown_path
from recproxy.errors import RecordingNotFound
from recproxy.play.recording_names import DEFAULT

__all__ = ["Library"]


class Library:
    """The recordings of one project for its profiles; `own` maps a profile to its package's folder, if any.

    `record` is the command that records, with PROFILE_WORD in the place of a profile's name. Messages show folders as they
    are seen from `shown_from`. `absent` are names of recordings that are in a store, and not here.
    """

    def __init__(
        self,
        recordings: Path,
        own: Mapping[str, str | None],
        *,
        record: str = "",
        shown_from: str = os.curdir,
        absent: Collection[str] = (),
    ) -> None:
        self._absent = absent
        self._recordings = recordings
        self._record = record or f"recproxy run --record {PROFILE_WORD} -- COMMAND"
        self._own = own
        self._shown_from = shown_from
        #: By profile: each scope asks for these.
        self._of_commands: dict[str, Path] = {}

    @property
    def folder(self) -> Path:
        """Where the project's recordings are."""
        return self._recordings

    def default(self, profile: str, name: str | None = None) -> Path:
        """The recording where none is named: that of a test by its `name`, or of a command; it need not exist."""
        if name:
            return self._recordings.joinpath(profile, name)
        known = self._of_commands.get(profile)
        if known is None:
            known = self._of_commands[profile] = self._recordings.joinpath(profile, DEFAULT)
        return known

    def find(
        self,
        profile: str,
        name: str,
        *,
        beside: Path | None = None,
        selection: SelectedTest | None = None,
        together: Sequence[str] = (),
    ) -> Path:
        """The file that a name means.

        Args:
            profile: whose recording it is.
            name: a path, or a name with or without `.rec`.
            beside: the folder of the test module, or of the command.
            selection: how the test that names it is run alone.
            together: the profiles that are recorded with it; none means this one.

        Raises:
            RecordingNotFound: it is nowhere; the message says where it was looked for, and how to record it.
        """
        folders = [folder for folder in (beside, self._recordings / profile, self._package(profile)) if folder]
        names = [name] if name.endswith(".rec") else [name, f"{name}.rec"]
        for folder in folders:
            for candidate in names:
                path = folder / candidate
                if path.is_file() or _is_recorded_folder(path):
                    return path
        for candidate in names:
            if f"{profile}/{candidate}" in self._absent:
                raise RecordingNotFound(
                    f"recording {name!r} of profile {profile!r} is in the store of this project, and not here: "
                    "pull it with: recproxy pull"
                )
        looked = ", ".join(shown_path(str(folder), self._shown_from) for folder in dict.fromkeys(folders))
        raise RecordingNotFound(
            f"recording {name!r} of profile {profile!r} does not exist: looked in {looked}; "
            f"record it with: {record_command(self._record, together or (profile,), selection)}"
        )

    def place(self, profile: str, name: str, *, beside: Path | None = None, is_host: bool = False) -> Path:
        """The file that a name means when it is recorded: the one it has, or where a new one belongs.

        A package's own recordings are not written to. A decorator of 2011, which names a host, has its file beside
        the test module; else it is in the project's recordings.
        """
        folder = self._recordings / profile
        name = name if name.endswith(".rec") else f"{name}.rec"
        for known in (beside, folder):
            if known is not None and (known / name).is_file():
                return known / name
        return (beside if beside is not None and is_host else folder) / name

    def _package(self, profile: str) -> Path | None:
        folder = self._own.get(profile)
        return Path(folder) if folder else None


def _is_recorded_folder(path: Path) -> bool:
    if not path.is_dir():
        return False
    from recproxy.play.reading import is_recorded_folder  # noqa: PLC0415 - all formats come with it, seldom needed

    return is_recorded_folder(path)
