"""What of an answer has been read, and which event leads where: all of it, as a table.

Literal dicts, as in `proxy.states`: an event that a state does not name is a defect of ours and raises KeyError. Pure.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["READ_STATES", "Read", "ReadState"]


class ReadState(StrEnum):
    """What the next bytes of an answer are."""

    HEAD = "the head of the answer, or of one before it (1xx)"
    LENGTH = "its body, of a known length"
    SIZE = "the size of a chunk"
    CHUNK = "a chunk"
    CHUNK_END = "the line end behind a chunk"
    TRAILERS = "the trailers behind the last chunk"
    UNTIL_END = "its body, until the answer ends"
    TUNNEL = "bytes of the protocol that the answer has turned to"
    COMPLETE = "nothing: the answer is complete"
    BROKEN = "nothing: the answer was broken off"


class Read(StrEnum):
    """What is read, or happens."""

    INTERIM = "a head that another one follows"
    BODILESS = "a head without a body"
    MEASURED = "a head with the length of its body"
    CHUNKS = "a head whose body comes in chunks"
    UNMEASURED = "a head that says nothing of the end of its body"
    SWITCHED = "a head behind which another protocol begins"
    SIZED = "the size of a chunk that is not the last"
    CUT = "a chunk is complete"
    LINE_END = "the line end behind it"
    LAST_SIZE = "the size of the last chunk, which is empty"
    LAST = "the last of the body, or of the trailers"
    END = "no more of the answer comes"
    BREAK = "the answer is broken off"


_BROKEN = {Read.END: ReadState.BROKEN, Read.BREAK: ReadState.BROKEN}
_OVER = {Read.END: ReadState.COMPLETE, Read.BREAK: ReadState.BROKEN}

READ_STATES: dict[ReadState, dict[Read, ReadState]] = {
    ReadState.HEAD: {
        Read.INTERIM: ReadState.HEAD,
        Read.BODILESS: ReadState.COMPLETE,
        Read.MEASURED: ReadState.LENGTH,
        Read.CHUNKS: ReadState.SIZE,
        Read.UNMEASURED: ReadState.UNTIL_END,
        Read.SWITCHED: ReadState.TUNNEL,
        # The client is not told an end where there was no answer.
        **_BROKEN,
    },
    ReadState.LENGTH: {Read.LAST: ReadState.COMPLETE, **_BROKEN},
    ReadState.SIZE: {Read.SIZED: ReadState.CHUNK, Read.LAST_SIZE: ReadState.TRAILERS, **_BROKEN},
    ReadState.CHUNK: {Read.CUT: ReadState.CHUNK_END, **_BROKEN},
    ReadState.CHUNK_END: {Read.LINE_END: ReadState.SIZE, **_BROKEN},
    ReadState.TRAILERS: {Read.LAST: ReadState.COMPLETE, **_BROKEN},
    ReadState.UNTIL_END: _OVER,
    ReadState.TUNNEL: _OVER,
    ReadState.COMPLETE: {Read.END: ReadState.COMPLETE, Read.BREAK: ReadState.COMPLETE},
    ReadState.BROKEN: {Read.END: ReadState.BROKEN, Read.BREAK: ReadState.BROKEN},
}
