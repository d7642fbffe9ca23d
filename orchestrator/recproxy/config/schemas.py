"""JSON Schemas of profile.toml and of a project's table, made from the declarations that are read by.

`python -m recproxy.config.schemas FOLDER` writes both; a test holds those in docs/reference equal to them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from recproxy.config.declared import Key, Keys
from recproxy.config.profile import PROFILE, SCHEMA
from recproxy.config.project import PROJECT

__all__ = ["profile_schema", "project_schema", "written"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "choice": {"type": "string"},
    "boolean": {"type": "boolean"},
    "number": {"type": "number", "minimum": 0},
    "integer": {"type": "integer", "minimum": 0},
    "strings": {"type": "array", "items": {"type": "string"}},
    "mapping": {"type": "object", "additionalProperties": {"type": "string"}},
    "tables": {"type": "object", "additionalProperties": {"type": "object"}},
}


def profile_schema() -> dict[str, Any]:
    """The schema of a profile.toml."""
    schema = _table(PROFILE)
    schema["properties"]["schema"] = {"description": _says(PROFILE.keys["schema"]), "const": SCHEMA}
    return {"$schema": _DIALECT, "title": "profile.toml of recproxy", **schema}


def project_schema() -> dict[str, Any]:
    """The schema of [tool.recproxy], which is that of a recproxy.toml."""
    schema = _table(PROJECT)
    named = schema["properties"]["profiles"]
    inline = {
        "type": "object",
        "description": "Profiles of its own, and overrides of installed ones, by name.",
        "additionalProperties": {"$ref": "#/$defs/profile"},
    }
    schema["properties"]["profiles"] = {"oneOf": [named, inline]}
    partial = profile_schema()
    for key in ("$schema", "title", "required"):
        del partial[key]
    return {"$schema": _DIALECT, "title": "[tool.recproxy]", **schema, "$defs": {"profile": partial}}


def written(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table(keys: Keys) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "description": keys.says, "additionalProperties": False}
    schema["properties"] = {name: _key(key) if isinstance(key, Key) else _inner(key) for name, key in keys.keys.items()}
    return schema | ({"required": list(keys.required)} if keys.required else {})


def _inner(keys: Keys) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": _table(keys)} if keys.many else _table(keys)


def _key(key: Key) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": key.says, **_KINDS[key.kind]}
    if key.kind == "choice":
        schema |= {"enum": list(key.choices), "default": key.choices[0]}
    elif key.default is not None:
        schema["default"] = key.default
    if key.pattern and key.kind == "strings":
        schema["items"] = {"type": "string", "pattern": f"^{key.pattern}$"}
    elif key.pattern:
        schema["pattern"] = f"^({key.pattern})?$"
    return schema


def _says(key: Key | Keys) -> str:
    return key.says


def main() -> None:
    """Write both schemas into a folder."""
    folder = Path(sys.argv[1])
    for name, schema in (("profile", profile_schema()), ("project", project_schema())):
        (folder / f"{name}.schema.json").write_text(written(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
