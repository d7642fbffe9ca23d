"""Verdicts of a proof, from what was seen."""

import pytest

from recproxy.control.outcomes import NO_TEST, Mending, Missed, MissReason
from recproxy.orchestrator.proof_evidence import RunEvidence, ScopeEvidence
from recproxy.orchestrator.proof_verdicts import ProofPass, findings, verdicts
from recproxy.orchestrator.recorded_scopes import RecordedRequest
from recproxy.report.proof_report import ProofCause

MEND = Mending(text="at a.rec:1, write XXX")
UNUSED = RecordedRequest(profile="shop", scope="m.test", request="GET https://a.example/", where="a.rec:1")
IDS = ("4a1e7a61-f12a-49a6-b840-a009d8aa663a", "3942b05c-9031-4008-ad02-70e93bbac54e")


def scope(name="m.test", test=None, *, passed=True, **seen):
    return ScopeEvidence(name=name, test=test or name, shown=name, passed=passed, **seen)


def run(*scopes):
    return RunEvidence(scopes={each.name: each for each in scopes})


def missed(reason=MissReason.DIFFERS, differences=(("json /id", *IDS),)):
    miss = Missed(method="GET", url="https://a.example/", text="", reason=reason, differences=differences)
    return (
        Missed(**{**{name: getattr(miss, name) for name in miss.__slots__}, "profile": "shop", "mendings": (MEND,)}),
    )


def found(now, *more, recorded=None, unused=(), ambiguous=(), cause=None):
    passes = [ProofPass(name="as recorded", seen=run(*now), unused=unused, cause=cause)]
    passes += more
    return findings(recorded or run(scope(asked=frozenset(["shop"]))), passes, ambiguous)


@pytest.mark.parametrize(
    ("now", "how", "wanted"),
    [
        (scope(), {}, None),
        (scope(missed=missed()), {}, ProofCause.RANDOM),
        (scope(missed=missed(MissReason.PLAYED)), {}, ProofCause.RETRIES),
        (scope(missed=missed(MissReason.NEVER_RECORDED)), {}, ProofCause.OTHER_REQUEST),
        (scope(missed=missed(MissReason.OTHER_TEST)), {}, ProofCause.OTHER_REQUEST),
        (scope(refused=missed()), {}, ProofCause.HOST),
        (scope(forwarded=1), {}, ProofCause.LIVE),
        (scope(), {"ambiguous": (UNUSED,)}, ProofCause.CONCURRENT),
        (scope(), {"unused": (UNUSED,)}, ProofCause.KEPT),
        (scope(requests=(UNUSED.request,)), {"unused": (UNUSED,)}, ProofCause.RETRIES),
        (scope(), {"unused": (UNUSED,), "recorded": run(scope())}, None),  # an earlier run has recorded it
        (scope(passed=False), {}, ProofCause.RESULT),
        (scope(result="skipped"), {}, ProofCause.RESULT),
        (scope(passed=False), {"unused": (UNUSED,)}, ProofCause.RESULT),
        (scope(passed=False, missed=missed()), {"unused": (UNUSED,)}, ProofCause.RANDOM),
        (scope("m.other"), {}, ProofCause.MISSING),
    ],
)
def test_a_test_is_named_by_the_first_thing_that_is_wrong(now, how, wanted):
    first = found([now], **how).first

    assert (first["m.test"].cause if first else None) == wanted


def test_what_fails_in_another_order_only_comes_of_the_order():
    shuffled = ProofPass(name="shuffled", seen=run(scope(passed=False)), cause=ProofCause.ORDER)
    parallel = ProofPass(name="parallel", seen=run(scope(passed=False)), cause=ProofCause.PARALLEL)

    seen = found([scope()], shuffled, parallel)

    assert (seen.first["m.test"].cause, seen.first["m.test"].way) == (ProofCause.ORDER, "shuffled")
    assert {name: len(failed) for name, failed in seen.failed.items()} == {
        "as recorded": 0,
        "shuffled": 1,
        "parallel": 1,
    }


def test_what_differs_a_day_later_only_comes_of_the_time_and_can_be_mended():
    dates = (("json /day", '"2026-11-29"', '"2026-11-30"'),)
    seen = [run(scope(missed=missed(differences=dates))), run(scope(passed=False))]
    for each, mendings, words in zip(seen, ((MEND,), ()), ("", "on the day of its recording only"), strict=True):
        later = ProofPass(name="a day later", seen=each, cause=ProofCause.TIME)

        finding = found([scope()], later).first["m.test"]

        assert (finding.cause, finding.way, finding.mendings) == (ProofCause.TIME, "a day later", mendings)
        assert words in finding.explanation


def test_a_command_that_fails_though_its_tests_do_not_is_told():
    seen = run(scope())
    seen.code = 1

    first = findings(run(scope()), [ProofPass(name="as recorded", seen=seen)], ()).first

    assert list(first) == [NO_TEST]
    assert first[NO_TEST].explanation.endswith("the command ended with exit code 1")


def test_a_value_that_is_random_stays_random_in_another_order():
    shuffled = ProofPass(name="shuffled", seen=run(scope(missed=missed())), cause=ProofCause.ORDER)

    assert found([scope()], shuffled).first["m.test"].cause is ProofCause.RANDOM


def test_a_test_that_failed_with_its_fixture_has_the_reason_of_the_fixture():
    fixture = scope("m.catalogue", "m.test", passed=False, missed=missed())
    recorded = run(scope(), scope("m.catalogue", "m.test"))

    first = found([scope(passed=False), fixture], recorded=recorded).first

    assert {name: each.cause for name, each in first.items()} == dict.fromkeys(
        ("m.test", "m.catalogue"), "random value"
    )


def test_a_command_without_tests_has_one_verdict():
    recorded = run(scope(NO_TEST))
    first = found([scope(NO_TEST, passed=False)], recorded=recorded).first

    (verdict,) = verdicts(recorded, first, str, lambda _: "")

    assert (verdict.test, verdict.replays, verdict.cause) == (NO_TEST, False, "result")


def test_a_verdict_shows_nothing_raw_from_traffic():
    first = found([scope(missed=missed(differences=(("json /id", "1\x1b[2J", IDS[0]),)))]).first

    (verdict,) = verdicts(run(scope()), first, str, lambda finding: finding.mendings[0].text)

    assert "\x1b" not in "".join(verdict.differences)
    assert (verdict.request, verdict.mend) == ("GET https://a.example/", MEND.text)
