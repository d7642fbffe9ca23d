"""Rules of a profile that leave a part of requests out of the comparison: made of a difference, and as a person writes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from recproxy.matching.differences import Difference
from recproxy.matching.message_paths import path_of_rule
from recproxy.matching.rules import Rules

__all__ = ["changed_rules", "toml_list", "with_ignored"]

_IGNORED_BY = {
    "query": "ignore_query",
    "form": "ignore_form",
    "multipart": "ignore_form",
    "json": "ignore_json",
    "grpc": "ignore_grpc",
}


def with_ignored(rules: Rules, one: Difference) -> Rules | None:
    """The rules by which a difference does not count."""
    kind, _, name = one.field.partition(" ")
    attribute = _IGNORED_BY.get(kind)
    if kind == "grpc":
        name = path_of_rule(name)
    if attribute is None or (kind in ("json", "grpc") and not name):
        return None
    if kind == "json" and "*" in name.split("/"):  # a key of that name: a rule would ignore all keys beside it
        return None
    if kind == "multipart":
        name = name.removeprefix("part ").removesuffix(" filename").removesuffix(" content-type").strip()
        if not name:  # all parts of a batch are without a name: ignored, any batch would match
            return None
    known: tuple[str, ...] = getattr(rules, attribute)
    more: dict[str, Any] = {attribute: (*known, name)}
    return rules if name in known else dataclasses.replace(rules, **more)


def changed_rules(before: Rules, after: Rules) -> dict[str, tuple[str, ...]]:
    """All names that each key of the profile's table `match` has then, by key; only what is not as before."""
    keys = {f"ignore.{part}": f"ignore_{part}" for part in ("query", "form", "json", "grpc")}
    return {
        key: getattr(after, attribute)
        for key, attribute in keys.items()
        if getattr(before, attribute) != getattr(after, attribute)
    }


def toml_list(names: Iterable[str]) -> str:
    """A list of names as TOML has it."""
    return "[" + ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names) + "]"
