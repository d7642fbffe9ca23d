"""The files of a folder of recordings, read to be merged, and written where they belong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.play.file_replacement import check_place, replace_file
from recproxy.play.found_recordings import recordings_in
from recproxy.play.recording_names import FAILED

__all__ = ["check_recording_folder", "check_shard", "recording_files", "write_recording_files"]


def check_shard(folder: Path, files: Mapping[str, bytes], before: Mapping[str, bytes], recordings: Path) -> None:
    """Refuse a folder of a shard that holds no recordings, or other files that would come among them.

    Args:
        folder: of the shard.
        files: those in it.
        before: those of the project.
        recordings: the folder of the project's recordings.

    Raises:
        RecordingError: the message names the folder or the file.
    """
    check_recording_folder(folder, files, recordings)
    if not files:
        raise RecordingError(f"{folder}: holds no recordings: name the folder of a shard's recordings")
    found = set(recordings_in([folder]).paths)
    for name, text in files.items():
        path = folder / name
        if before.get(name) != text and found.isdisjoint((path, *path.parents)):
            raise RecordingError(f"{path}: is no recording: take it out of what is merged")


def check_recording_folder(folder: Path, files: Iterable[str], recordings: Path) -> None:
    """Refuse a folder that holds no recordings itself, but a folder of the name of the project's.

    Raises:
        RecordingError: the message names the folder that may be meant.
    """
    for name in files:
        above = Path(name).parts[:-1]
        if recordings.name in above:
            inner = folder.joinpath(*above[: above.index(recordings.name) + 1])
            raise RecordingError(f"{folder}: its recordings are in {inner}: name that folder")


def recording_files(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by their names there: not what is hidden, nor what a failed scope has left.

    Raises:
        RecordingError: one is a link or cannot be read.
    """
    found = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if name.startswith(".") or name.endswith(FAILED):
                continue
            if path.is_symlink() or not path.is_file():
                raise RecordingError(f"{path}: it is a link or no file: put the recording itself there")
            try:
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
            except OSError as problem:
                raise RecordingError(f"{path}: cannot be read: {problem.strerror or problem}") from None
    return found


def write_recording_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, if all of them can be.

    Raises:
        RecordingError: one cannot be, or a link leads out of the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        check_place(folder / name, root=folder)
    for name, text in files.items():
        replace_file(folder / name, text, root=folder)
