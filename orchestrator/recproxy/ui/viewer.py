"""What a viewer answers, by the names of its calls: values in, values out. Knows neither HTTP nor who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from recproxy.config.project import Project
from recproxy.errors import ConfigurationError, RecordingError
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.ui.edits import blocks_of
from recproxy.ui.history import changes_between, history_of
from recproxy.ui.live_runs import LiveRuns
from recproxy.ui.opened_recordings import LARGEST_BODY, OpenedRecording, OpenedRecordings
from recproxy.ui.project_files import ProjectFiles
from recproxy.ui.recording_values import hexadecimal, recording_rows, recording_values, shown_interaction
from recproxy.ui.saving import Saving
from recproxy.ui.search import search
from recproxy.ui.user_editor import Editor

__all__ = ["Viewer"]

_MOST_WORDS = 20  # each costs a search of all recordings
#: Tabs whose searches are told apart.
_MOST_TABS = 50


class Viewer:
    """The viewer of a project's recordings."""

    def __init__(self, project: Project, files: ProjectFiles, runs: LiveRuns, editor: Editor | None = None) -> None:
        self._project = project
        self._files = files
        self._editor = editor
        #: By tab, the search that it waits for.
        self._searches: dict[str, object] = {}
        self._runs = runs
        self._opened = OpenedRecordings(files)
        self._saving = Saving(project, files, self._opened)

    def answers(self) -> dict[str, Callable[[Mapping[str, str]], dict[str, Any]]]:
        """The calls that change nothing, by name."""
        return {
            "project": self.project,
            "recordings": self.recordings,
            "recording": self.recording,
            "rows": self.rows,
            "interaction": self.interaction,
            "bytes": self.bytes,
            "text": self.text,
            "search": self.search,
            "history": self.history,
            "changed": self.changed,
            "runs": self._runs.runs,
            "requests": self._runs.requests,
        }

    def changes(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        """The calls that change something, by name."""
        return {"preview": self._saving.preview, "save": self._saving.save, "open": self.open}

    def project(self, _: Mapping[str, str]) -> dict[str, Any]:
        """The folder of the project, and the editor that opens recordings; empty where none is known."""
        return {"project": printable(self._project.root.name), "editor": self._editor.name if self._editor else ""}

    def recordings(self, _: Mapping[str, str]) -> dict[str, Any]:
        """All recordings."""
        return {"recordings": [asdict(each) for each in self._files.listed()]}

    def recording(self, given: Mapping[str, str]) -> dict[str, Any]:
        """One recording."""
        opened = self._open(given.get("name", ""))
        return recording_values(self._files.profile_name(opened.path), opened)

    def rows(self, given: Mapping[str, str]) -> dict[str, Any]:
        """More interactions of a recording, `from` a number on."""
        opened = self._open(given.get("name", ""))
        return {"sha": opened.sha, "rows": recording_rows(opened, _number(given, "from"))}

    def interaction(self, given: Mapping[str, str]) -> dict[str, Any]:
        """One interaction of a recording, by its `number` from 0."""
        opened, number = self._open_at(given)
        return shown_interaction(opened, number)

    def bytes(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The body of the request or response, its `side`, of one interaction in hexadecimal."""
        opened, number = self._open_at(given)
        return {"text": hexadecimal(opened, number, given.get("side", ""))}

    def text(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The lines of the file for one interaction. One that holds secrets, or may, is shown only if `secrets` is 1."""
        opened, number = self._open_at(given)
        blocks = blocks_of(opened)
        line = blocks.first_line(number)
        count = opened.secrets(number)
        if (count or not opened.is_looked_through(number)) and given.get("secrets") != "1":
            return {"sha": opened.sha, "line": line, "secrets": count}
        text = blocks.shown(number)
        if len(text.encode()) > LARGEST_BODY:
            raise RecordingError("this interaction is too large to be shown as text here: use your editor")
        return {"sha": opened.sha, "line": line, "text": text}

    def history(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The commits that changed a recording; `problem` is why git knows none."""
        path, _ = self._files.find(given.get("name", ""))
        try:
            return {"revisions": history_of(path, self._files.redaction(path)), "problem": ""}
        except ConfigurationError as problem:
            return {"revisions": [], "problem": printable(problem.message)}

    def changed(self, given: Mapping[str, str]) -> dict[str, Any]:
        """What the service changed in a recording from the revision `before` to `after`; none is the file as it is."""
        opened = self._open(given.get("name", ""))
        return {"changed": changes_between(opened, given.get("before", ""), given.get("after", ""))}

    def open(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Open a recording in the user's editor, at a `line`."""
        path, _ = self._files.find(str(given.get("name")))
        line = given.get("line")
        if self._editor is None:
            raise ConfigurationError("no editor is known: set VISUAL to one with a window, such as `code`")
        self._editor.open(path, line if type(line) is int and line > 0 else 1)
        return {}

    def search(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Where recordings hold all `words`; `profile` limits it to those of one.

        A search ends when the same `tab` begins another one: with each letter that somebody types there is one.
        """
        words = given.get("words", "")[:400].split()[:_MOST_WORDS]
        tab, mine = given.get("tab", "")[:40], object()
        self._searches[tab] = mine
        while len(self._searches) > _MOST_TABS:
            self._searches.pop(next(iter(self._searches)), None)
        hits, has_more = search(
            words, self._files, self._opened, given.get("profile", ""), lambda: self._searches.get(tab) is mine
        )
        return {"hits": [asdict(each) for each in hits], "more": has_more}

    def _open_at(self, given: Mapping[str, str]) -> tuple[OpenedRecording, int]:
        """A recording and the number of one of its interactions."""
        name, number = given.get("name", ""), _number(given, "number")
        opened = self._open(name)
        if not 0 <= number < len(opened):
            raise RecordingError(f"{name}: it has {counted(len(opened), 'interaction')}, and none has number {number}")
        return opened, number

    def _open(self, name: str) -> OpenedRecording:
        path, _ = self._files.find(name)
        return self._opened.open(path)


def _number(given: Mapping[str, str], name: str) -> int:
    word = given.get(name, "0")
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise RecordingError(f"{name}: not a number: {word[:20]!r}")
    return int(word)
