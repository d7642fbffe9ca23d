"""Texts for people that stand where a secret might: what a validation says of a field.

Knows text, not where it stands.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["is_complaint", "is_prose"]

#: It begins with what the field is or must be.
_PROSE = lazy_pattern(
    rb"(?i)(?:is|are|was|must|should|can|cannot|can't|may|not|needs?|has|have|does|doesn't|too|this|the|please|your|"
    rb"enter|invalid|required|minimum|at least|field|value|password|token|key|secret)\b[^{}\[\]<>=\\]*+\Z"
)

_COMPLAINT = lazy_pattern(
    rb"(?i)\A(?:is|are|was|must|should|can|cannot|can't|may|not|needs?|has|have|does|doesn't|too)\b.*\b(?:short|long|characters?|"
    rb"contains?|match(?:es)?|required|blank|empty|invalid|valid|weak|least|expired|incorrect|wrong|common|provided|present)\b",
    re.DOTALL,
)


def is_prose(value: bytes) -> bool:
    """Whether a text of several words says something of a value: `must be at least 8 characters`."""
    return b" " in value and _PROSE.match(value) is not None


def is_complaint(value: bytes) -> bool:
    """Whether a text says what is wrong with a value: `is too short (minimum is 8 characters)`."""
    return is_prose(value) and _COMPLAINT.search(value) is not None
