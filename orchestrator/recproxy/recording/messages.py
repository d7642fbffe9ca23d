"""The messages of a WebSocket, and the lines that stand for them in a recording.

They follow the head of the response that began it, where other responses have a body:

    HTTP/1.1 101 Switching Protocols

    < {"type": "hello"}
    > {"type": "subscribe", "channel": "prices"}
    :binary base64
    < AAECAw==
    :leave 1000
    =======

A text message has its lines as they are; the first begins with the mark of who says it, the others with `+`. Knows how a
message is written, not what it means.
"""

from __future__ import annotations

import base64
from dataclasses import field
from typing import TYPE_CHECKING

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import jsontext
from recproxy.recording.bodies import read_style
from recproxy.recording.directives import seconds_text
from recproxy.recording.faults import read_message_fault
from recproxy.recording.grammar import clean, from_base64, is_utf8, seconds_of
from recproxy.recording.lines import Cursor
from recproxy.recording.steps import END, WIDTH, Act, Step, said_lines, take_said

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MESSAGE_DIRECTIVES", "message_lines", "take_messages"]

#: What stands above a message or in its place, as `:NAME`.
MESSAGE_DIRECTIVES = (
    "base64", "binary", "close", "delay", "fault", "json", "leave", "omitted", "ping", "reset",
)  # fmt: skip

#: What happens besides messages, by its directive.
_EVENTS = {Act.CLOSE, Act.LEAVE, Act.PING, Act.RESET}
#: Those of the server: a fault or a delay can be of them.
_OF_SERVER = (Act.SERVER, Act.CLOSE, Act.PING, Act.RESET)
#: A close code that may be sent. RFC 6455 section 7.4.
_CODE = lazy_pattern(r"[1-4][0-9]{3}")
_FORMS = ("base64", "json", "omitted")
#: The most bytes of a reason or a ping. RFC 6455 section 5.5.
_MOST_CONTROL = 125


def message_lines(steps: tuple[Step, ...], wild: str | None) -> Iterator[bytes]:
    """The lines of messages, as `take_messages` reads them. Raises ValueError for what they have no form for."""
    for step in steps:
        if step.act not in (*_EVENTS, Act.SERVER, Act.CLIENT):
            raise ValueError(f"no part of a WebSocket: {step.act.value}")
        if step.delay:
            yield f":delay {seconds_text(step.delay)}\n".encode()
        if step.fault:
            if step.act not in _OF_SERVER:
                raise ValueError("a fault is of what the server says")
            read_message_fault(step.fault)
            yield b":fault %s\n" % step.fault.encode()
        yield from _event(step) if step.act in _EVENTS else _message(step, wild)


def _event(step: Step) -> Iterator[bytes]:
    words = [step.act.value]
    if step.act is Act.RESET:
        if step.data or step.code:
            raise ValueError("nothing is said in :reset")
    elif step.act is Act.PING:
        words += _control(step.data)
    elif step.code:
        if not _CODE.fullmatch(str(step.code)):
            raise ValueError(f"not the code of a close: {step.code}")
        words += [str(step.code), *_control(step.data)]
    elif step.data:
        raise ValueError("a reason without a code")
    yield " ".join(words).encode() + b"\n"


def _control(data: bytes) -> list[str]:
    if len(data) > _MOST_CONTROL:
        raise ValueError(f"{len(data)} bytes in a ping or a close: {_MOST_CONTROL} is the most")
    if not data:
        return []
    if clean(data) and b"\n" not in data and data == data.strip() and not data.startswith(b"base64 "):
        return [data.decode()]
    return ["base64", base64.b64encode(data).decode()]


def _message(step: Step, wild: str | None) -> Iterator[bytes]:
    form, text = _written(step, wild)
    if step.binary:
        yield " ".join((":binary", *form)).encode() + b"\n"
    elif form:
        yield f":{' '.join(form)}\n".encode()
    yield from said_lines(step.act, text)


def _written(step: Step, wild: str | None) -> tuple[tuple[str, ...], bytes]:
    """The words of a message's form, and its text; the first form that gives the exact bytes again."""
    data = step.data
    if step.omitted:
        if data:
            raise ValueError("a message that is not stored has no text")
        return ("omitted", str(step.omitted)), b""
    if clean(data):
        found = jsontext.pretty(data, wild)
        return (("json", *found[0]), found[1]) if found is not None else ((), data)
    if not step.binary and not is_utf8(data):
        raise ValueError("a text message that is not UTF-8")
    coded = base64.b64encode(data)
    return ("base64",), b"\n".join(coded[at : at + WIDTH] for at in range(0, len(coded), WIDTH))


@dataclass(slots=True)
class _About:
    """What the directives above a message have said so far, and the line of the first."""

    form: tuple[str, ...] | None = None
    binary: bool = False
    delay: float = 0.0
    fault: str = ""
    said: set[str] = field(default_factory=set)


def take_messages(cursor: Cursor, wild: str) -> tuple[Step, ...]:
    """The messages up to the line that ends their interaction, which is passed; `wild` is the client's wild word.

    Raises RecordingError.
    """
    steps: list[Step] = []
    about = _About()
    while True:
        line = cursor.peek()
        if line is None:
            raise cursor.fail("'======='", hint="end the messages with it")
        cursor.refuse_marker(line)
        if line[:1] in (b"<", b">") and line[1:2] in (b" ", b""):
            steps.append(_said(cursor, about, wild))
            about = _About()
        elif END.match(line) and not about.said:
            break
        elif line.startswith(b":"):
            step = _directive(cursor, line, about)
            cursor.skip_line(line)
            if step is not None:
                steps.append(step)
                about = _About()
        else:
            hint = f"begin it with '< ', '> ' or '+ ', or write one of :{', :'.join(MESSAGE_DIRECTIVES)}"
            raise cursor.fail("a line of a WebSocket's messages", hint=hint)
    cursor.skip()
    return tuple(steps)


def _directive(cursor: Cursor, line: bytes, about: _About) -> Step | None:
    """What a directive says of the next message, added to `about`; or the step that it is."""
    name, _, value = line[1:].decode("utf-8", "replace").strip(" \t").partition(" ")
    value = value.strip(" \t")
    if name not in MESSAGE_DIRECTIVES:
        raise cursor.fail("a directive of a message", hint=f"known are :{', :'.join(MESSAGE_DIRECTIVES)}")
    key = "form" if name in (*_FORMS, "binary") else name
    if key in about.said:
        raise cursor.fail(f"one :{name} for a message", hint="remove one of the two, or write the message between them")
    about.said.add(key)
    try:
        if name == "delay":
            about.delay = seconds_of(value)
        elif name == "fault":
            about.fault = " ".join(value.split())
            read_message_fault(about.fault)
        elif key == "form":
            about.binary = name == "binary"
            words = tuple(value.split())
            about.form = _form(words if about.binary else (name, *words))
        else:
            return _read_event(cursor, Act(f":{name}"), value, about)
    except ValueError as error:
        raise cursor.fail(f"a directive like '{_EXAMPLES[name]}'", hint=str(error)) from None
    return None


_EXAMPLES = {
    "base64": ":base64",
    "binary": ":binary base64",
    "close": ":close 1000 bye",
    "delay": ":delay 0.25",
    "fault": ":fault reset after 100",
    "json": ":json spaced",
    "leave": ":leave 1000",
    "omitted": ":omitted 20000000",
    "ping": ":ping",
    "reset": ":reset",
}


def _form(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        return ()
    if words[0] not in _FORMS:
        raise ValueError(f"say one of {', '.join(_FORMS)}, or nothing")
    return read_style(words)


def _read_event(cursor: Cursor, act: Act, value: str, about: _About) -> Step:
    if about.form is not None:
        raise ValueError("write a message below the directive above")
    code, data = 0, value
    if act in (Act.CLOSE, Act.LEAVE):
        first, _, data = value.partition(" ")
        if first and not _CODE.fullmatch(first):
            raise ValueError("write a code from 1000 to 4999, and a reason behind it")
        code = int(first or 0)
    elif act is Act.RESET and value:
        raise ValueError("nothing stands behind it")
    if act not in _OF_SERVER and about.fault:
        raise ValueError("a fault stands above what the server says")
    said = from_base64(data[7:].encode()) if data.startswith("base64 ") else data.encode()
    if len(said) > _MOST_CONTROL:
        raise ValueError(f"it has {_MOST_CONTROL} bytes at most")
    return Step(act, said, cursor.line, about.fault, code=code, delay=about.delay)


def _said(cursor: Cursor, about: _About, wild: str) -> Step:
    """A message, from its first line and those that go on; they are passed."""
    line, number = cursor.peek() or b"", cursor.line
    act = Act(line[:1].decode())
    if about.fault and act is not Act.SERVER:
        raise cursor.fail("what the server says", hint="write ':fault' above a line that begins with '< '")
    text = b"\n".join(take_said(cursor))
    form = about.form or ()
    if not form and not clean(text):
        hint = "write ':base64' above it, and the message in base64"
        raise cursor.fail("lines without control characters", hint=hint, line=number)
    omitted = int(form[1]) if form[:1] == ("omitted",) else 0
    try:
        data = _data(text, form, wild, binary=about.binary)
    except ValueError as error:
        problem, *inside = error.args
        place = number + (inside[0] - 1 if inside else 0)
        raise cursor.fail(
            f"lines of ':{' '.join(form)}'", str(problem), hint="mend them, or the directive", line=place
        ) from None
    return Step(act, data, number, about.fault, binary=about.binary, delay=about.delay, omitted=omitted)


def _data(text: bytes, form: tuple[str, ...], wild: str, *, binary: bool) -> bytes:
    """The bytes that the text of a message stands for. Raises ValueError where it is not in its form."""
    data = text
    if form[:1] == ("base64",):
        data = from_base64(text)
    elif form[:1] == ("json",):
        data = jsontext.compact(text, form[1:], wild)
    elif form[:1] == ("omitted",) and (text or not int(form[1])):
        raise ValueError("a message that was too large to store has a size, and no text")
    if not binary and not is_utf8(data):
        raise ValueError("a text message is UTF-8: write ':binary base64' above it")
    return data
