"""Which commands run pytest or unittest."""

import pytest

from recproxy.control.pytest_commands import is_pytest, is_unittest, takes_more


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
        (("sh", "-c", "cd part; pytest tests"), True),
        (("env", "A=1", "timeout", "60", "/venv/bin/pytest"), True),
        (("poetry", "run", "python", "-X", "dev", "-m", "pytest"), True),
        (("pytest", "--version"), False),
        (("echo", "pip", "install", "pytest"), False),
        (("uv", "run", "pip", "install", "pytest"), False),
        (("sh", "-c", "pip install pytest && make"), False),
        (("python", "-m", "unittest"), False),
        (("make", "pytests"), False),
        (("echo", "tests/pytest.ini"), False),
    ],
)
def test_pytest_is_known_by_a_word_of_its_own(words, wanted):
    assert is_pytest(words) is wanted


@pytest.mark.parametrize(
    ("words", "unittest", "more"),
    [
        (("python", "-m", "unittest"), True, True),
        (("uv", "run", "python", "-m", "unittest", "discover"), True, True),
        (("pytest", "-q"), False, True),
        (("sh", "-c", "pytest"), False, False),
        (("tmux", "new", "uv run pytest"), False, False),
        (("python", "-m", "pytest", "-k", "a or b"), False, True),
        (("a", "&&", "pytest"), False, False),
    ],
)
def test_which_commands_take_more_words_at_their_end(words, unittest, more):
    assert (is_unittest(words), takes_more(words)) == (unittest, more)
