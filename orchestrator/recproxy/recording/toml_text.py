"""TOML as values, in time that grows with the text. Knows nothing of what they mean."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["UnreadableToml", "read_toml_text"]

_TOO_DEEP = "is nested too deeply: write fewer brackets or dots"

#: tomllib needs the square of a dotted key's length, in time and in memory: 100 KB of `a.a.a` take minutes.
_LONG_KEY = lazy_pattern(
    r"""(?:^|[\[{,])[ \t]*+(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""", re.MULTILINE
)


class UnreadableToml(ValueError):
    """A text that is TOML, and more than anybody writes; says what it is and what to do."""


def read_toml_text(text: str) -> dict[str, Any]:
    """The values in a text. Raises tomllib.TOMLDecodeError, or UnreadableToml."""
    if _LONG_KEY.search(text):
        raise UnreadableToml(_TOO_DEEP)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UnreadableToml(_TOO_DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # of Python's own limit for whole numbers
        raise UnreadableToml("has a number of thousands of digits: write a shorter one") from None
