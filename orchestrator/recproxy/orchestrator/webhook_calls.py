"""What the call `/lanes/LANE/webhooks` does: look at webhooks, hold them back, send them, say where the application is."""

from __future__ import annotations

from typing import Any

from recproxy.orchestrator.control_values import CallRefused, read_string, refuse_unknown
from recproxy.orchestrator.lane_webhooks import LaneWebhooks

__all__ = ["steered"]


async def steered(webhooks: LaneWebhooks, method: str, values: dict[str, Any]) -> dict[str, Any]:
    """Do what a call asks for; how the webhooks of the lane's open scope are then.

    Raises:
        CallRefused: its values are wrong.
        ControlError: the application is to be at an address that no profile declares.
    """
    if method == "GET":
        refuse_unknown(values, ())
        return await webhooks.steer("look")
    name = read_string(values, "webhook")
    if method == "PUT":
        refuse_unknown(values, ("hold", "address", "webhook"))
        hold = values.get("hold")
        if hold is not None and type(hold) is not bool:
            raise CallRefused(400, "hold must be true or false")
        if address := read_string(values, "address"):
            webhooks.set_address(name, address)
        return await webhooks.steer({None: "look", True: "hold", False: "release"}[hold], name)
    refuse_unknown(values, ("webhook", "count"))
    count = values.get("count") or 0
    if type(count) is not int or count < 0:
        raise CallRefused(400, "count must be a number, or null for all")
    return await webhooks.steer("send", name, count)
