"""A conversation as a page shows it: who says what, and the mail messages in it decoded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from recproxy.mail.conversation_pieces import conversation_pieces
from recproxy.mail.pieces import PieceKind
from recproxy.recording import WEBSOCKET, WILD, Act, Step
from recproxy.recording.counting import counted
from recproxy.recording.jsontext import indented
from recproxy.recording.printable import printable
from recproxy.report.page.bodies import cut_text

__all__ = ["readable_message", "step_values"]

_WHO = {Act.SERVER: "server", Act.CLIENT: "client"}
#: The headers that a person wants to see, in this order.
_HEADERS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "In-Reply-To")
#: Bytes of a message that are read, and parts that are listed.
_MOST_READ = 1_000_000
_MOST_PARTS = 50


def step_values(protocol: str, steps: Sequence[Step], wild: str = WILD) -> list[dict[str, Any]]:
    """The steps of a conversation: `who` says what, and the messages in it.

    Messages are what a client of SMTP sends after DATA, what a client of IMAP appends, and what FETCH returns. Each has
    `headers` (pairs of a name and a decoded value), `parts` (type, name, bytes and depth of each part of a multipart
    message), and `text`. If it is too large to be read whole, it also has `size`, its number of bytes.
    """
    if protocol == WEBSOCKET:
        return [_websocket_step(each, wild) for each in steps]
    return [
        _step(step, [piece.data for piece in pieces if piece.kind is PieceKind.MESSAGE])
        for step, pieces in zip(steps, conversation_pieces(protocol, steps), strict=True)
    ]


def _websocket_step(step: Step, wild: str) -> dict[str, Any]:
    """A message, or a close with its code and reason."""
    value: dict[str, Any] = {
        "who": _WHO.get(step.act) or str(step.act).lstrip(":"),
        **cut_text(readable_message(step, wild)),
    }
    if step.binary:
        value["binary"] = True
    if step.fault:
        value["fault"] = printable(step.fault)
    return value


def readable_message(step: Step, wild: str = WILD) -> str:
    """A message of a WebSocket as a person reads it: JSON indented, bytes that are no text only counted."""
    if step.omitted:
        return f"({counted(step.omitted, 'byte')}, too large to be stored)"
    code = f"{step.code} " if step.code else ""
    try:
        text = indented(step.data, wild) or step.data.decode()
    except UnicodeDecodeError:
        return f"({counted(len(step.data), 'byte')}, not text)"
    return printable(f"{code}{text}")


def _step(step: Step, messages: Sequence[bytes]) -> dict[str, Any]:
    text = printable(step.data.decode("utf-8", "backslashreplace").replace("\r\n", "\n").rstrip("\n"))
    value = {"who": _WHO.get(step.act) or str(step.act).lstrip(":"), **cut_text(text)}
    if step.fault:
        value["fault"] = printable(step.fault)
    if read := [message for data in messages if (message := _message(data))]:
        value["messages"] = read
    return value


def _message(data: bytes) -> dict[str, Any]:
    """One message; nothing where it has none of the headers and no part."""
    from email import message_from_bytes, policy  # noqa: PLC0415 - few recordings have mail

    try:
        message = message_from_bytes(data[:_MOST_READ], policy=policy.default)
        headers = [[name, printable(str(message[name]))] for name in _HEADERS if message[name]]
        part = message.get_body(("plain", "html"))
        text = printable(str(part.get_content()).replace("\r\n", "\n")) if part is not None else ""
        parts = _parts(message)
    except Exception:  # noqa: BLE001 - the parser of the standard library raises whatever a broken message makes it
        return {}
    if not headers and not parts:
        return {}
    size = {"size": len(data)} if len(data) > _MOST_READ else {}
    return {"headers": headers, "parts": parts, **cut_text(text), **size}


def _parts(message: EmailMessage) -> list[dict[str, Any]]:
    """The parts of a multipart message, from the outside in."""
    if not message.is_multipart():
        return []
    found: list[dict[str, Any]] = []
    waiting = [(message, 0)]
    while waiting and len(found) < _MOST_PARTS:
        part, depth = waiting.pop()
        inner = list(part.iter_parts()) if part.is_multipart() else []
        content = b"" if part.is_multipart() else part.get_payload(decode=True)
        found.append(
            {
                "type": printable(part.get_content_type()),
                "name": printable(part.get_filename() or ""),
                "size": len(content) if isinstance(content, bytes) else 0,
                "depth": depth,
            }
        )
        waiting += [(each, depth + 1) for each in reversed(inner)]
    return found
