"""Where libfaketime is, and the variables by which programs that are started get another time from it. Stdlib only."""

from __future__ import annotations

import glob
import sys
from collections.abc import Mapping

__all__ = ["faketime_library", "faketime_variables"]

#: Where distributions and Homebrew put it; the one for threads first.
_PLACES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
    "/opt/homebrew/lib/faketime/libfaketime.1.dylib",
    "/usr/local/lib/faketime/libfaketime.1.dylib",
)


def faketime_library() -> str:
    """The path of libfaketime; empty where it is not installed."""
    return next((found for place in _PLACES for found in sorted(glob.glob(place))), "")  # noqa: PTH207 - rarely asked


def faketime_variables(library: str, seconds: int, environment: Mapping[str, str]) -> dict[str, str]:
    """What moves the time of programs by so many seconds; what the environment has loaded besides stays so.

    Clocks that only measure stay: a program that waits would wait too long, or not at all.
    """
    name = "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD"
    others = [each for each in environment.get(name, "").split(":") if each and "libfaketime" not in each]
    flat = {"DYLD_FORCE_FLAT_NAMESPACE": "1"} if sys.platform == "darwin" else {}
    return {
        name: ":".join([*others, library]),
        **flat,
        "FAKETIME": f"{seconds:+d}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
    }
