"""Which recording: from the name a test gives, or from no name at all, to files.

Looks relative to the test module, then in the project's recordings/PROFILE/, then among the profile package's own
(DESIGN: profiles). Reads files; knows nothing of what is in play.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recproxy.errors import RecordingError, RecordingNotFound
from recproxy.recording import Recording, load

__all__ = ["Library", "read_recording"]


class Library:
    """The recordings of one project for its profiles; `own` maps a profile to its package's folder, if any."""

    def __init__(self, recordings: Path, own: Mapping[str, str | None]) -> None:
        self._recordings = recordings
        self._own = own

    def default(self, profile: str) -> Path:
        """The recording of a command that names none; it need not exist."""
        return self._recordings / profile / "default.rec"

    def find(self, profile: str, name: str, *, beside: Path | None = None) -> Path:
        """The file that a name means.

        Args:
            profile: whose recording it is.
            name: a path, or a name with or without `.rec`.
            beside: the folder of the test module, or of the command.

        Raises:
            RecordingNotFound: it is nowhere; the message says where it was looked for, and how to record it.
        """
        folders = [folder for folder in (beside, self._recordings / profile, self._package(profile)) if folder]
        names = [name] if name.endswith(".rec") else [name, f"{name}.rec"]
        for folder in folders:
            for candidate in names:
                path = folder / candidate
                if path.is_file():
                    return path
        looked = ", ".join(str(folder) for folder in dict.fromkeys(folders))
        raise RecordingNotFound(
            f"recording {name!r} of profile {profile!r} does not exist: looked in {looked}; "
            f"record it with: recproxy run --record {profile} -- COMMAND"
        )

    def _package(self, profile: str) -> Path | None:
        folder = self._own.get(profile)
        return Path(folder) if folder else None


def read_recording(path: str) -> Recording:
    """The recording in a file.

    Raises:
        RecordingError: it cannot be read or does not parse; `path:line`, what was expected and what stands there.
    """
    try:
        text = Path(path).read_bytes()
    except OSError as problem:
        raise RecordingError(f"{path}: cannot be read: {problem.strerror or problem}") from None
    return load(text, path=path)
