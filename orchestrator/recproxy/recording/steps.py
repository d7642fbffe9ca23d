"""The steps of a conversation, and the lines that stand for them in a recording.

A protocol in which the server may speak first, or speak unasked, has no requests and responses. Its interaction is the
steps that both sides took in turn:

    SMTP smtp://mail.example:587
    < 220 mail.example ESMTP
    > EHLO localhost
    < 250 mail.example
    + STARTTLS
    > STARTTLS
    < 220 ready
    :tls
    =======

Knows what a step is and how it is written; not what a protocol means by it.
"""

from __future__ import annotations

import base64
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.faults import read_fault
from recproxy.recording.grammar import clean, from_base64
from recproxy.recording.lines import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "END",
    "PROTOCOLS",
    "WEBSOCKET",
    "WEBSOCKET_SCHEMES",
    "WIDTH",
    "Act",
    "Step",
    "read_steps",
    "said_lines",
    "step_lines",
    "steps_size",
    "take_said",
]

#: The methods of conversations, and the schemes of their addresses: without TLS at first, and with it.
PROTOCOLS = {"SMTP": ("smtp", "smtps"), "IMAP": ("imap", "imaps")}
#: What a conversation of messages is called where others are named by their protocol. A request begins it.
WEBSOCKET = "WEBSOCKET"
#: The schemes of its addresses: without TLS, and with it. RFC 6455 section 3.
WEBSOCKET_SCHEMES = ("ws", "wss")
#: What ends an interaction.
END = lazy_pattern(rb"=======[ \t]*\Z")
_CONTINUED = lazy_pattern(rb"(?:\+[^\n]*+\n?+)*+")
#: Columns of base64, as in a body.
WIDTH = 76
_BASE64 = b":base64"
_FAULT = b":fault "


class Act(StrEnum):
    """What happens in a step, as its first line says it."""

    SERVER = "<"
    CLIENT = ">"
    TLS = ":tls"
    RESET = ":reset"
    CLOSE = ":close"
    LEAVE = ":leave"
    PING = ":ping"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what one side said, or what happened to the connection.

    `data` are the bytes that were said, each line with its CRLF, without what a protocol puts around them (the dots of
    a mail message, the codes of all lines of a reply but the first). `TLS`, `RESET` and `CLOSE` have none: TLS began,
    and the server broke the connection off, or closed it. `fault` is how replay has it go wrong what the server says.
    `line` is where the step stands in its file.

    Of a WebSocket, `data` is one message, with nothing added, the reason of a close, or what a ping holds. `LEAVE` is that
    the client closes, `PING` that the server asks whether it is there. `binary` tells the kinds of messages apart, `code`
    is that of a close (0: none), `delay` the seconds that went by before what the server said, and `omitted` the size in
    bytes of a message that was too large to store.
    """

    act: Act
    data: bytes = field(default=b"", repr=False)
    line: int = field(default=0, compare=False)
    fault: str = ""
    binary: bool = False
    code: int = 0
    delay: float = 0.0
    omitted: int = 0


def steps_size(steps: tuple[Step, ...]) -> int:
    """The bytes that were said."""
    return sum(len(step.data) for step in steps)


def step_lines(steps: tuple[Step, ...]) -> Iterator[bytes]:
    """The lines of steps, as `read_steps` reads them. Raises ValueError where there are none."""
    if not steps:
        raise ValueError("a conversation has one step or more")
    for step in steps:
        mark = step.act.value.encode()
        if step.fault:
            if step.act is not Act.SERVER:
                raise ValueError("a fault is of what the server says")
            read_fault(step.fault)
            yield b":fault %s\n" % step.fault.encode()
        if step.act not in (Act.SERVER, Act.CLIENT):
            if step.data:
                raise ValueError(f"nothing is said in {step.act.value}")
            yield mark + b"\n"
            continue
        text = _text(step.data)
        if text is None:
            yield _BASE64 + b"\n"
            coded = base64.b64encode(step.data)
            text = b"\n".join(coded[at : at + WIDTH] for at in range(0, len(coded), WIDTH))
        yield from said_lines(step.act, text)


def said_lines(act: Act, text: bytes) -> Iterator[bytes]:
    """What one side said, with the marks of its lines."""
    mark = act.value.encode()
    first, *others = text.split(b"\n")
    yield b"%s %s\n" % (mark, first) if first else mark + b"\n"
    if others:
        yield b"".join([b"+ %s\n" % line if line else b"+\n" for line in others])


def _text(data: bytes) -> bytes | None:
    """The lines of what was said, or None where they cannot be written as they are."""
    if not data.endswith(b"\r\n") or data.count(b"\r") != data.count(b"\r\n"):
        return None
    text = data.replace(b"\r\n", b"\n")
    if text.count(b"\n") != data.count(b"\r") or not clean(text):
        return None
    return text[:-1]


def read_steps(cursor: Cursor) -> tuple[Step, ...]:
    """The steps up to the line that ends their interaction, which is passed. Raises RecordingError."""
    steps: list[Step] = []
    coded, fault = False, ""
    while True:
        line, number = cursor.peek(), cursor.line
        if line is None:
            raise cursor.fail("'======='", hint="end the conversation with it")
        cursor.refuse_marker(line)
        bare = line.rstrip(b" \t")
        if fault and line[:1] != b"<" and bare != _BASE64:
            raise cursor.fail("what the server says", hint="write ':fault' above a line that begins with '< '")
        if END.match(line) and not coded:
            break
        if bare == _BASE64 and not coded:
            coded = True
            cursor.skip_line(line)
        elif line[:1] in (b"<", b">") and line[1:2] in (b" ", b""):
            steps.append(Step(Act(line[:1].decode()), _said(cursor, coded=coded), number, fault))
            coded, fault = False, ""
        elif not coded and line.startswith(_FAULT):
            fault = _fault(cursor, line)
        elif not coded and bare.decode() in (Act.TLS, Act.RESET, Act.CLOSE):
            steps.append(Step(Act(bare.decode()), line=number))
            cursor.skip_line(line)
        else:
            hint = "begin it with '< ', '> ' or '+ ', or write :tls, :reset, :close, :fault or :base64"
            if line.startswith(b":delay"):
                hint = "a conversation has no ':delay': write ':fault delay 2.5' above what the server says late"
            raise cursor.fail("a line of a conversation", hint=hint)
    if not steps:
        raise cursor.fail("a line of a conversation", hint="write what the server says first after '< '")
    cursor.skip()
    return tuple(steps)


def _fault(cursor: Cursor, line: bytes) -> str:
    """The fault of the next step; its line is passed."""
    text = " ".join(line[len(_FAULT) :].decode("utf-8", "replace").split())
    try:
        read_fault(text)
    except ValueError as problem:
        raise cursor.fail(":fault reset after 100", hint=str(problem)) from None
    cursor.skip_line(line)
    return text


def _said(cursor: Cursor, *, coded: bool) -> bytes:
    """What one side said, from its first line and those that go on; they are passed."""
    number = cursor.line
    text = b"\r\n".join(take_said(cursor))
    if not coded:
        if not clean(text.replace(b"\r\n", b"\n")):
            hint = "write ':base64' above it, and what was said in base64"
            raise cursor.fail("lines without control characters", hint=hint, line=number)
        return text + b"\r\n"
    try:
        return from_base64(text.replace(b"\r\n", b""))
    except ValueError as problem:
        hint = "mend it, or remove ':base64' above it"
        raise cursor.fail("base64", str(problem), hint=hint, line=number) from None


def take_said(cursor: Cursor) -> list[bytes]:
    """The lines of what one side said, from its first line, without their marks; they are passed."""
    first, number = cursor.peek() or b"", cursor.line
    cursor.skip()
    found = _CONTINUED.match(cursor.text, cursor.position)
    block = found[0] if found is not None else b""
    lines = [first, *block.removesuffix(b"\n").split(b"\n")] if block else [first]
    for place, line in enumerate(lines):
        if line[1:2] not in (b" ", b""):
            raise cursor.fail("a blank after the mark", hint="write '+ ' and the line", line=number + place)
    cursor.move(cursor.position + len(block))
    return [line[2:] for line in lines]
