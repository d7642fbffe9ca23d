"""The checks of docs/explanation/reliability.md as toys, and the page: it names each of them."""

import contextlib
import shutil
import sys
from pathlib import Path

import prestarted
import pytest
from namespaces import need_namespaces

sys.path.insert(0, str(Path(__file__).parent))  # for the checks

from endurance import CHECKS

PAGE = Path(__file__).parents[2] / "docs/explanation/reliability.md"


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.timeout(300)
def test_a_check_holds_as_a_toy(name):
    check = CHECKS[name]
    for program in check.needs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        if program == "unshare":
            need_namespaces()

    started = name == "clock"  # its clock is set at the start of each interpreter
    with contextlib.nullcontext() if started else prestarted.forks("recproxy", "recproxy.proxy"):
        row = check.run(*check.toy)

    assert row.asked
    assert row.found


def test_the_page_has_a_row_for_each_check():
    text = PAGE.read_text(encoding="utf-8")

    assert [name for name in CHECKS if f"`nox -s endurance -- {name}` |" not in text] == []
