"""What a word of a recording means, in the words of docs/reference/rec-format.md."""

from __future__ import annotations

import re
from functools import cache

from recproxy.config.documentation import documentation_folder
from recproxy.errors import RecproxyError
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import WILD
from recproxy.recording.wildcard import NAME

__all__ = ["help_at"]

_DIRECTIVE = lazy_pattern(r":([a-z_]+)")
_WILD = lazy_pattern(rf"{WILD}(?:\[{NAME}\])?")


def help_at(line: str, column: int) -> str:
    """Markdown about what stands at a column of a line, from 0: a directive or a wildcard; empty for anything else."""
    if found := _DIRECTIVE.match(line):
        return _directive(found[1])
    if any(found.start() <= column <= found.end() for found in _WILD.finditer(line)):
        return _section("## Wildcards")
    return ""


def _directive(name: str) -> str:
    if text := _section(f"### :{name}"):
        return text
    row = re.search(rf"^\| `:{name}` \| (.*) \|$", _page(), re.MULTILINE)  # of a conversation
    return f"`:{name}`: {row[1]}" if row else ""


def _section(heading: str) -> str:
    """The text below a heading, without links, which lead nowhere in an editor."""
    found = re.search(rf"^{re.escape(heading)}\n+(.*?)(?=^##|\Z)", _page(), re.MULTILINE | re.DOTALL)
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", found[1].strip()) if found else ""


@cache
def _page() -> str:
    try:
        return (documentation_folder() / "reference/rec-format.md").read_text(encoding="utf-8")
    except (OSError, RecproxyError):
        return ""
