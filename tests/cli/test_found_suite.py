"""How the tests of a project are written."""

import pytest

from recproxy.cli.found_suite import PYTEST_SUITE, find_suite

CASE = "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self): pass\n"
DISCOVER = ("python", "-m", "unittest", "discover", "-s")


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, PYTEST_SUITE.words),
        ({"tests/test_a.py": CASE}, (*DISCOVER, "tests")),
        (
            {"test/unit/test_a.py": CASE.replace("import unittest", "from unittest import TestCase")},
            (*DISCOVER, "test/unit"),
        ),
        ({"tests/unit/test_a.py": CASE, "tests/unit/__init__.py": ""}, (*DISCOVER, "tests")),
        ({"tests/shop_test.py": CASE}, (*DISCOVER, "tests", "-p", "*test*.py")),
        (
            {"tests/functional/test_a.py": CASE, "tests/functional/__init__.py": ""},
            (*DISCOVER, "tests/functional", "-t", "."),
        ),
        ({"tests/functional/test_a.py": "def test_a(): pass\n", "tests/test_b.py": CASE}, PYTEST_SUITE.words),
        ({"tests/test_a.py": CASE, "tests/test_b.py": "async def test_b(): pass\n"}, ("pytest", "tests")),
        ({"tests/test_a.py": f"import pytest\n{CASE}"}, ("pytest", "tests")),
        ({"tests/test_a.py": CASE, "conftest.py": ""}, ("pytest", "tests")),
    ],
)
def test_a_suite_is_of_unittest_only_if_nothing_is_of_pytest(tmp_path, files, wanted):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert find_suite(tmp_path, pytest_configured=False).words == wanted
    assert find_suite(tmp_path, pytest_configured=True).words[0] == "pytest"


def test_the_folder_of_the_tests_is_named_and_the_first_test_alone_is_none(tmp_path):
    made = tmp_path / "tests/functional/test_first.py"
    made.parent.mkdir(parents=True)
    made.write_text("def test_it(): ...\n")
    alone = find_suite(tmp_path, pytest_configured=True)
    (tmp_path / "test").mkdir()
    (tmp_path / "test/shop_test.py").write_text("def test_it(): ...\n")
    apart = find_suite(tmp_path, pytest_configured=True)
    (tmp_path / "tests/test_shop.py").write_text("def test_it(): ...\n")

    assert alone == PYTEST_SUITE
    assert (apart.words, apart.is_there) == (("pytest", "test", "tests/functional"), True)
    assert find_suite(tmp_path, pytest_configured=False).words == ("pytest", "tests")


def test_a_folder_of_node_without_python_has_a_suite_of_node(tmp_path):
    (tmp_path / "package.json").write_text("{}")

    assert find_suite(tmp_path, pytest_configured=False).words == ("node", "--test")
    (tmp_path / "requirements.txt").write_text("requests\n")
    assert find_suite(tmp_path, pytest_configured=False) == PYTEST_SUITE
