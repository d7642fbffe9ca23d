"""What a tally tells in words, told in others."""

from collections import Counter
from pathlib import Path

from recproxy.control.outcomes import Missed, Outcome, TimedRequest
from recproxy.report import Row, Tally, TestRow, replace_texts, texts_of
from recproxy.report.tally import Written


def test_every_text_is_given_once_and_replaced_wherever_it_stands():
    missed = Missed(
        method="GET",
        url="url",
        text="text",
        closest="url",
        expected="e",
        test="test",
        differences=(("a", None, "url"),),
    )
    tally = Tally(
        notes=["note", "url"],
        unasked={"shop": "unasked"},
        failures=["failure", "failure"],
        failure_tests=["test", ""],
        tests={"test": TestRow(name="test", missed=1)},
        misses=[missed],
        refusals=[Missed(method="GET", url="refused", text="")],
        blocked=Counter({"one": 1, "two": 2}),
        redactions=Counter({"cookie": 1, "header one": 2, "header two": 3}),
        written=[Written(path=Path("a/test[secret].rec"), interactions=1)],
        recovered=[Written(path=Path("b"), interactions=2)],
        rows={"shop": Row(profile="shop", mode="replay", slowest="slowest")},
    )
    request = TimedRequest(result="missed", begun=0, seconds=0, request="request")
    tally.timeline.add("shop", "default", Outcome(scope="test", timed=(request,)))
    texts = texts_of(tally)

    replace_texts(
        tally, {each: each.upper() if each[-3:] not in ("one", "two") else each[:-3] + "XXX" for each in texts}
    )

    assert len(texts) == len(set(texts))
    assert (tally.notes, tally.failures) == (["NOTE", "URL"], ["FAILURE", "FAILURE"])
    assert (tally.unasked, tally.failure_tests) == ({"shop": "UNASKED"}, ["TEST", ""])
    assert tally.rows["shop"].slowest == "SLOWEST"
    assert [(each.request, each.test) for each in tally.timeline.requests] == [("REQUEST", "TEST")]
    assert list(tally.tests.values()) == [TestRow(name="TEST", missed=1)]
    assert tally.misses == [
        Missed(
            method="GET",
            url="URL",
            text="TEXT",
            closest="URL",
            expected="E",
            test="TEST",
            differences=(("A", None, "URL"),),
        )
    ]
    assert tally.refusals == [Missed(method="GET", url="REFUSED", text="")]
    assert tally.blocked == {"XXX": 3}
    assert tally.redactions == {"cookie": 1, "header XXX": 5}
    assert tally.written == [Written(path=Path("A/TEST[SECRET].REC"), interactions=1)]
    assert tally.recovered == [Written(path=Path("B"), interactions=2)]


def test_a_run_with_nothing_to_tell_stays_as_it_is():
    tally = Tally()
    replace_texts(tally, {})
    assert (texts_of(tally), tally.failed) == ([], False)
