"""What F1 said by SMTP, as its capturing tool wrote it: `<` server, `>` client, `+` another line, `E` an exception.

The client was Python's smtplib, and an exception is what that made of a server that hung up.
"""

from __future__ import annotations

import dataclasses

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.smtp_server import SaidKind
from recproxy.mail.smtp_turns import said_kinds
from recproxy.recording import Act, Interaction, Step

__all__ = ["for_any_mail", "read_trace"]

_MARKS = {b"<": Act.SERVER, b">": Act.CLIENT}
_MAILBOX = lazy_pattern(rb"(?i)((?:MAIL FROM|RCPT TO):)<[^>]*>")
_STUFFED = lazy_pattern(rb"(?:\A|(?<=\r\n))\.(?=[^\r])")
_DOT = b".\r\n"


def read_trace(data: bytes) -> tuple[Step, ...]:
    """The steps of a trace. Raises ValueError, with the line, where it is none."""
    steps: list[Step] = []
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
        mark, said = line[:1], line[2:].removesuffix(b"\r") + b"\r\n"
        if mark == b"E":
            steps.append(Step(Act.CLOSE))
        elif mark in _MARKS:
            if steps and steps[-1].data.upper() == b"STARTTLS\r\n" and said.startswith(b"220"):
                steps += Step(Act.SERVER, said), Step(Act.TLS)
            else:
                steps.append(Step(_MARKS[mark], said))
        elif mark == b"+" and steps and steps[-1].data:
            steps[-1] = dataclasses.replace(steps[-1], data=steps[-1].data + said)
        else:
            raise ValueError(f"line {number}: expected '< ', '> ', '+ ' or 'E ', found {line[:60]!r}")
    kinds = said_kinds(steps)
    return tuple(
        _unstuffed(step) if kind is SaidKind.MESSAGE else step for step, kind in zip(steps, kinds, strict=True)
    )


def for_any_mail(conversation: Interaction) -> Interaction:
    """The conversation with wild places for the sender, the recipients and the message."""
    kinds = said_kinds(conversation.steps)
    steps = [
        dataclasses.replace(step, data=b"XXX\r\n" if kind is SaidKind.MESSAGE else _MAILBOX.sub(rb"\1<XXX>", step.data))
        if kind is not None
        else step
        for step, kind in zip(conversation.steps, kinds, strict=True)
    ]
    return dataclasses.replace(conversation, steps=tuple(steps))


def _unstuffed(step: Step) -> Step:
    """A message without the dots of the wire."""
    data = step.data.removesuffix(_DOT) if step.data.endswith(b"\r\n" + _DOT) else step.data
    return dataclasses.replace(step, data=_STUFFED.sub(b"", data))
