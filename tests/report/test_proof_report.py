"""A proof in lines."""

from recproxy.report.proof_report import (
    MEANINGS,
    PassReport,
    ProofCause,
    ProofReport,
    ReplaySavings,
    TestVerdict,
    pass_line,
    proof_lines,
    savings_line,
)
from recproxy.report.tally import TokenCount

PASSES = (PassReport(name="as recorded", tests=2, replayed=1, seconds=1.25, isolated=True),)
TOKENS = (
    TokenCount(profile="openai", model="a", responses=2, input=100, output=20),
    TokenCount(profile="anthropic", model="b", responses=1, input=7, output=3),
)


def test_a_proof_without_a_pass_holds_nothing():
    assert not ProofReport().holds


def test_a_proof_that_holds_says_what_it_promises():
    proof = ProofReport(
        passes=PASSES,
        verdicts=(TestVerdict(test="a", replays=True), TestVerdict(test="b", replays=True)),
        notes=("no",),
    )

    assert proof.holds
    assert pass_line(PASSES[0]) == "proof: as recorded: 1 of 2 tests replayed (1.2 s, isolated)"
    assert [*proof_lines(proof)] == [
        "proof: note: no",
        "proof: all 2 tests replay: same result, every interaction used, none ambiguous, nothing live",
    ]


def test_a_test_that_does_not_replay_has_all_that_is_known_of_it():
    verdict = TestVerdict(
        test="b",
        replays=False,
        cause="random value",
        way="as recorded",
        request="GET https://a.example/",
        where="a.rec:3",
        differences=("  query key  1  2",),
        explanation="because",
        mend="in a.toml:\n    [match]",
    )

    lines = [*proof_lines(ProofReport(passes=PASSES, verdicts=(TestVerdict(test="a", replays=True), verdict)))]

    assert lines == [
        "proof: b does not replay (as recorded): random value",
        "    because",
        "    request  GET https://a.example/",
        "    recorded a.rec:3",
        "      query key  1  2",
        "    to mend it: in a.toml:",
        "        [match]",
        "proof: 1 of 2 tests does not replay: b",
    ]


def test_many_tests_are_counted_at_the_end():
    verdicts = tuple(TestVerdict(test=str(number), replays=False) for number in range(12))

    *_, last = proof_lines(ProofReport(passes=PASSES, verdicts=verdicts))

    assert last == "proof: 12 of 12 tests do not replay: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 2 more"


def test_what_a_replay_saves_has_tokens_where_models_were_asked():
    saves = ReplaySavings(requests=3, seconds=2.04, recorded_seconds=3.0, replayed_seconds=1.0, tokens=TOKENS)

    assert savings_line(saves) == (
        "each replay saves 3 requests, 2.0 s of waiting for services, 130 tokens (107 input, 23 output); "
        "the command took 3.0 s when it recorded, and 1.0 s now"
    )
    assert savings_line(ReplaySavings()) == ""


def test_each_cause_has_a_meaning():
    assert set(MEANINGS) == set(ProofCause)
