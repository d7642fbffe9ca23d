"""Which format a name means, and what is written where."""

import io
import json
from pathlib import Path

import pytest
from run_reports import REC, full_report

from recproxy.errors import ConfigurationError
from recproxy.report.report_files import ReportFormat, load_report, report_targets, write_reports

AS_BEFORE = "what was there is as it was"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("report.json", "json"),
        ("out/junit.XML", "junit"),
        ("report.html", "html"),
        ("github", "github"),
        ("summary.md", "github"),
        ("gl-code-quality-report.json", "gitlab"),
        ("codequality.json", "gitlab"),
    ],
)
def test_a_name_says_the_format(word, kind):
    (target,) = report_targets([word], folder=Path("/here"))

    assert target.format == kind
    assert target.path == (None if word == "github" else Path("/here") / word)


def test_formats_are_those_of_the_reports_at_the_same_places():
    found = report_targets(["a", "github"], ["junit", "json"], folder=Path("/here"))

    assert [(each.format, each.path) for each in found] == [
        (ReportFormat.JUNIT, Path("/here/a")),
        (ReportFormat.JSON, Path("/here/github")),
    ]


@pytest.mark.parametrize(
    ("words", "formats", "wanted"),
    [
        (
            ["a.txt"],
            [],
            "--report a.txt: the name does not say the format: end it in .html, .json or .xml, call it github or ",
        ),
        (["a", "b"], ["json"], "--report-format is given 1 time, and --report 2 times: give one for each, or none"),
    ],
)
def test_a_name_without_a_format_is_refused(words, formats, wanted):
    with pytest.raises(ConfigurationError) as raised:
        report_targets(words, formats, folder=Path("/here"))

    assert raised.value.message.startswith(wanted)


def written(folder, *words, environment=None):
    stream = io.StringIO()
    problems = write_reports(
        full_report(),
        report_targets(words, folder=folder),
        root=folder / "sub",
        elsewhere="pyproject.toml",
        environment={"CI_PROJECT_DIR": str(folder)} | (environment or {}),
        stream=stream,
    )
    return problems, stream.getvalue()


def test_all_that_is_asked_for_is_written_with_paths_of_the_repository(tmp_path):
    place = tmp_path / "sub" / REC
    place.parent.mkdir(parents=True)
    place.touch()
    summary = tmp_path / "summary"
    summary.write_text("of another step\n")

    problems, output = written(
        tmp_path,
        *("new/r.json", "r.xml", "github", "code-quality.json"),
        environment={"GITHUB_STEP_SUMMARY": str(summary)},
    )

    assert problems == []
    assert load_report(tmp_path / "new/r.json") == full_report()
    assert (tmp_path / "r.xml").read_text().startswith("<?xml")
    assert json.loads((tmp_path / "code-quality.json").read_text())[0]["location"]["path"] == f"sub/{REC}"
    assert output.startswith(f"::error file=sub/{REC},line=3,")
    assert summary.read_text().startswith("of another step\n## recproxy: 1/2\n")


def test_a_summary_can_have_a_file_of_its_own(tmp_path):
    assert written(tmp_path, "s.md")[0] == []
    assert (tmp_path / "s.md").read_text().startswith("## recproxy")


def test_what_cannot_be_written_is_a_line_and_the_rest_is_written(tmp_path):
    (tmp_path / "file").touch()

    problems, _ = written(
        tmp_path, "file/r.json", "github", "r.xml", environment={"GITHUB_STEP_SUMMARY": str(tmp_path)}
    )

    assert problems == [
        f"the report cannot be written: {tmp_path}/file/r.json: cannot be written: File exists; {AS_BEFORE}",
        f"the report cannot be written: {tmp_path}: Is a directory",
    ]
    assert (tmp_path / "r.xml").is_file()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("{", "is not JSON: give reports that recproxy run --report FILE.json wrote"), (None, "cannot be read: No such")],
)
def test_what_cannot_be_read_is_named(tmp_path, text, wanted):
    path = tmp_path / "r.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigurationError) as raised:
        load_report(path)

    assert raised.value.message.startswith(f"{path}: {wanted}")
