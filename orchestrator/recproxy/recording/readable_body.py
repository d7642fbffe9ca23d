"""A body as a person reads it: JSON indented, the parts of a multipart body one by one, other bytes only counted."""

from __future__ import annotations

from recproxy.recording.counting import counted
from recproxy.recording.jsontext import indented
from recproxy.recording.multipart import read_parts
from recproxy.recording.printable import printable
from recproxy.recording.values import WILD, Request, Response, header

__all__ = ["readable_body"]

#: Multipart bodies within multipart bodies that are still taken apart; deeper ones are shown as text.
_DEEPEST = 8


def readable_body(block: Request | Response) -> str:
    """The body as text without characters that act on a terminal; what is not text is named by its size."""
    return printable(_text(header(block.headers, b"content-type") or b"", block.body, block.wild or WILD, _DEEPEST))


def _text(content_type: bytes, body: bytes, wild: str, depth: int) -> str:
    parts = _parts(content_type, body, wild, depth)
    if parts is not None:
        return parts
    readable = indented(body, wild)
    try:
        return body.decode() if readable is None else readable
    except UnicodeDecodeError:
        return f"({counted(len(body), 'byte')}, not text)"


def _parts(content_type: bytes, body: bytes, wild: str, depth: int) -> str | None:
    """Each part with its fields and content below a numbered line; None where the body is not multipart."""
    if not depth or not content_type.lower().startswith(b"multipart/"):
        return None
    found = read_parts(body, content_type)
    if found is None:
        return None
    shown = []
    for number, part in enumerate(found.parts, 1):
        fields = "".join(f"  {field.name.decode('latin-1')}: {_value(field.value)}\n" for field in part.fields)
        content = _text(part.field(b"content-type"), body[part.start : part.end], wild, depth - 1)
        shown.append(f"part {number} of {len(found.parts)}\n{fields}\n{content}")
    return "\n\n".join(shown)


def _value(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "backslashreplace").split("\r\n"))
