from recproxy.report.fault_report import FaultTrial, fault_report, fault_report_values
from recproxy.report.sweep_result import SweepResult


def trial(test, number, kind, result, request="GET https://a.example/"):
    return FaultTrial(
        test=test,
        scope=test,
        profile="shop",
        interaction=number,
        request=request,
        where=f"a.rec:{number}",
        kind=kind,
        fault=f"{kind} 1" if kind == "hang" else kind,
        result=SweepResult(result),
        seconds=0.12345,
    )


TRIALS = [
    trial("test_a", 1, "reset", "noticed"),
    trial("test_a", 1, "hang", "hung"),
    trial("test_b", 1, "reset", "unnoticed"),
    trial("test_b", 1, "hang", "unnoticed"),
    trial("test_b", 2, "reset", "unnoticed", "GET https://a.example/\x1b"),
]


def test_the_report_is_a_table_and_what_needs_a_look():
    assert list(fault_report(TRIALS, skipped=2)) == [
        "fault  played  noticed  unnoticed  hung",
        "reset       3        1          2     0",
        "hang        2        0          1     1",
        "",
        "hung: nothing gave up within the time-out",
        "  test_a",
        "    hang: GET https://a.example/ (a.rec:1)",
        "",
        "unnoticed: the test passed: see whether it should",
        "  test_b",
        "    reset, hang: GET https://a.example/ (a.rec:1)",
        "    reset: GET https://a.example/\\x1b (a.rec:2)",
        "",
        "not swept: 2 interactions outside of all tests",
    ]


def test_the_report_as_values_has_each_trial():
    values = fault_report_values(TRIALS[1:2], command=("pytest",), seconds=1.23456, complete=True, skipped=0)

    assert values == {
        "command": ["pytest"],
        "complete": True,
        "seconds": 1.235,
        "skipped": 0,
        "counts": {"hung": 1},
        "trials": [
            {
                "test": "test_a",
                "scope": "test_a",
                "profile": "shop",
                "interaction": 1,
                "request": "GET https://a.example/",
                "where": "a.rec:1",
                "kind": "hang",
                "fault": "hang 1",
                "result": "hung",
                "seconds": 0.123,
            }
        ],
    }
