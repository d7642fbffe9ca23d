"""TOML as values, in time that grows with the text. Knows nothing of what they mean."""

from __future__ import annotations

import re
import tomllib
from typing import Any

__all__ = ["TooDeep", "read_toml_text"]

#: tomllib needs the square of a dotted key's length, in time and in memory: 100 KB of `a.a.a` take minutes.
_LONG_KEY = re.compile(
    r"""(?:^|[\[{,])[ \t]*+(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""", re.MULTILINE
)


class TooDeep(ValueError):
    """A text is nested more deeply than anybody writes."""


def read_toml_text(text: str) -> dict[str, Any]:
    """The values in a text. Raises tomllib.TOMLDecodeError, or TooDeep."""
    if _LONG_KEY.search(text):
        raise TooDeep("a key of a hundred parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TooDeep("nested too deeply") from None
