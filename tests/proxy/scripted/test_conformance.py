"""Each requirement of the conformance page, over real TCP."""

import pytest
from conformance import PAGE, ROWS, page

KEPT = [row for row in ROWS if not row.reason]


@pytest.mark.parametrize("play", ["uvloop"], indirect=True)
@pytest.mark.parametrize("row", KEPT, ids=[f"{row.section}: {row.requirement} ({row.kind})" for row in KEPT])
def test_conformance(play, row):
    play(row.play)


def test_the_page_is_that_of_the_rows():
    """`python tests/helpers/conformance.py` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_each_requirement_stands_once():
    rows = [(row.section, row.requirement, row.kind) for row in ROWS]

    assert len(set(rows)) == len(rows)
    assert len({(row.section, row.requirement) for row in KEPT}) >= 120
