"""What our processes say to each other.

A *channel* joins the orchestrator and one proxy, or one process that redacts: framed *messages*, each with any number of file descriptors
(listeners, connections). The orchestrator sends orders, the proxy sends replies and outcomes. A *scope_options* is how
a scope has its recordings played. *Variables* are the names under which the environment tells a test command where it
runs. Nothing here knows what a message causes.
"""

from recproxy.control.channel import Channel
from recproxy.control.messages import (
    Began,
    Begin,
    Connect,
    Ended,
    EndLane,
    EndScope,
    Extend,
    Kept,
    Know,
    Listen,
    Look,
    Message,
    Missed,
    Outcome,
    Playing,
    Ready,
    Recorded,
    Refused,
    Return,
    Setup,
    Stop,
    Unused,
)
from recproxy.control.redaction_messages import RedactionSetup, RedactScope, ScopeRedacted
from recproxy.control.scope_options import PROFILES, ScopeOptions
from recproxy.control.variables import CONTROL, LANE, MODE, PROXY, REDIRECT, TOKEN

__all__ = [
    "CONTROL",
    "LANE",
    "MODE",
    "PROFILES",
    "PROXY",
    "REDIRECT",
    "TOKEN",
    "Began",
    "Begin",
    "Channel",
    "Connect",
    "EndLane",
    "EndScope",
    "Ended",
    "Extend",
    "Kept",
    "Know",
    "Listen",
    "Look",
    "Message",
    "Missed",
    "Outcome",
    "Playing",
    "Ready",
    "Recorded",
    "RedactScope",
    "RedactionSetup",
    "Refused",
    "Return",
    "ScopeOptions",
    "ScopeRedacted",
    "Setup",
    "Stop",
    "Unused",
]
