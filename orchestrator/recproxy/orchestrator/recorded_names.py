"""The names that tests and their files have in recordings, where they must not show a secret."""

from __future__ import annotations

from pathlib import Path

__all__ = ["RecordedNames"]


class RecordedNames:
    """Remembers which test has which name in a recording: without secrets, two tests may have the same."""

    def __init__(self) -> None:
        self._tests: dict[tuple[Path, str], str] = {}

    def refusal(self, path: Path, test: str, scope: str, *, shown: str, file_name: str) -> str:
        """Why a test cannot be recorded as this scope of a file; empty where it can.

        `shown` and `file_name` are the names of the test and of the file without secrets.
        """
        if file_name != path.name:
            return f"{file_name}: not recorded: its name would hold a secret: rename the test {shown}"
        if self._tests.setdefault((path, scope), test) != test:
            return f"{scope}: not recorded: without secrets two tests have this name: rename one of them"
        return ""
