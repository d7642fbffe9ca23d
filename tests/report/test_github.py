"""Workflow commands and the summary of GitHub Actions."""

from dataclasses import replace

from run_reports import REC, full_report, run_report

from recproxy.report.github import step_summary, workflow_commands


def test_a_miss_is_an_annotation_on_the_line_of_the_recording():
    commands = [*workflow_commands(full_report(), lambda path: f"sub/{path}")]

    assert commands[0] == (
        f"::error file=sub/{REC},line=3,title=recproxy%3A miss::"
        "GET https://a.example/?q=100%2525,<b> matched no recording (2 times)%0Atest test_m.test_bad[a.b]%0A"
        "no recorded interaction fits%0A  a ``` fence & \uffff"
    )
    assert commands[2] == (
        "::error title=recproxy%3A refusal::a host was refused%0Ano profile of this run owns b.example"
    )
    assert [command.partition(" ")[0] for command in commands[3:]] == ["::warning"] * 3 + ["::notice"]


def test_a_file_outside_of_the_repository_is_no_place():
    assert next(workflow_commands(full_report(), lambda _: None)).startswith("::error title=recproxy%3A miss::")


def test_properties_of_a_command_cannot_end_it():
    command = next(workflow_commands(full_report(), lambda _: "a,b:c%\n::stop.rec"))

    assert command.startswith("::error file=a%2Cb%3Ac%25%0A%3A%3Astop.rec,line=3,")


def test_many_problems_are_counted():
    many = replace(full_report(), refusals=tuple(replace(full_report().refusals[0], text=f"{n}") for n in range(60)))

    commands = [*workflow_commands(many, lambda path: path)]

    assert len(commands) == 51
    assert commands[-1] == "::notice title=recproxy::and 16 more problems: see the summary or the log"


def test_the_summary_has_the_table_and_each_problem_with_its_test():
    summary = step_summary(full_report())

    assert summary.splitlines()[:6] == [
        "## recproxy: 1/2",
        "",
        "| profile | mode | played | recorded | missed | unused |",
        "|---|---|---:|---:|---:|---:|",
        "| shop | replay | 1 | 0 | 2 | 1 |",
        "",
    ]
    assert "3 problems to mend. 3 tests with a scope." in summary
    assert (
        "<details><summary>:x: <code>test&#95;m.test&#95;bad&#91;a.b&#93;</code>: "
        "GET https://a.example/?q=100%25,&lt;b&gt; matched no recording (2 times)</summary>\n\n"
        f"````text\n{REC}:3\nno recorded interaction fits\n  a ``` fence & \uffff\n````\n\n</details>\n"
    ) in summary


def test_a_summary_is_no_larger_than_github_takes():
    large = replace(
        full_report(), refusals=tuple(replace(full_report().refusals[0], text=f"{n}" * 9000) for n in range(60))
    )

    summary = step_summary(large)

    assert len(summary.encode()) < 1 << 20
    assert summary.endswith(" more problems: see the log.\n")


def test_a_run_without_problems_says_so():
    assert "Nothing was missed. 0 tests with a scope." in step_summary(run_report())
