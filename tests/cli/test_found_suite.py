"""How the tests of a project are written."""

import pytest

from recproxy.cli.found_suite import PYTEST_SUITE, find_suite

CASE = "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self): pass\n"
DISCOVER = ("python", "-m", "unittest", "discover", "-s", "tests/functional")


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, PYTEST_SUITE.words),
        ({"tests/test_a.py": CASE}, DISCOVER),
        ({"test/unit/test_a.py": CASE.replace("import unittest", "from unittest import TestCase")}, DISCOVER),
        ({"tests/functional/test_a.py": CASE, "tests/functional/__init__.py": ""}, (*DISCOVER, "-t", ".")),
        ({"tests/functional/test_a.py": "def test_a(): pass\n", "tests/test_b.py": CASE}, PYTEST_SUITE.words),
        ({"tests/test_a.py": CASE, "tests/test_b.py": "async def test_b(): pass\n"}, PYTEST_SUITE.words),
        ({"tests/test_a.py": f"import pytest\n{CASE}"}, PYTEST_SUITE.words),
        ({"tests/test_a.py": CASE, "conftest.py": ""}, PYTEST_SUITE.words),
    ],
)
def test_a_suite_is_of_unittest_only_if_nothing_is_of_pytest(tmp_path, files, wanted):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert find_suite(tmp_path, pytest_configured=False).words == wanted
    assert find_suite(tmp_path, pytest_configured=True) == PYTEST_SUITE
