"""docs/llms.txt, the index for language models (llmstxt.org), made from the index of the docs: python tests/helpers/llms_page.py"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def page():
    """What docs/llms.txt says: the claim of README, then each page of the index with what it is good for."""
    claim = (ROOT / "README.md").read_text(encoding="utf-8").split("\n\n")[1]
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    lines = ["# recproxy", "", *(f"> {line}" for line in claim.splitlines()), ""]
    for line in index.splitlines():
        if line.startswith("## "):
            lines += [line, ""]
        elif found := re.match(r"- \[([^\]]+)\]\(([^)]+\.md)\)(: .*)?$", line):
            lines.append(f"- [{found[1]}]({found[2]}): {_purpose(found[2])}")
        elif not line and lines[-1]:
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _purpose(path):
    """The first sentences of a page, in one line, without links."""
    text = (DOCS / path).read_text(encoding="utf-8").partition("\n\n")[2]
    paragraph = next(each for each in text.split("\n\n") if each[:1].isalnum() or each[:1] in "`*[")
    plain = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", " ".join(paragraph.split()))
    plain = re.sub(r":\Z", ".", plain)  # what follows is not here
    return plain if len(plain) < 300 else plain[: plain.rfind(" ", 0, 300)] + " ..."


if __name__ == "__main__":
    (DOCS / "llms.txt").write_text(page(), encoding="utf-8")
