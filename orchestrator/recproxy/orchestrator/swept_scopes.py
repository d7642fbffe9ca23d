"""The scopes of a run whose command is run again and again: what it left open is ended, and its lane begins anew."""

from __future__ import annotations

from recproxy.control.variables import DEFAULT_LANE
from recproxy.orchestrator.lane_scope import base_scope
from recproxy.orchestrator.orchestrator import Orchestrator

__all__ = ["end_left_open", "open_tests", "restart_base"]


def open_tests(orchestrator: Orchestrator) -> set[str]:
    """The tests whose scopes are open."""
    return {scope.test for lane in orchestrator.lanes.values() for scope in lane.scopes}


async def end_left_open(orchestrator: Orchestrator) -> None:
    """End the scopes that the command has left open, and the lanes that it has opened."""
    for lane in tuple(orchestrator.lanes):
        if lane == DEFAULT_LANE:
            while await orchestrator.scopes.end(lane):
                pass
        else:
            await orchestrator.close_lane(lane)


async def restart_base(orchestrator: Orchestrator) -> None:
    """Begin what goes on outside of all tests anew, for the next run of the command."""
    lane = orchestrator.lanes[DEFAULT_LANE]
    await orchestrator.scopes.end_lane(lane, passed=True)
    lane.base = base_scope()
    await orchestrator.begin_bases(lane)
