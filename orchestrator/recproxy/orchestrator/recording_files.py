"""The files that a run records: which can be written, and what a scope replaces in them when it ends.

If the scope passed, its file is replaced in one rename; if it failed, its interactions go next to the file, into
NAME.failed.rec. Everything that arrives here is redacted. Knows no journal and no open scope.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.matching.rules import Rules
from recproxy.play.file_replacement import check_place, remove_file, remove_unfinished, replace_file
from recproxy.play.merging import TimedInteraction, merge
from recproxy.play.reading import foreign_format, read_recording
from recproxy.play.recording_names import failed_path
from recproxy.recording import Interaction, Recording, dump, of_today
from recproxy.redaction.linking import fresh_names, link, names
from recproxy.report import Written

__all__ = ["RecordingFiles"]


#: The longest name of a file, in bytes. The name of a .failed.rec is longer than that of its recording.
_LONGEST_NAME = 255


class RecordingFiles:
    """Writes what scopes recorded. `root_of` gives the folder that a recording's path must not leave.

    `max_age` is the age in days from which an interaction that was recorded again gets a new date though nothing of it
    changed; 0 means never.
    """

    def __init__(self, root_of: Callable[[Path], Path], *, max_age: float, today: Callable[[], dt.date]) -> None:
        self._root_of = root_of
        self._max_age = max_age
        self._today = today
        self._recovered: set[Path] = set()  # reported to the user, so this run takes nothing out of them

    def check(self, path: Path, *, append: bool) -> None:
        """Refuse a file that a scope could not write when it ends.

        Where it would `append` to a file that is there, maybe nothing has to be written: its place is checked then.

        Raises:
            RecordingError: the file that is there does not parse, or is another tool's; or there can be none, or a link
                leads out of its folder.
        """
        if len(os.fsencode(failed_path(path).name)) > _LONGEST_NAME:
            raise RecordingError(f"{path}: its name is too long to be recorded: give it a shorter one")
        _check_folder(path, permitted=not append)
        if not append or not path.is_file():
            self.check_place(path)
        if path.exists():
            title = foreign_format(path)
            if title is not None:
                raise RecordingError(
                    f"{path}: is of another format, {title}, which is never written: name a .rec to record"
                )
            if path.is_dir():
                raise RecordingError(f"{path}: is a folder: name a .rec in it to record")
            try:
                read_recording(str(path))
            except RecordingError as problem:
                raise RecordingError(f"{problem.message}; mend it, or delete the file to record it anew") from None

    def check_place(self, path: Path) -> None:
        """Refuse a file that a link leads out of its folder, or where something is that is no file.

        Raises:
            RecordingError: the message names where the link leads.
        """
        for each in (path, failed_path(path)):
            check_place(each, root=self._root_of(path))

    def save(
        self, path: Path, scope: str, interactions: Sequence[TimedInteraction], rules: Rules, *, append: bool
    ) -> Written:
        """Replace what a scope that passed had recorded before, or `append` to it.

        Raises:
            RecordingError: the file cannot be written; it is as it was.
        """
        before = read_recording(str(path)) if path.is_file() else Recording()
        if before.format == 1:
            # A file of 2011 has no place for scopes: what is recorded anew replaces it, and it stays in version control.
            before = Recording(interactions=tuple(map(of_today, before.interactions)) if append else ())
        others = [each for each in before.interactions if append or each.scope != scope]
        linked = _linked(interactions, others)
        since = self._today() - dt.timedelta(days=self._max_age) if self._max_age else None
        merged = merge(before, frozenset((scope,)), linked, rules, append=append, renewed_before=since)
        changed = self._replace(path, merged)
        self._remove_failed(path, scope)
        own = [each for each in merged.interactions if each.scope == scope]
        return Written(path, len(linked), changed=changed, links=fresh_names(own))

    def save_failed(self, path: Path, interactions: Sequence[Interaction], *, replaces: str | None) -> Written:
        """Put interactions next to the recording; they replace what the scope `replaces` left in an earlier run.

        Raises:
            RecordingError: the file cannot be written.
        """
        failed = failed_path(path)
        before = _leftovers(failed)
        if failed not in self._recovered and replaces is not None:
            before = [each for each in before if each.scope != replaces]
        linked = [each for each in link(interactions, names(before)) if each not in before]
        self._replace(failed, Recording(interactions=(*before, *linked)))
        return Written(failed, len(interactions), failed=True, kept=path.is_file())

    def save_recovered(self, path: Path, interactions: Sequence[Interaction]) -> Written | None:
        """Put what killed runs recorded next to the recording, and remove the files that they left half written.

        Raises:
            RecordingError: the file cannot be written.
        """
        for each in (path, failed_path(path)):
            remove_unfinished(each, root=self._root_of(each))
        if not interactions:
            return None
        written = self.save_failed(path, interactions, replaces=None)
        self._recovered.add(failed_path(path))
        return written

    def rewrite(self, path: Path, recording: Recording) -> None:
        """Put a recording of this run in its place again, if it changed.

        Raises:
            RecordingError: the file cannot be written; it is as it was.
        """
        self._replace(path, recording)

    def _remove_failed(self, path: Path, scope: str) -> None:
        """A scope passed: nobody needs what it left next to its recording when it failed."""
        failed = failed_path(path)
        if failed in self._recovered or not failed.is_file():
            return
        before = _leftovers(failed)
        left = tuple(each for each in before if each.scope != scope)
        if not left:
            remove_file(failed, root=self._root_of(failed))
        elif len(left) < len(before):
            self._replace(failed, Recording(interactions=left))

    def _replace(self, path: Path, recording: Recording) -> bool:
        """Put a recording in its place whole, or leave what is there; whether it changed."""
        try:
            text = dump(recording)
        except ValueError as problem:
            raise RecordingError(f"{path}: cannot be written: {problem}") from None
        with contextlib.suppress(OSError):
            if path.is_file() and path.read_bytes() == text:
                return False
        replace_file(path, text, root=self._root_of(path))
        return True


def _linked(taken: Sequence[TimedInteraction], others: Sequence[Interaction]) -> list[TimedInteraction]:
    """In order, with a name where the service handed out what was sent back to it; those of `others` are not taken."""
    ordered = sorted(taken, key=lambda each: each.begun)
    linked = link([each.interaction for each in ordered], names(others))
    return [TimedInteraction(new, old.begun, old.ended) for new, old in zip(linked, ordered, strict=True)]


def _check_folder(path: Path, *, permitted: bool) -> None:
    """Refuse a place where no file can be put: below a file or, where it is to be `permitted`, in a folder of others."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise RecordingError(f"{path}: cannot be written: {folder} is no folder: name another place")
    if permitted and not os.access(folder, os.W_OK | os.X_OK):
        raise RecordingError(f"{path}: cannot be written: permission denied in {folder}")


def _leftovers(failed: Path) -> list[Interaction]:
    """The interactions in a .failed.rec; none if the file cannot be parsed."""
    try:
        return list(read_recording(str(failed)).interactions) if failed.is_file() else []
    except RecordingError:
        return []
