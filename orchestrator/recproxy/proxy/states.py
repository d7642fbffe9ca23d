"""The states of a client's connection and of an exchange, and which event leads where: all of it, as tables.

Literal dicts, in the manner of h11: an event that a state does not name is a defect of ours and raises KeyError,
which a client sees as a 500 and a scope as a failure. Pure.

A connection has two sides, each with a state of its own: what the client does (`Asking`), and what we do
(`Answering`). Neither waits for the other: a client may send its next request while an answer is on its way.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ANSWERING", "ASKING", "STAGES", "Answered", "Answering", "Asked", "Asking", "Passed", "Stage"]


class Asking(StrEnum):
    """What the client does."""

    BETWEEN = "between two requests, or in the head of one"
    COLLECTING = "sends a body that is collected: a recording may answer"
    STREAMING = "sends a body that goes to the service as it comes"
    SWITCHED = "has asked for a WebSocket: no other request can follow, whatever it sends"
    LEAVING = "turns to another service: what it sends stays unread, and the connection is handed back"
    OVER = "sends nothing more that is read"


class Asked(StrEnum):
    """What a client's bytes, or we, do to its side."""

    COLLECT = "a head: its body is collected"
    STREAM = "a head: its body goes to the service; or one that is collected is too large for that"
    COMPLETE = "the request is complete"
    SWITCH = "a head that asks for a WebSocket"
    LEAVE = "a request for another service"
    STOP = "nothing more is read: the client has ended, was refused, or has its last answer"


ASKING: dict[Asking, dict[Asked, Asking]] = {
    Asking.BETWEEN: {
        Asked.COLLECT: Asking.COLLECTING,
        Asked.STREAM: Asking.STREAMING,
        Asked.SWITCH: Asking.SWITCHED,
        Asked.LEAVE: Asking.LEAVING,
        Asked.STOP: Asking.OVER,
    },
    Asking.COLLECTING: {
        Asked.STREAM: Asking.STREAMING,
        Asked.COMPLETE: Asking.BETWEEN,
        Asked.STOP: Asking.OVER,
    },
    Asking.STREAMING: {
        Asked.COMPLETE: Asking.BETWEEN,
        Asked.STOP: Asking.OVER,
    },
    Asking.SWITCHED: {Asked.STOP: Asking.OVER},
    Asking.LEAVING: {
        # An answer before may turn out to be the last one.
        Asked.STOP: Asking.OVER,
    },
    Asking.OVER: {
        # The request that led to its end may just now be complete.
        Asked.COMPLETE: Asking.OVER,
        Asked.STOP: Asking.OVER,
    },
}


class Answering(StrEnum):
    """What we do."""

    READY = "an answer is written as soon as it is there"
    WAITING = "the client does not read: answers wait"
    BUSY = "an answer takes its time; others wait behind it"
    BUSY_WAITING = "an answer takes its time, and the client does not read"
    LAST = "the last answer is written; the connection ends when the client has it"
    GONE = "the connection is lost"


class Answered(StrEnum):
    """What happens to our side."""

    BEGIN = "an answer begins that takes its time"
    FINISH = "it is complete, and the connection may go on"
    END = "the last answer is complete"
    PAUSE = "the client does not read"
    RESUME = "it reads again"
    LOSE = "the connection is lost"


ANSWERING: dict[Answering, dict[Answered, Answering]] = {
    Answering.READY: {
        Answered.BEGIN: Answering.BUSY,
        Answered.END: Answering.LAST,
        Answered.PAUSE: Answering.WAITING,
        Answered.LOSE: Answering.GONE,
    },
    Answering.WAITING: {
        Answered.END: Answering.LAST,
        Answered.RESUME: Answering.READY,
        Answered.LOSE: Answering.GONE,
    },
    Answering.BUSY: {
        Answered.FINISH: Answering.READY,
        Answered.END: Answering.LAST,
        Answered.PAUSE: Answering.BUSY_WAITING,
        Answered.LOSE: Answering.GONE,
    },
    Answering.BUSY_WAITING: {
        Answered.FINISH: Answering.WAITING,
        Answered.END: Answering.LAST,
        Answered.RESUME: Answering.BUSY,
        Answered.LOSE: Answering.GONE,
    },
    Answering.LAST: {
        Answered.END: Answering.LAST,
        Answered.PAUSE: Answering.LAST,
        Answered.RESUME: Answering.LAST,
        Answered.LOSE: Answering.GONE,
    },
    Answering.GONE: {
        # An answer that took its time is told only when it gets to its own end.
        Answered.FINISH: Answering.GONE,
        Answered.END: Answering.GONE,
        Answered.PAUSE: Answering.GONE,
        Answered.RESUME: Answering.GONE,
        Answered.LOSE: Answering.GONE,
    },
}


class Stage(StrEnum):
    """How far an exchange with the service is."""

    REQUESTING = "the request is on its way; no response yet"
    RESPONDING = "the client has the head of the response, and gets its body"
    KEEPING = "the response is complete and is being kept; the client has it but for its end"
    KEEPING_UNSEEN = "the response is complete and is being kept; the client has none of it"
    OVER = "the client has it all, or was told that it will not"


class Passed(StrEnum):
    """What happens to an exchange."""

    HEAD = "the head of a response that has a body"
    COMPLETE = "the response is complete"
    END = "it is kept, or failed"


STAGES: dict[Stage, dict[Passed, Stage]] = {
    Stage.REQUESTING: {
        Passed.HEAD: Stage.RESPONDING,
        Passed.COMPLETE: Stage.KEEPING_UNSEEN,
        Passed.END: Stage.OVER,
    },
    Stage.RESPONDING: {
        Passed.COMPLETE: Stage.KEEPING,
        Passed.END: Stage.OVER,
    },
    Stage.KEEPING: {Passed.END: Stage.OVER},
    Stage.KEEPING_UNSEEN: {Passed.END: Stage.OVER},
    Stage.OVER: {},
}
