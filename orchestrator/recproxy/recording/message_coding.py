"""How a body of gRPC messages became the JSON that stands in a recording, as the text of `encoding`.

The first line names the framing, how messages were compressed, and which of them. Each line below it is a type of
message or enum, as far as the body uses it:

    grpc gzip
    message share.v1.Message text=1 id=2:int64 tags=3[]

Knows what such lines look like; what they mean is the room `grpc`'s affair.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.values import Headers, Request, Response, header

__all__ = [
    "FRAMINGS",
    "MessageError",
    "check_framing",
    "check_type",
    "holds_messages",
    "is_call",
    "is_in_text",
    "is_message_coding",
    "order_lines",
    "read_order",
    "type_line",
    "type_lines",
]

#: What the first word may be: gRPC over HTTP/2, gRPC-Web in bytes and in base64, and one message without a frame.
FRAMINGS = ("grpc", "grpc-web", "grpc-web-text", "proto")
#: How messages may be compressed.
_COMPRESSIONS = ("gzip", "deflate", "br", "zstd")

_NUMBERS_IN_A_LINE = 20  # so that a line of a recording fits on a screen
#: The client had ended its side of a call.
_END = "end"
_NAME = r"[A-Za-z_][A-Za-z0-9_.]{0,400}"
_FIELD = rf"[A-Za-z_][A-Za-z0-9_]{{0,200}}=[0-9]{{1,9}}(?::(?:map<[a-z0-9]{{4,8}},{_NAME}>|group<{_NAME}>|{_NAME}))?(?:\[(?:packed)?\])?"
_MESSAGE = lazy_pattern(rf"{_NAME}(?: {_FIELD})*")
_ENUM = lazy_pattern(rf"{_NAME}(?: [A-Za-z_][A-Za-z0-9_]{{0,200}}=-?[0-9]{{1,10}})*")
_EXAMPLES = {"message": "share.Note text=1 id=2:int64 tags=3[]", "enum": "share.Kind OPEN=1 CLOSED=2"}


class MessageError(ValueError):
    """The JSON of messages has no form on the wire: it was edited so."""


def is_message_coding(encoding: str | None) -> bool:
    """Whether an encoding is one of messages, and no content coding."""
    return encoding is not None and encoding.partition("\n")[0].partition(" ")[0] in FRAMINGS


def holds_messages(block: Request | Response) -> bool:
    """Whether a block may be one of gRPC, also if its body is empty."""
    kind = header(block.headers, b"content-type")
    return is_message_coding(block.encoding) or (kind is not None and b"grpc" in kind.lower())


def is_call(headers: Headers) -> bool:
    """Whether a request is a call of gRPC or gRPC-Web, whatever its messages are written in."""
    return any(
        len(name) == 12 and name.lower() == b"content-type" and value.lstrip()[:16].lower() == b"application/grpc"
        for name, value in headers
    )


def is_in_text(headers: Headers) -> bool:
    """Whether messages are in base64, so that their frames do not stand in the body."""
    return b"-text" in (header(headers, b"content-type") or b"").lower()


def check_framing(text: str) -> None:
    """Raise ValueError where a text is no first line of a coding of messages."""
    framing, *rest = text.split(" ")
    numbers = rest[1:] if framing.startswith("grpc-web") and rest[:1] == ["tight"] else rest
    compressed = numbers[:1] and numbers[0] in _COMPRESSIONS
    positions = numbers[1:]
    if (
        framing not in FRAMINGS
        or (numbers and not compressed)
        or not all(re.fullmatch(r"[1-9][0-9]{0,8}", each) for each in positions)
        or (framing == "proto" and positions)
    ):
        raise ValueError(
            f"write {', '.join(FRAMINGS)}, and for compressed messages gzip and the numbers of those that are"
        )


def check_type(kind: str, text: str) -> None:
    """Raise ValueError where a text is no type of message or enum, as `kind` says."""
    if not (_MESSAGE if kind == "message" else _ENUM).fullmatch(text) or kind not in _EXAMPLES:
        raise ValueError(f"write a name and its fields, as in {_EXAMPLES[kind]!r}")


def type_line(kind: str, text: str, encoding: str | None) -> str:
    """The line of a type below an encoding. Raises ValueError where it is none, or stands below no coding of messages."""
    if not is_message_coding(encoding):
        raise ValueError("write it below the line :encoding grpc")
    check_type(kind, text)
    return f"{kind} {text}"


def type_lines(encoding: str) -> tuple[tuple[str, str], ...]:
    """Kind and text of each type of a coding of messages."""
    lines = (line.partition(" ") for line in encoding.split("\n")[1:])
    return tuple((kind, text) for kind, _, text in lines)


def read_order(before: list[int], words: list[str]) -> list[int]:
    """What `:after` lines say, of which some came before. Raises ValueError where that is no order."""
    if not words or not all(word == _END or re.fullmatch(r"[0-9]{1,9}", word) for word in words):
        raise ValueError("write for each message, and for the status, a number of the client's messages, or end")
    numbers = [*before, *(-1 if word == _END else int(word) for word in words)]
    for last, number in itertools.pairwise(numbers):
        if number != -1 and (last == -1 or number < last):
            raise ValueError("write numbers that grow, and end behind them")
    return numbers


def order_lines(numbers: tuple[int, ...]) -> Iterator[str]:
    """The `:after` lines of a stream both ways."""
    words = [_END if number == -1 else str(number) for number in numbers]
    for start in range(0, len(words), _NUMBERS_IN_A_LINE):
        yield ":after " + " ".join(words[start : start + _NUMBERS_IN_A_LINE])
