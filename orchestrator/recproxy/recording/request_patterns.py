"""Patterns of requests, as profiles write them: `PUT`, `POST /login`, `PUT /upload/*`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["PATTERN_SYNTAX", "SAFE_METHODS", "request_patterns"]

#: How one is written, as a regular expression.
PATTERN_SYNTAX = r"[A-Z]+( /\S*)?"
#: What asks for something and changes nothing. RFC 9110 section 9.2.1.
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))


def request_patterns(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """What matches the `METHOD /path` of each request that one of the patterns covers; None without any.

    A method alone covers all its requests; `*` stands for any text, slashes included.
    """
    found = [".*".join(map(re.escape, each.split("*"))) + ("" if " " in each else " .*") for each in patterns]
    return re.compile(f"(?s:{'|'.join(found)})\\Z") if found else None
