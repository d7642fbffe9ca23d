"""The report files of a run."""

import io
import json
from pathlib import Path

import pytest

from recproxy.config.project import Project
from recproxy.errors import ProxyError
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.run_reports import RunReports, targets_of
from recproxy.play.library import Library


def plan(root, **project):
    return RunPlan(project=Project(root=root, **project), mode="replay", profiles=(), library=Library(root, {}))


def reports(root, *words, **project):
    made = plan(root, **project)
    return RunReports(made, targets_of(made, words, (), root, {}), {}, io.StringIO())


def test_a_run_that_breaks_off_writes_the_reason(tmp_path):
    with pytest.raises(ProxyError), reports(tmp_path, "r.json").written():
        raise ProxyError("the proxy of 'shop' died")

    written = json.loads((tmp_path / "r.json").read_text())
    assert (written["exit_code"], written["error"], written["tests"]) == (4, "the proxy of 'shop' died", [])


def test_a_defect_is_written_and_goes_on(tmp_path):
    with pytest.raises(ZeroDivisionError), reports(tmp_path, "r.json").written():
        1 / 0  # noqa: B018

    assert json.loads((tmp_path / "r.json").read_text())["error"] == "ZeroDivisionError: division by zero"


def test_reports_are_written_once(tmp_path):
    made = reports(tmp_path, "r.json")

    assert (made.write(code=3, command_code=0), made.write(code=1)) == (3, 1)
    assert json.loads((tmp_path / "r.json").read_text())["exit_code"] == 3


@pytest.mark.parametrize(("code", "wanted"), [(0, 2), (3, 3)])
def test_a_report_that_cannot_be_written_fails_a_run_that_passed(tmp_path, capsys, code, wanted):
    (tmp_path / "r.json").mkdir()

    assert reports(tmp_path, "r.json").write(code=code) == wanted
    said = capsys.readouterr().err
    assert said.startswith(f"recproxy: the report cannot be written: {tmp_path}/r.json: ")
    assert said.count("\n") == 1


def test_what_fails_a_run_is_said(tmp_path):
    reports(tmp_path, "r.json", on_miss="warn", on_age="fail").write(code=0)

    assert json.loads((tmp_path / "r.json").read_text())["fails"] == ["refusal", "old", "unused"]


def test_the_projects_reports_are_beside_its_file_and_the_command_line_goes_before():
    project = plan(Path("/project"), report=("out/r.json", "github"))

    assert [each.path for each in targets_of(project, (), (), Path("/here"), {})] == [Path("/project/out/r.json"), None]
    assert [each.path for each in targets_of(project, ("r.xml",), (), Path("/here"), {})] == [Path("/here/r.xml")]
    assert targets_of(plan(Path("/project")), (), (), Path("/here"), {}) == ()


def test_each_worker_that_starts_a_run_has_a_file_of_its_own():
    (target,) = targets_of(plan(Path("/p")), ("r.json",), (), Path("/p"), {"PYTEST_XDIST_WORKER": "gw1"})

    assert target.path == Path("/p/r.gw1.json")
