"""Names of wild places that spell the value of another one: `XXX[order_id.new-uuid.as-upper]` has it in capitals.

A service may write what a client sent in another way. Pure; knows names and single values.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote_from_bytes

__all__ = ["spelled", "spelled_name", "spellings"]

_SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "upper": bytes.upper,
    "lower": bytes.lower,
    "bare": lambda value: value.replace(b"-", b""),
    "base64": base64.b64encode,
    "escaped": lambda value: quote_from_bytes(value, safe="").encode(),
}
_SIGN = ".as-"


def spellings(value: bytes) -> dict[str, bytes]:
    """The other spellings of a value, each by the end of a place's name that says it."""
    every = ((f"{_SIGN}{how}", spell(value)) for how, spell in _SPELLINGS.items())
    return {ending: other for ending, other in every if other != value}


def spelled_name(name: str) -> tuple[str, str]:
    """The place whose value this one spells, and the end of the name that says how; empty where it is a value itself."""
    base, sign, how = name.rpartition(_SIGN)
    return (base, f"{sign}{how}") if base and how in _SPELLINGS else (name, "")


def spelled(ending: str, value: bytes) -> bytes:
    """A value as the end of a place's name says it."""
    return _SPELLINGS[ending.removeprefix(_SIGN)](value)
