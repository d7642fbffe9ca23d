"""The environments that a tox configuration names, and what the tox plugin says of their names. Imports no tox."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from recproxy.runners.tox.naming import mode_of_name

__all__ = ["rejected_environments"]

_SECTION = "testenv:"


def rejected_environments(path: Path) -> Iterator[str]:
    """A line for each environment of this file that the plugin rejects; none where the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        names = list(_of_ini(text) if path.suffix == ".ini" else _of_toml(text, tables=path.name == "pyproject.toml"))
    except (OSError, ValueError, configparser.Error):
        return
    for name in dict.fromkeys(names):
        try:
            mode_of_name(name)
        except ValueError as problem:
            yield str(problem)


def _of_ini(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    yield from (each.removeprefix(_SECTION) for each in parser.sections() if each.startswith(_SECTION))
    for key in ("env_list", "envlist"):
        value = parser.get("tox", key, fallback=None) or ""
        yield from (word for word in value.replace(",", " ").split() if "{" not in word and "}" not in word)


def _of_toml(text: str, *, tables: bool) -> Iterable[str]:
    values = tomllib.loads(text)
    for name in ("tool", "tox") if tables else ():
        values = _table(values, name)
    listed = values.get("env_list")
    words = listed if isinstance(listed, list) else []
    return [*_table(values, "env"), *(each for each in words if isinstance(each, str))]


def _table(values: Mapping[str, object], name: str) -> dict[str, object]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}
