"""What a miss says besides: why the service was not asked, and where the request came from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recproxy.control.messages import Begin
from recproxy.control.variables import DEFAULT_LANE

__all__ = ["remark"]

_REPLAYS_ALWAYS = "\nthis test replays in every mode (mode='replay'): write what its recording lacks by hand"


def remark(order: Begin, unset: Sequence[str], lanes: Iterable[str]) -> str:
    """What a miss in a scope says besides; `unset` are credentials without which the service was not asked."""
    are = "is" if len(unset) == 1 else "are"
    text = f"\n{', '.join(unset)} {are} not set, so the service was not asked" if unset else ""
    if order.base and order.lane == DEFAULT_LANE:
        return text + _outside(lanes)
    return text + (_REPLAYS_ALWAYS if order.mode is not None else "")


def _outside(lanes: Iterable[str]) -> str:
    """What a miss outside of all scopes says where tests run in lanes of their own."""
    others = sorted(name for name in lanes if name != DEFAULT_LANE)
    if not others:
        return ""
    return (
        f"\nit came in lane {DEFAULT_LANE!r}, while tests run in lanes {', '.join(others)}: the program that sent it "
        "was started outside of the test workers; start it in each worker (in a session fixture, say), or test "
        "without workers"
    )
