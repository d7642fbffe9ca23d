"""`recproxy scan` over the same tables: it finds each row that is in a file, and nothing in what redaction wrote."""

import json

import pytest
from click.testing import CliRunner
from tables import by_name, coded, known, linked, sessions, shapes, short
from written import Written, raw

from recproxy.cli.scan import scan
from recproxy.cli.scanning import scan_file

TABLES = (by_name, coded, short, shapes, sessions, known, linked)


def sample(table):
    """The cases of a table; of a long one a hundred or so, spread over it."""
    cases = list(table())
    return cases[:: 1 + len(cases) // 100]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_each_row_is_found_in_a_file(table, tmp_path):
    path = tmp_path / "a.rec"
    missed = []
    for case in sample(table):
        path.write_bytes(raw(case))
        found = scan_file(path, case.rules, fix=False)
        if not found.findings and not (found.problem and case.may_be_refused):
            missed.append(case.id)
    assert missed == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_nothing_is_found_in_what_redaction_wrote(table, tmp_path):
    path = tmp_path / "a.rec"
    found = []
    for case in sample(table):
        written = Written(case)
        if written.interactions:
            path.write_bytes(written.text)
            done = scan_file(path, case.rules, fix=False)
            found += [(case.id, each.rule, each.place) for each in done.findings] + [done.problem] * bool(done.problem)
    assert found == []


def test_fix_takes_each_row_out_and_the_second_time_changes_nothing(tmp_path):
    cases = [case for case in (*by_name(), *shapes()) if not case.id.startswith("profile")][::9]
    for number, case in enumerate(cases):
        (tmp_path / f"{number:03}.rec").write_bytes(raw(case))
    found = CliRunner().invoke(scan, ["--json", str(tmp_path)])
    assert {each["path"] for each in json.loads(found.stdout)} == {str(path) for path in tmp_path.iterdir()}

    fixed = CliRunner().invoke(scan, ["--fix", str(tmp_path)])
    assert (fixed.exit_code, "Traceback" in fixed.output) == (0, False)
    first = {path: path.read_bytes() for path in tmp_path.iterdir()}
    written = b"".join(first.values())
    assert [case.id for case in cases if any(secret.encode() in written for secret in case.secrets)] == []

    again = CliRunner().invoke(scan, ["--fix", "--json", str(tmp_path)])
    assert (again.exit_code, json.loads(again.stdout)) == (0, [])
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == first
