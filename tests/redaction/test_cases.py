"""Planted values by table: place, layer, kind and side. None of them is in anything that is written.

The rows are in data/, read by `tables`. `recproxy scan` finds each row that is in a file, and nothing in what redaction
wrote, which it redacts once more: that must be the same text. A test is a table, since thousands of tests would take
pytest longer than their rows take, and what redaction writes of a row is needed twice; what fails is named row by row.
"""

import functools
import json
import os

import pytest
from click.testing import CliRunner
from tables import RULES, by_name, coded, known, linked, services, sessions, shapes, short
from written import Written, raw

from recproxy.cli.scan import scan
from recproxy.play.scanning import scan_file
from recproxy.recording import Recording, dump
from recproxy.redaction.scope import ReadScope

TABLES = (by_name, services, coded, short, shapes, sessions, known, linked)


def test_there_are_as_many_cases_as_the_tables_promise():
    ids = [[case.id for case in cases_of(table)] for table in TABLES]

    assert all(ids)
    assert len({case for of_table in ids for case in of_table}) == sum(map(len, ids)) >= 2000


@pytest.mark.long
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_planted_value_is_found_and_is_in_nothing_that_is_written(table, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # thousands of files, of which none must outlast a power failure
    cases = cases_of(table)
    # What is made ready of the rules of a row is kept for a few others: all that is done with it is done at once.
    groups = [[case for case in cases if case.rules == RULES], *([case] for case in cases if case.rules != RULES)]

    again = []
    monkeypatch.setattr("recproxy.play.scanning.ReadScope", functools.partial(Watched, again))
    wrong, badly = {}, {}
    for number, group in enumerate(groups):
        written = [Written(case) for case in group]
        wrong |= unsafe(written)
        for what, rows in badly_scanned(group, written, tmp_path, f"{number:04}", again).items():
            badly.setdefault(what, []).extend(rows)

    assert sum(map(len, groups)) == len(cases)
    assert (wrong, badly) == ({}, {})


@functools.cache
def cases_of(table):
    """The cases of a table, which are made once."""
    return tuple(table())


class Watched(ReadScope):
    """A scope that a scan reads: what was read, and what it is without its secrets, is added to a list."""

    def __init__(self, scopes, interactions, rules):
        super().__init__(interactions, rules)
        self._scopes, self._read = scopes, interactions

    def redacted(self, **what):
        done = super().redacted(**what)
        self._scopes.append((self._read, done.interactions))
        return done


def unsafe(written):
    """What is wrong with what redaction wrote, by row."""
    wrong = {each.case.id: each.problem() for each in written}
    return {row: problem for row, problem in wrong.items() if problem}


def badly_scanned(cases, written, folder, name, again):
    """What is wrong with what a scan finds and mends, by what it is. One run looks through the rows without rules of their own.

    `again` are the scopes that were scanned, and what they are without their secrets.
    """
    files = {folder / f"{name}-{number:04}.rec": case for number, case in enumerate(cases)}
    before = {path: raw(case) for path, case in files.items()}
    for path, text in before.items():
        path.write_bytes(text)

    found, problems = fixed(files)
    refused = {path for path, case in files.items() if case.may_be_refused and str(path) in problems}
    first = {path: path.read_bytes() for path in files}
    wrong = {
        "not found": [case.id for path, case in files.items() if path not in found | refused],
        "refused and changed": [files[path].id for path in refused if first[path] != before[path]],
        "left": [
            case.id
            for path, case in files.items()
            if path not in refused and any(secret.encode() in first[path] for secret in case.secrets)
        ],
    }

    # What the recorder would have written of the same case; most often it is what the fix wrote.
    of_recorder = {}
    for each, (path, text) in zip(written, list(first.items()), strict=True):
        where = path
        if each.interactions and each.text != text:
            where = path.with_stem(f"{path.stem}-recorded")
            where.write_bytes(each.text)
            files[where], first[where] = each.case, each.text
        of_recorder[where] = each

    again.clear()
    scanned = {path: case for path, case in files.items() if path not in refused}
    found, problems = fixed(scanned)
    wrong["found in what was fixed or recorded"] = [files[path].id for path in found] + ([problems] if problems else [])
    wrong["changed again"] = [case.id for path, case in files.items() if path.read_bytes() != first[path]]
    assert len(again) == len(scanned)
    scopes = dict(zip(scanned, again, strict=True))
    wrong["is read as something else"] = [
        each.case.id
        for path, each in of_recorder.items()
        if path in scopes and tuple(scopes[path][0]) != each.interactions
    ]
    wrong["redacted twice is not redacted once"] = [
        files[path].id for path, (_, after) in scopes.items() if dump(Recording(interactions=after)) != first[path]
    ]
    return {what: rows for what, rows in wrong.items() if rows}


def fixed(files):
    """The paths in which something was found, and what is said of files that could not be mended."""
    found, problems, paths = set(), "", {str(path): path for path in files}
    for path, case in files.items():
        if case.rules != RULES:
            done = scan_file(path, case.rules, root=path.parent, fix=True)
            found |= {path} if done.findings else set()
            problems += done.problem
    rest = [str(path) for path, case in files.items() if case.rules == RULES]
    if rest:
        ran = CliRunner().invoke(scan, ["--fix", "--json", *rest])
        assert ran.exception is None or isinstance(ran.exception, SystemExit)
        found |= {paths[os.path.abspath(each["path"])] for each in json.loads(ran.stdout)}
        problems += "".join(line for line in ran.stderr.splitlines() if line.startswith("recproxy: "))
    return found, problems
