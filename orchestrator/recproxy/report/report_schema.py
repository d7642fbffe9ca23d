"""The JSON Schema of a report, made from the dataclasses that it is written from. Pure."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from recproxy.report.run_report import REPORT_FORMAT, REPORT_VERSION, RunReport

__all__ = ["report_schema"]


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    schema = _schema(RunReport)
    head = {"format": {"const": REPORT_FORMAT}, "version": {"const": REPORT_VERSION}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "report of recproxy",
        **schema,
        "properties": {**head, **schema["properties"]},
        "required": [*head, *schema["required"]],
    }


def _schema(kind: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        kinds = typing.get_type_hints(kind)
        names = [each.name for each in fields(kind)]
        return {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "properties": {name: _schema(kinds[name]) for name in names},
            "required": names,
        }
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if origin is types.UnionType:
        schema = _schema(arguments[0])
        return {**schema, "type": [schema["type"], "null"]}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[kind]}
