"""What a run missed, gathered by test as scopes end, and the file that says so to whoever can record it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from itertools import islice
from pathlib import Path

from recproxy.config.installed import own_version
from recproxy.control.outcomes import NO_TEST, Missed, Outcome
from recproxy.control.scope_options import SelectedTest
from recproxy.control.shown_paths import shown_path
from recproxy.control.variables import WANTED
from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.play.file_replacement import replace_file
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.wanted_list import WANTED_FILE, WantedList, WantedRequest, WantedTest, is_choosable, wanted_values

__all__ = ["WantedRecordings"]

#: Requests of one test that a list has: more say nothing new.
_MOST_REQUESTS = 100
_MOST_TESTS = 1000  # as many as its reader takes


@dataclass(slots=True, kw_only=True)
class _TestHistory:
    """What is known of a test: how it is chosen, what it missed, and the files that it plays, by profile.

    `name` is its name without secrets; where that is another one, nothing chooses it.
    """

    name: str
    selection: SelectedTest | None = None
    missed: dict[tuple[str, str, str], list[Missed]] = field(default_factory=dict)
    files: dict[str, set[str]] = field(default_factory=dict)


class WantedRecordings:
    """Watches the scopes of a run."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self._seen: dict[str, _TestHistory] = {}
        #: What the run has shown to be secret.
        self.shown = RunSecrets()

    def take(self, scope: LaneScope | None, outcome: ScopeOutcome, passed: bool) -> None:
        """Add a scope that has ended: as what its test did. None is what was outside of all tests."""
        test = scope.test if scope is not None else NO_TEST
        seen = self._seen.setdefault(test, _TestHistory(name=test))
        own = next(iter(outcome.profiles.values()), None)
        if scope is None or scope.name == test:
            seen.name = own.scope if own is not None else test
        if scope is not None and seen.name == test:
            seen.selection = scope.selection
        for profile, each in outcome.profiles.items():
            self._add(seen, profile, each)

    def _add(self, seen: _TestHistory, profile: str, outcome: Outcome) -> None:
        for missed in outcome.missed:
            seen.missed.setdefault((profile, missed.method, missed.url), []).append(missed)
        if outcome.files or outcome.missed:
            files = seen.files.setdefault(profile, set())
            files.update(path for path, _ in outcome.files)
            files.update(missed.expected for missed in outcome.missed if missed.expected)

    def wanted(self) -> WantedList:
        """The list; without tests where nothing was missed."""
        found = [self._test(seen) for seen in self._seen.values() if seen.missed]
        # Its own version is slow to find out, and a run that goes well has no list.
        return WantedList(recproxy=own_version() if found else "", tests=tuple(found[:_MOST_TESTS]))

    def write(self, environment: Mapping[str, str]) -> str:
        """Write the list if something was missed; a line for the user, empty where there is none to tell.

        Raises:
            RecordingError: the place that the user named cannot be written.
        """
        wanted = self.wanted()
        if not wanted.tests:
            return ""
        text = (json.dumps(wanted_values(wanted), indent=1) + "\n").encode()
        asked = environment.get(WANTED, "")
        place = (
            self._written_to(Path(self._plan.shown_from or os.curdir, asked), text) if asked else self._written(text)
        )
        if place is None:
            return ""
        if not (asked or environment.get("CI") or place.parent == self._plan.project.root):
            return ""
        shown = shown_path(str(place), self._plan.shown_from)
        tests = sum(each.test != NO_TEST for each in wanted.tests)
        of_tests = f" of {counted(tests, 'test')}" if tests else ""  # none for what another command missed
        what = f"{counted(wanted.requests, 'request')}{of_tests}"
        return printable(
            f"wanted: {what} in {shown}: whoever has the credentials records them with --record-wanted {shown}"
        )

    def _written(self, text: bytes) -> Path | None:
        """Where the list was written; None where nobody asked for it and it cannot be: the run says what it missed."""
        try:
            place = self._place()
            return None if place is None else self._written_to(place, text)
        except (RecordingError, OSError):
            return None

    @staticmethod
    def _written_to(place: Path, text: bytes) -> Path:
        replace_file(place, text, root=place.parent)
        return place

    def _place(self) -> Path | None:
        """Where git does not see it: in the project if that is ignored there, or with the journals of recordings."""
        from recproxy.play.git_versions import call_git  # noqa: PLC0415 - only for a list of misses

        root = self._plan.project.root
        if call_git("check-ignore", "-q", WANTED_FILE, folder=root).returncode == 0:
            return root / WANTED_FILE
        folders = JournalFolders(self._plan.library.folder, root)
        if not folders.recordings.is_dir():
            return None
        with folders.opened(make=True):
            return folders.journal / WANTED_FILE

    def _test(self, seen: _TestHistory) -> WantedTest:
        profiles = tuple(dict.fromkeys(profile for profile, _, _ in seen.missed))
        files = {path for profile in profiles for path in seen.files.get(profile, ())}
        file, names, keyword = self._choice(seen.selection)
        return WantedTest(
            test=printable(seen.name),
            profiles=profiles,
            file=file,
            sha256=hashlib.sha256((self._plan.project.root / file).read_bytes()).hexdigest() if file else "",
            names=names,
            keyword=keyword,
            requests=tuple(islice(_requests(seen, self._shown, self.shown.masked), _MOST_REQUESTS)),
            recordings=tuple(sorted(map(self._shown, files))),
            shared_with=tuple(self._sharing(seen, profiles)),
        )

    def _choice(self, selection: SelectedTest | None) -> tuple[str, tuple[str, ...], str]:
        """The file of a test below the project and the names below it, and its pattern for unittest."""
        if selection is None:
            return "", (), ""
        keyword = selection.keyword if selection.keyword.startswith("*") else ""
        before, bracket, parameters = selection.node.partition("[")
        path, *names = before.split("::")
        names[-1:] = [f"{each}{bracket}{parameters}" for each in names[-1:]]
        place = Path(self._plan.shown_from or os.curdir, path).resolve()
        root = self._plan.project.root.resolve()
        if not path or not place.is_file() or not place.is_relative_to(root):
            return "", (), keyword
        file = place.relative_to(root).as_posix()
        return (file, tuple(names), keyword) if is_choosable(file, names) else ("", (), keyword)

    def _sharing(self, seen: _TestHistory, profiles: tuple[str, ...]) -> Iterator[str]:
        for other in self._seen.values():
            shared = any(seen.files.get(each, set()) & other.files.get(each, set()) for each in profiles)
            if shared and other is not seen and other.name != NO_TEST:
                yield printable(other.name)

    def _shown(self, path: str) -> str:
        return printable(shown_path(path, str(self._plan.project.root)))


def _value(text: str | None) -> str:
    """What one side of a difference has, in the words of a miss."""
    return "(absent)" if text is None else text


def _requests(seen: _TestHistory, shown: Callable[[str], str], masked: Callable[[str], str]) -> Iterator[WantedRequest]:
    for (profile, method, url), misses in seen.missed.items():
        first = misses[0]
        yield WantedRequest(
            profile=profile,
            method=printable(method),
            url=printable(masked(url)),
            count=len(misses),
            closest=shown(first.closest) if first.closest else "",
            differences=tuple(
                printable(masked(f"{place}: recorded {_value(recorded)}, got {_value(live)}"))
                for place, recorded, live in first.differences[:20]
            ),
        )
