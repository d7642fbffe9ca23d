"""The mode that an environment's name carries, and whether an environment was named or merely selected.

`py312-functional-replay` and `replay-py312` carry replay. A name that carries something like a mode is an error, since
tox accepts any combination of known factors and would run the commands without recproxy.
"""

from __future__ import annotations

import difflib
from typing import Any

from recproxy.runners.arguments import VERIFY

__all__ = ["MODES_IN_NAMES", "is_named", "mode_of_name", "recording_name"]

#: Factors that choose a mode.
MODES_IN_NAMES = ("replay", "record", "live", "auto")
#: The factor of the generated environments that says nothing of a mode.
_SUITE = "functional"
#: High enough that `py312`, `lint` and `docs` resemble no mode, low enough for a letter too many or two in the wrong order.
_LIKENESS = 0.8


def mode_of_name(name: str) -> str | None:
    """The mode that the factors of an environment's name carry, None where they carry none.

    Raises:
        ValueError: they carry two modes, or something like a mode; the message says what to call it.
    """
    factors = name.split("-")
    modes = [factor for factor in dict.fromkeys(factors) if factor in MODES_IN_NAMES]
    if VERIFY in factors and _SUITE in factors:  # alone, `verify` may well be somebody's own environment
        modes.append(VERIFY)
    if len(modes) > 1:
        raise ValueError(f"environment {name!r} carries two modes, {' and '.join(modes)}: keep one of them")
    if modes:
        return modes[0]
    for known, instead in (*((mode, mode) for mode in MODES_IN_NAMES), (_SUITE, "functional-replay")):
        for like in difflib.get_close_matches(known, factors, n=1, cutoff=_LIKENESS):
            meant = "-".join(instead if factor == like else factor for factor in factors)
            raise ValueError(
                f"environment {name!r} carries no mode, and its commands would run without recproxy: call it {meant!r}, "
                "or set recproxy_mode there"
            )
    return None


def recording_name(name: str) -> str | None:
    """The environment that records what one of this name replays; None where the name carries no mode."""
    factors = ["record" if factor in (*MODES_IN_NAMES, VERIFY) else factor for factor in name.split("-")]
    return "-".join(factors) if "record" in factors else None


def is_named(name: str, options: Any) -> bool:
    """Whether a call of tox names this environment: by `-e` or TOXENV, and not by ALL, a factor, a label or env_list."""
    selected = getattr(options, "env", None)
    return selected is not None and not selected.is_all and name in selected
