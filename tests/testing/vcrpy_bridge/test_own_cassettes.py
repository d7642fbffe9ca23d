"""Which cassettes a test has for itself."""

import pytest

from recproxy.testing.vcrpy_bridge.own_cassettes import is_own_cassette


@pytest.mark.parametrize(
    ("path", "test", "own"),
    [
        ("/p/cassettes/test_m/test_a.yaml", "tests/test_m.py::test_a", True),
        ("/p/cassettes/test_m/test_a[GET -x].yaml", "test_m.py::test_a[GET /x]", True),
        ("/p/cassettes/test_m/test_a[x--y].json", "test_m.py::test_a[x::y]", True),
        ("/p/cassettes/test_m/TestA.test_a.yaml", "test_m.py::TestA::test_a", True),
        ("/p/cassettes/test_m/test_a.yaml", "test_m.py::TestA::test_a", False),
        ("/p/cassettes/test_m/Inner.test_a.yaml", "test_m.py::Outer::Inner::test_a", False),
        ("/p/cassettes/test_m/test_a.yaml", "test_m.py::test_a[1]", False),
        ("/p/cassettes/test_m/test_b.yaml", "test_m.py::test_a", False),
        ("/p/cassettes/test_a.yaml", "test_m.py::test_a", False),
        ("/p/cassettes/test_m/.yaml", "test_m.py", False),
        ("/p/cassettes/test_a.yaml", "", False),
    ],
)
def test_a_cassette_that_bears_the_names_of_module_and_test_is_its_own(path, test, own):
    assert is_own_cassette(path, test) is own
