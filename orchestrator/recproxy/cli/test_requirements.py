"""What a project's tests need, found where projects say it: extras, dependency groups, requirements files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["NO_REQUIREMENTS", "TestRequirements", "test_requirements"]

#: Names of extras and groups, the first that is there; and of files, below the project.
_NAMES = ("test", "tests", "testing", "dev")
_FILES = (
    *("requirements-test.txt", "requirements-tests.txt", "test-requirements.txt", "requirements_test.txt"),
    *("requirements/test.txt", "requirements/tests.txt", "requirements-dev.txt", "requirements/dev.txt"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRequirements:
    """An extra of the project, a dependency group, and requirements files; empty where there is none."""

    #: For pytest, which takes a class of this name for tests.
    __test__ = False

    extra: str = ""
    group: str = ""
    files: tuple[str, ...] = ()


NO_REQUIREMENTS = TestRequirements()


def test_requirements(folder: Path, pyproject: Mapping[str, Any], *, packaged: bool) -> TestRequirements:
    """What the tests in a folder need. A folder that is no package also needs its requirements.txt."""
    project = pyproject.get("project", {})
    extras = project.get("optional-dependencies", {}) if isinstance(project, dict) else {}
    groups = pyproject.get("dependency-groups", {})
    files = () if packaged else ("requirements.txt",)
    own = next((name for name in _FILES if (folder / name).is_file()), "")
    return TestRequirements(
        extra=next((name for name in _NAMES if packaged and name in extras), ""),
        group=next((name for name in _NAMES if name in groups), ""),
        files=tuple(name for name in (*files, own) if name and (folder / name).is_file()),
    )
