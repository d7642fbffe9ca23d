"""The index for language models is what the script makes of the docs, and leads to pages that exist."""

import re
from pathlib import Path

from llms_page import page

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/llms.txt").read_text(encoding="utf-8")


def test_the_index_is_made_from_the_docs():
    assert page() == TEXT, "make it again: python tests/helpers/llms_page.py"


def test_each_page_of_the_docs_is_in_it_and_is_there():
    linked = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): \S", TEXT, re.MULTILINE)
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")} - {"README.md"}

    assert set(linked) == pages
    assert TEXT.startswith("# recproxy\n\n> recproxy records the requests")
