from __future__ import annotations

from recproxy.cli.test_requirements import NO_REQUIREMENTS, TestRequirements, test_requirements

found = test_requirements
del test_requirements  # pytest would take it for a test


def test_extras_groups_and_files_are_found(tmp_path):
    (tmp_path / "requirements").mkdir()
    for name in ("requirements.txt", "requirements/test.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("attrs\n")
    pyproject = {
        "project": {"optional-dependencies": {"dev": [], "tests": []}},
        "dependency-groups": {"lint": [], "dev": []},
    }

    assert found(tmp_path, pyproject, packaged=True) == TestRequirements(
        extra="tests", group="dev", files=("requirements/test.txt",)
    )
    # What is no package cannot be installed with an extra, and has its own requirements in a file.
    assert found(tmp_path, pyproject, packaged=False) == TestRequirements(
        group="dev", files=("requirements.txt", "requirements/test.txt")
    )


def test_where_nothing_is_said_nothing_is_needed(tmp_path):
    assert found(tmp_path, {}, packaged=True) == NO_REQUIREMENTS
