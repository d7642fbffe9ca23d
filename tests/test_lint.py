"""What `nox -s lint` and `nox -s audit` find, and what they must not take for a pass."""

import json

import pytest
from dependency_audit import AGAIN, problems

pytest.importorskip("yaml")

from workflows import workflows

FINE = {"name": "click", "version": "8.1", "vulns": []}
BAD = {"name": "h11", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.16"]}]}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (13.7)"}
OURS = {"name": "recproxy", "skip_reason": "distribution marked as editable"}


@pytest.mark.parametrize(
    ("packages", "wanted"),
    [
        ([FINE, OURS], []),
        ([FINE, BAD], ["h11 0.1 has PYSEC-1: mended in 0.16"]),
        (
            [FINE, SKIPPED, OURS],
            [
                f"pip-audit got no answer about 1 of 3 packages, such as rich: connect to a network where PyPI answers {AGAIN}"
            ],
        ),
    ],
)
def test_a_package_that_was_not_looked_up_is_no_pass(packages, wanted):
    assert problems(0, json.dumps({"dependencies": packages}), "") == wanted


def test_an_audit_without_a_network_is_one_line():
    err = "Traceback\nrequests.exceptions.ConnectionError: no route"

    assert problems(1, "", err) == [
        f"pip-audit could not ask PyPI: requests.exceptions.ConnectionError: no route: connect to a network {AGAIN}"
    ]


def test_the_workflows_of_the_docs_are_found():
    assert [name for name, _ in workflows()] == ["ci-1.yml", "ci-2.yml", "ci-3.yml"]
