"""Saving an edit: only what was looked at is replaced, only by what can be read, and never by more secrets.

One save at a time: two tabs that save at once are one after the other, and the second finds that the file has changed.
A file that a run records cannot be saved before the run ends: the run would write over the edit what it read before it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recproxy.config.project import Project
from recproxy.errors import RecordingError
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.recording_locks import RecordingLocks
from recproxy.play.file_replacement import replace_file
from recproxy.play.reading import load_any, read_bytes
from recproxy.recording.grammar import FIRST_LINE
from recproxy.ui.edits import Edit, blocks_of, edited
from recproxy.ui.opened_recordings import OpenedRecording, OpenedRecordings
from recproxy.ui.previews import Preview, preview
from recproxy.ui.project_files import ProjectFiles

__all__ = ["FileChanged", "Saving"]

#: Bytes of a file's name on any system.
_LONGEST_NAME = 255


class FileChanged(RecordingError):
    """A file is not what the page has shown."""


class Saving:
    """Previews and saves the edits of a viewer."""

    def __init__(self, project: Project, files: ProjectFiles, opened: OpenedRecordings) -> None:
        self._folders = JournalFolders(project.recordings, project.root)
        self._locks = RecordingLocks(self._folders)
        self._files = files
        self._opened = opened
        self._one = threading.Lock()

    def preview(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the `edit` of the recording `name`, whose version is `sha`, would do."""
        opened = self._current(given)
        return {**self._checked(opened, _edit_of(opened, given), given).values(), "sha": opened.sha}

    def save(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Save it: the new version and the number of the interaction to look at.

        Raises:
            FileChanged: the file is not the version that was edited.
            RecordingError: it cannot be saved; the message says why.
        """
        with self._one:
            opened = self._current(given)
            edit = _edit_of(opened, given)
            found = self._checked(opened, edit, given)
            if found.problem:
                raise RecordingError(found.problem)
            path, root = self._files.find(str(given.get("name")))
            if edit.moved:
                # First where they go, so that nothing is lost if the second file cannot be written.
                self._append(path, str(given["edit"].get("target")), edit.moved)
            with self._locked(path):
                replace_file(path, edit.text, root=root, check=functools.partial(self._check_version, opened))
            return {"sha": hashlib.sha256(edit.text).hexdigest(), "number": edit.number}

    def _locked(self, path: Path) -> contextlib.AbstractContextManager[None]:
        """Keep runs from recording a file while it is replaced; raises RecordingError if a run records it already.

        The locks are in the project's folder of recordings. Without one there are none, and the viewer makes no folder.
        """
        return self._locks.locked(path) if self._folders.recordings.is_dir() else contextlib.nullcontext()

    def _current(self, given: Mapping[str, Any]) -> OpenedRecording:
        """The recording that an edit is about, if it still is the version that was looked at."""
        path, _ = self._files.find(str(given.get("name")))
        opened = self._opened.open(path)
        if given.get("sha") != opened.sha:
            raise FileChanged(f"{given.get('name')}: has changed on disk since it was shown: reload it, and edit again")
        return opened

    def _check_version(self, opened: OpenedRecording) -> None:
        """The file is read once more at the last moment: its time and size may be as they were."""
        if read_bytes(opened.path) != opened.data:
            raise FileChanged(f"{opened.name}: has changed on disk since it was shown: reload it, and edit again")

    def _checked(self, opened: OpenedRecording, edit: Edit, given: Mapping[str, Any]) -> Preview:
        if edit.moved and (problem := self._unmovable(opened, edit, str(given["edit"].get("target")))):
            return Preview(problem=problem)
        return preview(opened, edit)

    def _unmovable(self, opened: OpenedRecording, edit: Edit, target: str) -> str:
        try:
            self._target(opened.path, target)
            load_any(FIRST_LINE + b"\n" + edit.moved, opened.path.name)
        except RecordingError as problem:
            return problem.message
        return ""

    def _target(self, source: Path, target: str) -> tuple[Path, Path]:
        """Where interactions of a recording go, and the root that holds it. Raises RecordingError: they cannot go there."""
        try:
            path, root = self._files.find(target)  # one that is shown by another name
        except RecordingError:
            path, root = self._files.place(target)
        if path.resolve() == source.resolve():
            raise RecordingError(f"{target}: they are in this recording: reorder them instead")
        if path.suffix != ".rec":
            raise RecordingError(f"{target}: a recording ends in .rec")
        if any(len(os.fsencode(part)) > _LONGEST_NAME for part in path.parts):
            raise RecordingError(f"{target}: is longer than the name of a file can be")
        if path.exists() and not path.is_file():
            raise RecordingError(f"{target}: is no file")
        return path, root

    def _append(self, source: Path, target: str, moved: bytes) -> None:
        """Put interactions behind those of another recording, or into a new one."""
        path, root = self._target(source, target)
        text = FIRST_LINE + b"\n" + moved
        check = None
        if path.exists():
            other = self._opened.open(path)
            check = functools.partial(self._check_version, other)
            blocks = blocks_of(other)
            above = blocks.head + b"".join(blocks.blocks)
            text = above + (b"" if above.endswith(b"\n") else b"\n") + moved + blocks.tail
        load_any(text, target)
        with self._locked(path):
            replace_file(path, text, root=root, check=check)


def _edit_of(opened: OpenedRecording, given: Mapping[str, Any]) -> Edit:
    edit = given.get("edit")
    if not isinstance(edit, dict):
        raise RecordingError("edit: say what is to be done")
    if edit.get("kind") == "move" and not isinstance(edit.get("target"), str):
        raise RecordingError("target: name the recording that gets them")
    made = edited(opened, edit)
    if made.text == opened.data and not made.moved:
        raise RecordingError("nothing would change")
    return made
