"""What a proof has seen of a run."""

from recproxy.control.outcomes import NO_TEST, Missed, Outcome
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.proof_evidence import RunEvidence
from recproxy.orchestrator.scope_ends import ScopeOutcome

MISSED = Missed(method="GET", url="https://a.example/", text="")


def ended(evidence, name, test, outcome, *, passed=True):
    scope = LaneScope(name=name, number=1, test=test)
    evidence.take(scope, ScopeOutcome(scope=name, profiles={"shop": outcome}), passed)


def test_a_scope_that_ran_in_two_workers_has_what_happened_in_both():
    evidence = RunEvidence()
    ended(evidence, "m.catalogue", "m.test_one", Outcome(scope="m.catalogue", requests=("GET a",)))
    ended(evidence, "m.catalogue", "m.test_two", Outcome(scope="m.catalogue", missed=(MISSED,)), passed=False)

    found = evidence.scopes["m.catalogue"]

    assert (found.passed, found.requests, found.is_test) == (False, ("GET a",), False)
    assert [each.profile for each in found.missed] == ["shop"]


def test_a_test_that_ran_again_has_the_result_of_its_last_run():
    evidence = RunEvidence()
    ended(evidence, "m.test_one", "m.test_one", Outcome(scope="m.test_one", recorded=1), passed=False)
    ended(evidence, "m.test_one", "m.test_one", Outcome(scope="m.test_one"))

    found = evidence.scopes["m.test_one"]

    assert (found.passed, found.asked) == (True, {"shop"})


def test_tests_are_the_scopes_of_their_own_name():
    evidence = RunEvidence()
    ended(evidence, "m.test_one", "m.test_one", Outcome(scope="m.XXX"))
    evidence.take(None, ScopeOutcome(scope=NO_TEST), False)

    assert evidence.tests == ("m.test_one",)
    assert evidence.scopes["m.test_one"].shown == "m.XXX"
    assert evidence.scopes[NO_TEST].passed
