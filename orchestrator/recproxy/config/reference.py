"""What docs/reference has from the declarations: the JSON Schemas, and the tables of keys in profile.md and project.md.

`python -m recproxy.config.reference docs/reference` writes them; a test holds the folder equal to them. A table of
keys is between the comments `<!-- keys of NAME -->` and `<!-- end of keys -->`, where NAME is a table of the file,
empty for its top.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recproxy.config.keys import Key, Kind, described, keys_of, leaves
from recproxy.config.profile import Profile
from recproxy.config.project import Project
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["key_tables", "profile_schema", "project_schema", "reference_files"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MARKED = lazy_pattern(r"(<!-- keys of ?([\w.]*) -->\n).*?(?=<!-- end of keys -->)", re.DOTALL)


def profile_schema() -> dict[str, Any]:
    """The schema of a profile.toml."""
    return {"$schema": _DIALECT, "title": "profile.toml of recproxy", **_table(Profile)}


def project_schema() -> dict[str, Any]:
    """The schema of [tool.recproxy], which is that of a recproxy.toml."""
    inline = _table(Profile)
    del inline["required"]
    return {"$schema": _DIALECT, "title": "[tool.recproxy]", **_table(Project), "$defs": {"profile": inline}}


def key_tables(page: str, table: type) -> str:
    """A reference page with its tables of keys written anew."""

    def rows(marked: re.Match[str]) -> str:
        name = marked[2]
        lines = [_row(path, key) for path, key in leaves(table) if (path[0] == name if name else len(path) == 1)]
        return f"{marked[1]}\n| key | type, default | meaning |\n|---|---|---|\n{''.join(lines)}\n"

    return _MARKED.sub(rows, page)


def reference_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file of docs/reference that has something from the declarations, and its text."""
    for name, table, schema in (("profile", Profile, profile_schema()), ("project", Project, project_schema())):
        yield folder / f"{name}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        page = folder / f"{name}.md"
        yield page, key_tables(page.read_text(encoding="utf-8"), table)


def _row(path: tuple[str, ...], key: Key) -> str:
    default = f"{key.kind.title}, `{json.dumps(_whole(key.default))}`"
    if key.choices:
        default = ", ".join(f"`{json.dumps(each)}`" for each in key.choices if each != "")
    elif key.inline:
        default = "list, or tables"
    elif key.missing or not _has_default(key):
        default = f"{key.kind.title}, {'required' if key.missing else 'empty'}"
    return f"| `{'.'.join(path)}` | {default} | {key.says} |\n"


def _has_default(key: Key) -> bool:
    return key.default not in ("", (), None)


def _whole(default: Any) -> Any:
    return int(default) if isinstance(default, float) and default.is_integer() else default


def _table(table: type) -> dict[str, Any]:
    keys = keys_of(table)
    schema = {"type": "object", "description": described(table), "additionalProperties": False}
    schema["properties"] = {key.name: {"description": key.says, **_schema(key)} for key in keys}
    required = [key.name for key in keys if key.missing]
    return schema | ({"required": required} if required else {})


def _schema(key: Key) -> dict[str, Any]:
    if key.table:
        inner = _table(key.table)
        return inner if key.kind is Kind.TABLE else {"type": "array", "minItems": 1, "items": inner}
    schema = dict(key.kind.schema)
    if key.inline:
        tables = {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{key.inline.__name__.lower()}"}}
        return {"oneOf": [schema, tables]}
    if key.choices:
        schema = {"type": schema["type"], "enum": list(key.choices)}
    if key.choices or (_has_default(key) and not key.missing):
        schema["default"] = _whole(key.default)
    if key.word.pattern and key.kind is Kind.STRINGS:
        schema["items"] = {"type": "string", "pattern": f"^{key.word.pattern}$"}
    elif key.word.pattern and key.kind is not Kind.MAPPING:
        schema["pattern"] = f"^({key.word.pattern})?$"
    elif key.word.span:
        schema |= {"minimum": key.word.span[0], "maximum": key.word.span[-1]}
    return schema if key.kind is not Kind.STRINGS else _list_or_more(schema)


def _list_or_more(schema: dict[str, Any]) -> dict[str, Any]:
    """A list, or what is added to the one that is there."""
    items = {name: schema[name] for name in ("type", "items")}
    more = {"properties": {"add": items}, "required": ["add"], "additionalProperties": False}
    return {**schema, "type": ["array", "object"], **more}


if __name__ == "__main__":
    for path, text in list(reference_files(Path(sys.argv[1]))):
        path.write_text(text, encoding="utf-8")
