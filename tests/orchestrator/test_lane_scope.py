"""Scopes within scopes: whose test they are of, and how that is run alone."""

from recproxy.control.scope_options import ScopeOptions, SelectedTest
from recproxy.orchestrator.lane_scope import scope_within

NODE = SelectedTest(node="test_a.py::test_one")


def test_an_inner_scope_is_of_the_test_that_the_outermost_is_of():
    outer = scope_within((), "a.test_one", 1, ScopeOptions(selection=NODE))
    inner = scope_within((outer,), "catalogue", 2, ScopeOptions(selection=SelectedTest(node="other")))

    assert (outer.name, outer.test, outer.selection) == ("a.test_one", "a.test_one", NODE)
    assert (inner.name, inner.number, inner.test, inner.selection) == ("catalogue", 2, "a.test_one", NODE)


def test_the_command_that_records_an_inner_scope_is_its_own():
    outer = scope_within((), "a.test_one", 1, ScopeOptions(selection=NODE))
    inner = scope_within((outer,), "b", 2, ScopeOptions(selection=SelectedTest(command="pytest --record-mode=all")))

    assert inner.selection == NODE._replace(command="pytest --record-mode=all")
