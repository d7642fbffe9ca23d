"""Which content codings a client accepts. Pure; RFC 9110 section 12.5.3."""

from __future__ import annotations

__all__ = ["accepts", "accepts_all"]


def accepts(coding: str, accepted: bytes | None) -> bool:
    """Whether an Accept-Encoding value takes a coding; without the header only identity is safe to send."""
    if accepted is None:
        return False
    wildcard = False
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        name = name.strip()
        refused = weight.replace(" ", "").rstrip("0") in ("q=", "q=0.", "q=0")
        if name in (coding, f"x-{coding}"):
            return not refused
        if name == "*":
            wildcard = not refused
    return wildcard


def accepts_all(encoding: str, accepted: bytes | None) -> bool:
    """Whether a client takes all of the codings of a body, comma-separated; a body without a coding is always taken."""
    return all(accepts(coding.strip(), accepted) for coding in encoding.split(",")) if encoding else True
