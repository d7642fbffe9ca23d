"""Which commands run pytest."""

import pytest

from recproxy.control.pytest_commands import is_pytest


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("pytest", "tests"), True),
        (("/venv/bin/pytest",), True),
        (("py.test",), True),
        (("python3.9", "-m", "pytest", "-q"), True),
        (("coverage", "run", "-m", "pytest"), True),
        (("uv", "run", "pytest"), True),
        (("sh", "-c", "cd part && pytest tests"), True),
        (("pytest", "--version"), False),
        (("python", "-m", "unittest"), False),
        (("make", "pytests"), False),
        (("echo", "tests/pytest.ini"), False),
    ],
)
def test_pytest_is_known_by_a_word_of_its_own(words, wanted):
    assert is_pytest(words) is wanted
