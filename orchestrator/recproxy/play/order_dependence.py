"""Whether the answers of a playback depend on the order of requests: then several processes cannot share it. Pure."""

from __future__ import annotations

from dataclasses import replace

from recproxy.play.playback import Playback

__all__ = ["order_dependence"]


def order_dependence(playback: Playback) -> str:
    """The first interaction whose answer depends on what was asked before, and why; empty where there is none."""
    for position, interaction in enumerate(playback.index.interactions):
        where = playback.index.where(position)
        if interaction.steps:
            return f"{where}: a conversation has an order"
        if playback.repeats(position) not in ("last", "first"):
            return f"{where}: repeat = {playback.repeats(position)!r} counts requests"
        found = playback.locate(replace(interaction.request, wild=None))
        if found.stateful:
            return f"{where}: a named place is bound by an earlier request"
        if found.unequal:
            return f"{where}: headers choose between answers that were recorded for it, and none of them fits"
        others = [playback.interaction(other).response for other in found.positions]
        if any(other != interaction.response for other in others):
            return f"{where}: the same request was recorded again with another answer"
    return ""
