"""Where a project sets pytest up, and that text with the mode in it, so that plain pytest replays. Pure but for a look.

pytest reads one file: the first that has settings of its own, in the order of its documentation.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KEY", "NEW_FILE", "NEW_TABLE", "settings_of_pytest", "with_mode"]

KEY = "recproxy_mode"
#: By file, the headers of the tables that pytest reads there.
_TABLES = {
    "pytest.toml": ("[pytest]",),
    ".pytest.toml": ("[pytest]",),
    "pytest.ini": ("[pytest]",),
    ".pytest.ini": ("[pytest]",),
    "pyproject.toml": ("[tool.pytest.ini_options]", "[tool.pytest]"),
    "tox.ini": ("[pytest]",),
    "setup.cfg": ("[tool:pytest]",),
}
#: Files that pytest takes even if they have no table.
_WHOLE = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
#: What configures pytest where nothing does yet: a table at the end of pyproject.toml, or a pytest.ini.
NEW_TABLE = f'[tool.pytest.ini_options]\n{KEY} = "replay"\n'
NEW_FILE = f"[pytest]\n{KEY} = replay\n"


def settings_of_pytest(folder: Path) -> str:
    """The file here that pytest reads its settings from; empty where none has any."""
    for name, tables in _TABLES.items():
        path = folder / name
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if (
            name in _WHOLE
            or any(table in text for table in tables)
            or re.search(r"^\[tool\.pytest\.", text, re.MULTILINE)
        ):
            return name
    return ""


def with_mode(name: str, text: str) -> str:
    """The text of such a file with the mode below the header of its table; empty where that cannot be told."""
    for header in _TABLES[name]:
        found = re.search(rf"^{re.escape(header)}[ \t]*(?:#[^\r\n]*)?(\r?\n|\Z)", text, re.MULTILINE)
        if found is None:
            continue
        value = '"replay"' if name.endswith(".toml") else "replay"
        end = found[1] or "\n"
        gap = "" if found[1] else end
        changed = f"{text[: found.end()]}{gap}{KEY} = {value}{end}{text[found.end() :]}"
        return changed if _has_mode(name, changed, header) else ""
    return ""


def _has_mode(name: str, text: str, header: str) -> bool:
    """Whether the text still can be read, and has the key where pytest looks for it."""
    words = header.strip("[]")
    try:
        if name.endswith(".toml"):
            values = tomllib.loads(text)
            for word in words.split("."):
                values = values[word]
            return bool(values[KEY] == "replay")
        parser = configparser.RawConfigParser()
        parser.read_string(text)
        return parser[words][KEY] == "replay"
    except (tomllib.TOMLDecodeError, configparser.Error, KeyError, TypeError):
        return False
