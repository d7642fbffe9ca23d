"""A report of a run with one problem of each kind, for the tests of its formats."""

from recproxy.report.proof_report import PassReport, ProofReport, ReplaySavings, TestVerdict
from recproxy.report.run_report import (
    ProfileReport,
    ReportFinding,
    RequestReport,
    RunReport,
    TestReport,
    UnusedInteraction,
    WrittenFile,
)
from recproxy.report.wanted_list import WantedRequest, WantedTest

REC = "recordings/shop/default.rec"


def shop(*, played=(), unused=(), **more):
    """A profile that played these numbers of its recording and left those."""
    return ProfileReport(
        **{"name": "shop", "mode": "replay", "played": len(played), "unused": len(unused)} | more,
        interactions_played={REC: tuple(played)} if played else {},
        interactions_unused=tuple(
            UnusedInteraction(
                path=REC, number=each, line=10 * each + 3, request=f"GET https://a.example/{each}", passed=True
            )
            for each in unused
        ),
    )


def run_report(**more):
    """A report; `more` goes before what it has."""
    return RunReport(**{"recproxy": "0.2.0", "runs": ("r1",)} | more)


def full_report():
    """A run with a problem of each kind, in texts that no format takes as they are."""
    return run_report(
        shards=("1/2",),
        started="2026-11-28T12:00:00+00:00",
        seconds=1.5,
        exit_code=3,
        fails=("miss", "failure", "refusal", "unused"),
        profiles=(shop(played=(0,), unused=(1,), missed=2, seconds=0.25),),
        tests=(
            TestReport(name="test_m.test_ok", passed=True, seconds=0.5, played=1),
            TestReport(name="test_m.test_bad[a.b]", passed=False, seconds=0.25, missed=2),
            TestReport(name="test_other", passed=False),
        ),
        misses=(
            RequestReport(
                profile="shop",
                test="test_m.test_bad[a.b]",
                method="GET",
                url="https://a.example/?q=100%25,<b>",
                text="no recorded interaction fits\n  a ``` fence & \uffff",
                count=2,
                path=REC,
                line=3,
            ),
        ),
        refusals=(ReportFinding(text="no profile of this run owns b.example"),),
        failures=(ReportFinding(text="shop: GET /: no", profile="shop", test="test_m.test_bad[a.b]"),),
        unasked=(ReportFinding(text="profile 'bank' was never asked", profile="bank"),),
        old=(ReportFinding(text="shop: 1 played interaction older than 5 days", profile="shop"),),
        notes=(ReportFinding(text="shop: a note"),),
        written=(WrittenFile(path=REC, interactions=2),),
        redactions={"header": 1},
        blocked={"c.example": 2},
        proof=full_proof(),
        wanted=(
            WantedTest(
                test="test_m.test_bad[a.b]",
                profiles=("shop",),
                requests=(WantedRequest(profile="shop", method="GET", url="https://a.example/?q=100%25,<b>"),),
                shared_with=("test_m.test_ok",),
            ),
        ),
    )


def full_proof():
    """A proof with a test that replays and one that does not."""
    return ProofReport(
        passes=(PassReport(name="as recorded", tests=2, replayed=1, seconds=0.5, isolated=True),),
        verdicts=(
            TestVerdict(test="test_m.test_ok", replays=True),
            TestVerdict(
                test="test_m.test_bad[a.b]",
                replays=False,
                cause="random value",
                way="as recorded",
                request="GET https://a.example/",
                where=f"{REC}:3",
                explanation="it is <b>new</b>",
                mend="in a.toml",
            ),
        ),
        saves=ReplaySavings(requests=2, seconds=1.5, recorded_seconds=2, replayed_seconds=0.5),
        notes=("not in parallel",),
        seed=1,
    )
