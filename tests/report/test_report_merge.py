"""Reports of several runs as one."""

from dataclasses import replace

import pytest
from run_reports import full_proof, full_report, run_report, shop

from recproxy.errors import ConfigurationError
from recproxy.report.github import step_summary
from recproxy.report.junit import junit_report
from recproxy.report.report_merge import merge_reports
from recproxy.report.run_facts import tally_of
from recproxy.report.run_report import ReportFinding, TestReport
from recproxy.report.tally import TokenCount

STRICT = {"unused_fails": True}


def merged(*reports):
    return merge_reports([(f"{n}.json", replace(each, runs=(f"r{n}",))) for n, each in enumerate(reports, 1)])


def shard(**more):
    return run_report(profiles=(shop(**more),))


def test_proofs_of_parts_are_one_that_fails_where_one_of_them_does():
    one = run_report(proof=full_proof(), fails=("proof",))
    whole = run_report(proof=replace(full_proof(), verdicts=full_proof().verdicts[:1]), fails=("proof",))

    both, fine = merged(one, whole), merged(whole, run_report())

    assert (both.exit_code, fine.exit_code) == (3, 0)
    assert [each.replays for each in both.proof.verdicts] == [True, False, True]
    assert (both.proof.saves.requests, both.proof.saves.seconds) == (4, 3.0)
    assert fine.proof == whole.proof
    assert merged(run_report(), run_report()).proof is None


@pytest.mark.parametrize(
    ("profiles", "unused", "code"),
    [
        ([shop(played=(0,), unused=(1,)), shop(played=(1,), unused=(0,))], 0, 0),
        ([shop(played=(0,), unused=(1, 2)), shop(played=(1,), unused=(2,))], 1, 0),
        ([shop(played=(0,), unused=(1, 2), **STRICT), shop(played=(1,), unused=(2,), **STRICT)], 1, 3),
        ([shop(played=(0,), unused=(1,), **STRICT), shop(played=(1,), **STRICT)], 0, 0),
    ],
)
def test_unused_is_what_no_run_played(profiles, unused, code):
    found = merged(*(run_report(profiles=(each,)) for each in profiles))

    assert (found.profiles[0].unused, found.exit_code) == (unused, code)
    assert len(found.profiles[0].interactions_unused) == unused


def test_a_profile_is_unasked_if_no_run_asked_it():
    left = run_report(profiles=(shop(),), unasked=(ReportFinding(text="never", profile="shop"),))

    assert merged(left, shard(played=(0,))).unasked == ()
    assert merged(left, left).unasked == left.unasked


def test_a_profile_that_is_only_installed_is_in_no_table_if_no_run_asked_it():
    idle = shop(name="idle", named=False)
    first, second = (run_report(profiles=(shop(named=False, requests=1), idle)) for _ in range(2))

    found = merged(first, second)

    assert [(each.name, each.named) for each in found.profiles] == [("shop", False), ("idle", False)]
    assert [name for name, row in tally_of(found).rows.items() if row.shown] == ["shop"]
    for text in (step_summary(found), junit_report(found)):
        assert ("shop" in text, "idle" in text) == (True, False)
    assert merged(first, run_report(profiles=(shop(name="idle"),))).profiles[1].named


def test_counts_add_up_and_equal_misses_are_one():
    first = full_report()

    found = merged(first, replace(first, shards=("2/2",), command_code=1, started="2026-11-28T11:00:00+00:00"))

    assert (found.shards, found.runs) == (("1/2", "2/2"), ("r1", "r2"))
    assert (found.seconds, found.started, found.exit_code) == (3.0, "2026-11-28T11:00:00+00:00", 1)
    assert [(each.count, each.line) for each in found.misses] == [(4, 3)]
    assert [(each.count, each.test) for each in found.failures] == [(2, "test_m.test_bad[a.b]")]
    assert (found.profiles[0].missed, found.profiles[0].unused) == (4, 1)
    assert found.tests[0] == TestReport(name="test_m.test_ok", passed=True, seconds=1.0, played=2)
    assert (found.redactions, found.blocked) == ({"header": 2}, {"c.example": 4})
    assert found.notes[:1] == first.notes


def texts(findings):
    return [each.text for each in findings]


def part(name, *tests, **more):
    report = run_report(profiles=(shop(**more),), tests=tuple(TestReport(name=each, passed=True) for each in tests))
    return replace(report, shards=(name,))


def test_what_a_missing_shard_may_have_played_fails_nothing():
    parts = [part("1/3", played=(0,), unused=(1,), **STRICT), part("3/3", unused=(0, 1), **STRICT)]

    found = merged(*parts)
    assert (found.profiles[0].unused, found.exit_code) == (1, 0)
    assert texts(found.notes) == ["no report of shard 2/3 is here: unused interactions are not judged"]
    whole = merged(*parts, part("2/3", unused=(1,), **STRICT))
    assert (whole.exit_code, whole.notes) == (3, ())


def test_tests_that_two_shards_have_run_are_told():
    found = merged(part("1/2", "test_a", "test_b", "test_c"), part("2/2", "test_c", "test_b", "test_d"))

    assert texts(found.notes) == [
        (
            "shards 1/2 and 2/2 have both run test_c and 1 more, so other tests may have run in none: "
            "give the tests the same order in all shards"
        )
    ]
    assert merged(part("linux", "test_a"), part("macos", "test_a")).notes == ()


def test_replayed_tokens_add_up_by_model():
    small = TokenCount(profile="openai", model="small", responses=1, input=5, cached=2, output=3)
    large = TokenCount(profile="openai", model="large", responses=1, input=7)

    assert merged(run_report(tokens=(small, large)), run_report(tokens=(small,))).tokens == (
        large,
        TokenCount(profile="openai", model="small", responses=2, input=10, cached=4, output=6),
    )


def test_a_merged_report_merges_again():
    pair = merge_reports([("a", shard(unused=(0, 1))), ("b", replace(shard(played=(0,)), runs=("r2",)))])

    found = merge_reports([("ab", pair), ("c", replace(shard(played=(1,)), runs=("r3",)))])

    assert (found.runs, found.profiles[0].unused) == (("r1", "r2", "r3"), 0)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (full_report(), 3),
        (replace(full_report(), fails=("refusal",), misses=(), failures=()), 3),
        (replace(full_report(), fails=()), 0),
        (replace(full_report(), fails=("old",)), 3),
        (run_report(error="a proxy died", exit_code=4), 4),
        (run_report(command_code=5, exit_code=5), 5),
    ],
)
def test_a_merge_exits_as_a_run_would(report, code):
    assert merged(report, run_report()).exit_code == code


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        (run_report(), "b.json: is a report of the same run, as is a.json: give each one once"),
        (
            run_report(runs=("r2",), shards=("1/2",)),
            "b.json: is a report of shard '1/2', as is a.json: give each one once",
        ),
        (
            run_report(runs=("r2",), recproxy="0.1.0"),
            "b.json: is of recproxy 0.1.0, and a.json of 0.2.0: merge reports of one version",
        ),
    ],
)
def test_reports_that_do_not_go_together_are_named(second, wanted):
    with pytest.raises(ConfigurationError) as raised:
        merge_reports([("a.json", run_report(shards=("1/2",))), ("b.json", second)])

    assert raised.value.message == wanted
