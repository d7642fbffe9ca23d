"""The mutations of a process: plain runs between, doubts about what failed, and who is asked next."""

import pytest

from recproxy.orchestrator.mutation_plan import PlannedMutation, Use
from recproxy.orchestrator.mutation_queues import MutationQueues
from recproxy.report.mutation_report import MutationTrial
from recproxy.report.sweep_result import SweepResult

NOTICED, UNNOTICED, NOT_RUN = SweepResult.NOTICED, SweepResult.UNNOTICED, SweepResult.NOT_RUN


def planned(number, *tests):
    trial = MutationTrial(
        key=str(number), profile="shop", request="GET /", where="", kind="drop", place=f"json /{number}", tests=tests
    )
    return PlannedMutation(trial=trial, uses=[Use(test, test, 1) for test in tests])


def play(queues, test, passes, *, played=lambda _: True):
    """Run a test as often as its queue says; `passes` tells by the entry, None for a plain run."""
    queue = queues.queues[test]
    for _ in queue.entries:
        queue.begin()
        key = queue.current.planned.trial.key if queue.current else None
        queues.judge(test, passed=passes(key), played=played(key), seconds=0.1)


def results(mutations):
    return [each.trial.result for each in mutations]


def test_a_test_that_passes_does_not_notice_and_one_that_fails_does():
    mutations = [planned(number, "a") for number in range(10)]
    queues = MutationQueues(mutations, {})

    queues.next_round(60)
    keys = [each and each.planned.trial.key for each in queues.queues["a"].entries]
    play(queues, "a", lambda key: key is None or int(key) < 7)

    assert keys == ["0", "1", "2", "3", "4", "5", "6", "7", None, "8", "9", None]
    assert queues.end_round()
    assert (results(mutations), queues.open) == ([UNNOTICED] * 7 + [NOTICED] * 3, 0)
    assert mutations[8].trial.noticed_by == "a"


def test_what_failed_before_a_plain_run_that_fails_is_tried_again_alone():
    mutations = [planned(number, "a") for number in range(3)]
    queues = MutationQueues(mutations, {})
    queues.next_round(60)
    play(queues, "a", lambda key: key == "0")  # the second spoils the program for all that follows
    queues.end_round()
    assert results(mutations) == [UNNOTICED, NOT_RUN, NOT_RUN]

    alone = []
    while queues.open:
        (queue,) = queues.next_round(60).values()
        alone.append([each.planned.trial.key for each in queue.entries])
        play(queues, "a", lambda key: key == "2")
        queues.end_round()

    assert alone == [["1"], ["2"]]
    assert results(mutations) == [UNNOTICED, NOTICED, UNNOTICED]


def test_the_quickest_test_is_asked_first_and_then_all_others_at_once():
    (one,) = mutations = [planned(1, "a", "b", "c")]
    queues = MutationQueues(mutations, {})

    assert list(queues.next_round(60)) == ["a"]
    play(queues, "a", lambda _: True)
    queues.end_round()
    assert list(queues.next_round(60)) == ["b", "c"]
    play(queues, "b", lambda key: key is None)
    play(queues, "c", lambda _: True)  # of which nobody needs to know any more: it runs plainly
    queues.end_round()

    assert (one.trial.result, one.trial.noticed_by, queues.open) == (NOTICED, "b", 0)


def test_an_answer_that_was_not_asked_for_is_tried_alone_and_then_given_up():
    mutations = [planned(number, "a") for number in range(2)]
    queues = MutationQueues(mutations, {})
    for _ in range(3):
        if queues.next_round(60):
            play(queues, "a", lambda _: True, played=lambda key: key != "1")
            queues.end_round()

    assert results(mutations) == [UNNOTICED, SweepResult.NOT_REACHED]


@pytest.mark.parametrize("result", [SweepResult.HUNG, SweepResult.CRASHED])
def test_what_ends_the_process_has_its_result_and_the_others_are_played_later(result):
    mutations = [planned(number, "a") for number in range(3)]
    queues = MutationQueues(mutations, {})
    queue = queues.next_round(60)["a"]
    queue.begin()
    queues.judge("a", passed=False, played=True, seconds=0.1)
    queue.begin()
    queues.stuck("a", result)

    assert queues.end_round()
    assert results(mutations) == [NOT_RUN, result, NOT_RUN]  # the first was not confirmed by a plain run
    assert len(queues.next_round(60)["a"].entries) == 1


def test_a_process_plays_what_there_is_time_for():
    queues = MutationQueues([planned(number, "a") for number in range(100)], {"a": 1.0})

    assert len(queues.next_round(5)["a"].entries) < 10
    assert not queues.end_round()  # nothing began
