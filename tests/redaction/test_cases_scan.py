"""`recproxy scan` over the same tables: it finds each row that is in a file, and nothing in what redaction wrote.

Rows that need no rules of their own lie in one folder for each table, which one run looks through.
"""

import json

import pytest
from click.testing import CliRunner
from tables import RULES, by_name, coded, known, linked, services, sessions, shapes, short
from written import Written, raw

from recproxy.cli.scan import scan
from recproxy.cli.scanning import scan_file

TABLES = (by_name, services, coded, short, shapes, sessions, known, linked)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_fix_finds_each_row_and_nothing_in_what_was_fixed_or_recorded(table, tmp_path):
    files = {tmp_path / f"{number:04}.rec": case for number, case in enumerate(table())}
    before = {path: raw(case) for path, case in files.items()}
    for path, text in before.items():
        path.write_bytes(text)

    found, problems = fixed(files, tmp_path)
    refused = {path for path, case in files.items() if case.may_be_refused and str(path) in problems}
    assert [case.id for path, case in files.items() if path not in found | refused] == []
    first = {path: path.read_bytes() for path in files}
    assert {path: first[path] for path in refused} == {path: before[path] for path in refused}
    left = [
        case.id
        for path, case in files.items()
        if path not in refused and any(secret.encode() in first[path] for secret in case.secrets)
    ]
    assert left == []

    # What the recorder would have written of the same case; most often it is what the fix wrote.
    recorded = {tmp_path / f"{path.stem}-recorded.rec": (Written(case), path) for path, case in files.items()}
    for path, (written, like) in recorded.items():
        if written.interactions and written.text != first[like]:
            path.write_bytes(written.text)
            files[path], first[path] = written.case, written.text

    found, problems = fixed({path: case for path, case in files.items() if path not in refused}, tmp_path)
    assert ([files[path].id for path in found], problems) == ([], "")
    assert {path: path.read_bytes() for path in files} == first


def fixed(files, folder):
    """The paths in which something was found, and what is said of files that could not be mended."""
    found, problems = set(), ""
    for path, case in files.items():
        if case.rules != RULES:
            done = scan_file(path, case.rules, root=path.parent, fix=True)
            found |= {path} if done.findings else set()
            problems += done.problem
    rest = [str(path) for path, case in files.items() if case.rules == RULES]
    if rest:
        ran = CliRunner().invoke(scan, ["--fix", "--json", *rest])
        assert ran.exception is None or isinstance(ran.exception, SystemExit)
        found |= {folder / each["path"] for each in json.loads(ran.stdout)}
        problems += "".join(line for line in ran.stderr.splitlines() if line.startswith("recproxy: "))
    return found, problems
