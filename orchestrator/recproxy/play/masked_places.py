"""Two texts that differ, without what stands where the other one is masked. Pure.

Somebody who masks a value by hand does so because it is secret, though no rule knows that: the version before must not
show it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from recproxy.matching.differences import common_start
from recproxy.recording import WILD

__all__ = ["without_masked_values"]

#: What stands for such a value.
_HIDDEN = "(hidden: masked in the other version)"


def without_masked_values(one: str, other: str, words: Sequence[str] = (WILD,)) -> tuple[str, str]:
    """The texts, with `_HIDDEN` for what differs in one that is masked there in the other one; `words` are the masks."""
    if one == other or not any(word in text for word in words for text in (one, other)):
        return one, other
    mask = re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?:\[[\w.-]{{1,80}}\])?")
    start = common_start(one, other)
    behind = common_start(one[start:][::-1], other[start:][::-1])
    is_masked = False
    for text in (one, other):  # what differs begins and ends outside of a mask
        for found in mask.finditer(text):
            if found.start() < len(text) - behind and found.end() > start:
                is_masked = True
                start, behind = min(start, found.start()), min(behind, len(text) - found.end())
    if not is_masked:
        return one, other
    return _hidden(one, start, behind, mask), _hidden(other, start, behind, mask)


def _hidden(text: str, start: int, behind: int, mask: re.Pattern[str]) -> str:
    """A text with what differs hidden, unless that is nothing but a mask."""
    end = len(text) - behind
    differs = text[start:end]
    return text if not differs or mask.fullmatch(differs) else text[:start] + _HIDDEN + text[end:]
