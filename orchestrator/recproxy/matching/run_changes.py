"""Why a request that was recorded is another one when its test runs again: told by the values that differ. Pure.

The same code asked both, so a difference comes of chance, of the time, of an order that nobody fixed, or of what the run
before has left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.differences import Difference
from recproxy.matching.made_anew import is_made_anew, is_time

__all__ = ["RunChange", "run_change"]


class RunChange(StrEnum):
    """What changes a request from run to run."""

    RANDOM = "random value"
    TIME = "time"
    SEQUENCE = "order of values"
    FOLDER = "temporary path"
    STATE = "shared state"
    OTHER = "changed value"


_FOLDER = lazy_pattern(r"(?:^|[^\w.])(?:tmp|temp|var/folders|pytest-of-[\w.-]+|pytest-\d+)/|/(?:tmp|tmp\w{6,})\b")
_WHOLE = lazy_pattern(r"-?\d{1,18}")
#: A counter that a run goes on with is this small, and grows by so much at most.
_LARGEST_COUNT = 100_000
_LARGEST_STEP = 1000
#: A number, or a word with letters and digits, of so many characters is no choice that a person made; nor is a fraction
#: with as many digits as a generator gives.
_LONG = 6
_FRACTION = lazy_pattern(r"-?\d{0,9}\.\d{8,}(?:[eE]-?\d+)?")
_MIXED = lazy_pattern(r"(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w.~+/=-]+")


def run_change(differences: Sequence[Difference]) -> RunChange:
    """What the differences of a request have in common; the first kind that all of them are of."""
    if not differences:
        return RunChange.OTHER
    if all(map(is_time, differences)):
        return RunChange.TIME
    if _same_values(differences):
        return RunChange.SEQUENCE
    if all(_FOLDER.search(one.got or "") for one in differences):
        return RunChange.FOLDER
    if all(map(_is_count, differences)):
        return RunChange.STATE
    if all(is_made_anew(one) or _is_random(one) for one in differences):
        return RunChange.RANDOM
    return RunChange.OTHER


def _same_values(differences: Sequence[Difference]) -> bool:
    """Whether the request holds the recorded values in other places."""
    if len(differences) == 1:
        wanted, got = differences[0].wanted, differences[0].got
        if wanted is None or got is None:
            return False
        words = [Counter(re.findall(r"[\w.-]+", text)) for text in (wanted, got)]
        return wanted != got and sum(words[0].values()) > 1 and words[0] == words[1]
    return Counter(one.wanted for one in differences) == Counter(one.got for one in differences)


def _is_count(one: Difference) -> bool:
    """Whether a small number has gone on."""
    values = [(value or "").strip('"') for value in (one.wanted, one.got)]
    if not all(map(_WHOLE.fullmatch, values)):
        return False
    before, now = map(int, values)
    return 0 <= before < now <= _LARGEST_COUNT and now - before <= _LARGEST_STEP


def _is_random(one: Difference) -> bool:
    values = [(value or "").strip('"') for value in (one.wanted, one.got)]
    forms = (_WHOLE, _FRACTION, _MIXED)
    return all(len(value) >= _LONG and any(form.fullmatch(value) for form in forms) for value in values)
