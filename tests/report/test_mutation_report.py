"""The table of what no test notices: what is worth most first, and a score."""

from recproxy.report.mutation_report import (
    MutationTrial,
    mutation_report,
    mutation_values,
    score_of,
    unnoticed,
)  # fmt: skip
from recproxy.report.sweep_result import SweepResult


def trial(kind, place, result, *tests, request="GET https://api.shop.example/item", **more):
    return MutationTrial(
        key=f"{kind} {place}", profile="shop", request=request, where="a.rec:3", kind=kind, place=place,
        tests=tests or ("test_a",), result=SweepResult(result), **more,
    )  # fmt: skip


TRIALS = [
    trial("drop", "header Location", "unnoticed"),
    trial("null", "json /price", "unnoticed", "test_a", "test_b"),
    trial("drop", "json /price", "unnoticed", "test_a", "test_b"),
    trial("drop", "json /id", "noticed", noticed_by="test_a"),
    trial("status", "429", "unnoticed"),
    trial("status", "500", "hung"),
    trial("drop", "json /name", "not run"),
]


def test_a_status_goes_first_then_the_field_with_most_changes_then_headers():
    assert [(row.place, row.kinds, len(row.tests)) for row in unnoticed(TRIALS)] == [
        ("status", ("429",), 1),
        ("json /price", ("drop", "null"), 2),
        ("header Location", ("drop",), 1),
    ]


def test_the_first_line_is_a_test_worth_writing_and_the_last_the_score():
    lines = list(mutation_report(TRIALS))

    assert lines[0] == (
        "worth a test: no test notices when the status is 429 in the answer to GET https://api.shop.example/item"
        " (test_a; a.rec:3)"
    )
    assert lines[2].split() == ["service", "request", "field", "unnoticed", "tests"]
    assert lines[-1] == "7 mutations: 1 noticed, 4 unnoticed, 1 hung, 1 not run; score 33%"
    assert list(mutation_report(TRIALS[1:3]))[0].startswith(
        "worth a test: no test notices when json /price is missing or null in"
    )


def test_a_webhook_is_told_as_what_it_is():
    (line, *_) = mutation_report([trial("drop", "json /type", "unnoticed", request="WEBHOOK webhook://events/hooks")])

    assert line.startswith("worth a test: no test notices when json /type is missing in the webhook events/hooks (")


def test_without_anything_unnoticed_there_is_no_table_and_without_any_no_score():
    assert list(mutation_report(TRIALS[3:4])) == [
        "shop: 1 mutation: 1 noticed; score 100%",
        "1 mutation: 1 noticed; score 100%",
    ]
    assert (score_of([]), list(mutation_report([]))) == (
        None,
        ["0 mutations: the command got no recorded answer to change"],
    )


def test_a_long_table_ends_with_how_much_is_left_out():
    many = [trial("drop", f"json /{number}", "unnoticed") for number in range(50)]

    assert "and 10 more fields: --report has all" in list(mutation_report(many, most=40))


def test_what_traffic_says_reaches_no_terminal_raw():
    (first, *_) = mutation_report([trial("drop", "json /\x1b[2J", "unnoticed")])

    assert "\x1b" not in first


def test_the_values_are_those_of_the_run():
    values = mutation_values(TRIALS, command=["pytest"], seconds=1.23456, complete=False, seed=7)

    assert (values["score"], values["seconds"], values["complete"], values["seed"]) == (0.3333, 1.235, False, 7)
    assert values["unnoticed"][1]["field"] == "json /price"
    assert values["mutations"][3]["noticed_by"] == "test_a"
