"""The markers of the pytest plugin: which tests have one."""

from types import SimpleNamespace

import pytest

from recproxy.testing.pytest_markers import is_marked


def node(*marks, parent=None):
    return SimpleNamespace(own_markers=[SimpleNamespace(name=name) for name in marks], parent=parent)


@pytest.mark.parametrize("name", ["recproxy", "recproxy_fault"])
def test_a_test_is_marked_by_itself_or_by_what_it_stands_in(name):
    assert is_marked(node("slow", name))
    assert is_marked(node("slow", parent=node(parent=node(name))))


def test_other_marks_and_no_marks_are_not_ours():
    assert not is_marked(node("slow", "recproxying", parent=node("usefixtures")))
    assert not is_marked(node())
