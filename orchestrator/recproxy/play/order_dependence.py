"""Whether the answers of a playback depend on the order of requests: then several processes cannot share it. Pure.

Most of it can be told before a request comes. Which requests two wildcards have in common cannot: that is asked for each
request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recproxy.play.candidates import Candidates, FittingGroup
from recproxy.play.playback import Playback

__all__ = ["order_decides", "order_dependence"]


def order_dependence(playback: Playback, shown: Callable[[str], str] = str) -> str:
    """The first interaction whose answer depends on what was asked before, and why; empty where there is none.

    `shown` is a place as the user sees it.
    """
    seen: set[tuple[FittingGroup, ...]] = set()  # thousands of equal requests have the same candidates
    for position, interaction in enumerate(playback.index.interactions):
        where = shown(playback.index.where(position))
        if interaction.protocol:
            return f"{where}: a conversation has an order"
        if interaction.webhook is not None:
            return f"{where}: a webhook follows what caused it"
        if playback.repeats(position) not in ("last", "first"):
            return f"{where}: repeat = {playback.repeats(position)!r} counts requests"
        candidates = playback.locate(replace(interaction.request, wild=None))
        if candidates.groups not in seen and (why := order_decides(playback, candidates, shown)):
            return f"{where}: {why}"
        seen.add(candidates.groups)
    return ""


def order_decides(playback: Playback, candidates: Candidates, shown: Callable[[str], str] = str) -> str:
    """Why the answer to a request with these candidates depends on what was asked before; empty where it does not.

    Only for interactions of which the last or the first is repeated: a worse fit is never played then.
    """
    if candidates.stateful:
        return "a named place is bound by an earlier request"
    if candidates.unequal:
        return "headers choose between answers that were recorded for it, and none of them fits"
    first, *others = candidates.best or (-1,)
    for other in others:
        if playback.interaction(other).response != playback.interaction(first).response:
            places = " and ".join(shown(playback.index.where(each)) for each in (first, other))
            return f"the same request has different answers at {places}"
    return ""
