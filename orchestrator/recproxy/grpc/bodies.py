"""The messages of a request or response: from the wire to the JSON of a recording and back.

One message is an object, several are a list of objects; a message that has no readable form that gives its bytes again
is a string, its bytes in base64. A compressed message is shown decompressed and compressed again, a body in base64 is
coded again as one: both have the same content for the client. The trailers in the last frame of gRPC-Web become trailers.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from recproxy.grpc.content_types import framing_of
from recproxy.grpc.frames import Frame, frames, put_frames, put_trailers, take_trailers, untexted
from recproxy.grpc.order import frame_count, frame_sizes
from recproxy.grpc.reading import MessageReader, MessageTree
from recproxy.grpc.statuses import readable_details, with_details
from recproxy.grpc.types import Types, types_of
from recproxy.grpc.wire import Unreadable
from recproxy.grpc.writing import MessageWriter
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.codings import CODINGS, encode
from recproxy.recording.json_reader import recorded_tree
from recproxy.recording.message_coding import MessageError, is_message_coding
from recproxy.recording.values import Headers, Request, Response, header

__all__ = [
    "LARGEST",
    "compression_of",
    "is_readable",
    "message_count",
    "messages_of",
    "on_the_wire",
    "read_messages",
    "sent_messages",
]

#: A larger body stays as it came: reading it takes longer than a client should wait.
LARGEST = 2_000_000
_UNSHOWN = lazy_pattern("[\x7f-\x9f]")

_Block = TypeVar("_Block", Request, Response)


def is_readable(block: Request | Response) -> bool:
    """Whether the messages of a block are JSON already."""
    return is_message_coding(block.encoding)


def read_messages(block: _Block, types: Types, root: str) -> _Block:
    """A block with its messages, of the `root` type, as JSON; itself where they cannot be read."""
    framing = framing_of(block.headers)
    if not framing:
        return block
    if isinstance(block, Response):
        headers, trailers = readable_details(block.headers), readable_details(block.trailers)
        if (headers, trailers) != (block.headers, block.trailers):
            block = replace(block, headers=headers, trailers=trailers)
    is_coded = block.encoding is not None and (framing != "proto" or block.encoding not in CODINGS)
    if is_coded or not block.body or len(block.body) > LARGEST or block.omitted is not None:
        return block
    try:
        return _readable(block, framing, types, root)
    except ValueError:
        return block


def _readable(block: _Block, framing: str, types: Types, root: str) -> _Block:
    if header(block.headers, b"content-encoding") is not None and block.encoding is None:
        raise ValueError("a content coding")
    compression = compression_of(block.headers)
    found = _frames(block.body, framing, compression)
    trailers, tight = block.trailers, False
    if framing.startswith("grpc-web") and found and found[-1].trailers:
        if trailers:
            raise ValueError("trailers of two kinds")
        trailers, tight = take_trailers(found.pop().data)
        trailers = readable_details(trailers)
    text, used = _text([frame.data for frame in found], types, root)
    first = f"proto {block.encoding}" if block.encoding else _first_line(framing, found, compression, tight=tight)
    encoding = first + used
    if isinstance(block, Response):
        return replace(block, body=text, encoding=encoding, trailers=trailers, chunks=(), delay=0.0)
    return replace(block, body=text, encoding=encoding)


def _frames(body: bytes, framing: str, compression: str) -> list[Frame]:
    if framing == "proto":
        return [Frame(body)]
    return frames(untexted(body) if framing == "grpc-web-text" else body, compression, LARGEST)


def _first_line(framing: str, found: list[Frame], compression: str, *, tight: bool) -> str:
    if any(frame.trailers for frame in found):
        raise ValueError("trailers that are not last")
    words = [framing, "tight"] if tight else [framing]
    numbers = [str(number) for number, frame in enumerate(found, 1) if frame.compressed]
    if numbers:
        words.append(compression)
        words += numbers if len(numbers) < len(found) else []
    return " ".join(words)


def compression_of(headers: Headers) -> str:
    """The compression of messages, empty for none and for one that is not known."""
    name = (header(headers, b"grpc-encoding") or b"").decode("latin-1").strip().lower()
    return name if name in CODINGS else ""


def _text(messages: list[bytes], types: Types, root: str) -> tuple[bytes, str]:
    """Messages as JSON, and lines for the types that it uses, each behind a line feed."""
    reader = MessageReader(types)
    if root:
        reader.used.messages[root] = {}
    trees = [_tree(each, reader, types, root) for each in messages]
    if not trees:
        return b"", _lines(reader.used, root)
    tree: MessageTree = trees[0] if len(trees) == 1 else [*trees]
    text = json.dumps(tree, ensure_ascii=False)
    return _UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode(), _lines(reader.used, root)


def _lines(used: Types, root: str) -> str:
    return "".join([f"\n{line}" for line in used.lines(root)])


def _tree(message: bytes, reader: MessageReader, types: Types, root: str) -> MessageTree:
    """A message in the first form that gives its bytes again."""
    writer = MessageWriter(types)
    for name in dict.fromkeys((root, "")):
        try:
            tree = reader.message(message, name)
            if writer.message(tree, name or root) == message:
                return tree
        except (Unreadable, ValueError):
            continue
    return base64.b64encode(message).decode()


def messages_of(block: Request | Response) -> list[MessageTree]:
    """The messages of a readable block. Raises ValueError where its text is no JSON."""
    if not block.body:
        return []
    try:
        tree = json.loads(block.body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError as problem:
        raise ValueError(f"no JSON: {problem}") from None
    return _listed(tree)


def _listed(tree: Any) -> list[MessageTree]:
    return tree if isinstance(tree, list) else [tree]


def message_count(block: Request | Response) -> int:
    """How many messages a block of a call holds, read or not; 0 where they cannot be counted."""
    if is_readable(block):
        try:
            return len(_listed(recorded_tree(block.body, block.wild))) if block.body else 0
        except ValueError:  # edited to what is no JSON
            return 1
    framing = framing_of(block.headers)
    try:
        return frame_count(untexted(block.body) if framing == "grpc-web-text" else block.body) if framing else 0
    except ValueError:
        return 0


def on_the_wire(block: _Block) -> _Block:
    """A block as it is sent: what `read_messages` made is undone.

    Raises MessageError where the text of its messages or of its details was edited to something that has no such form.
    """
    try:
        return _on_the_wire(block)
    except ValueError as problem:
        raise MessageError(str(problem)) from None


def _on_the_wire(block: _Block) -> _Block:
    if isinstance(block, Response) and framing_of(block.headers):
        headers, trailers = (with_details(each, block.wild) for each in (block.headers, block.trailers))
        if (headers, trailers) != (block.headers, block.trailers):
            block = replace(block, headers=headers, trailers=trailers)
    if not is_readable(block):
        return block
    assert block.encoding is not None
    words = block.encoding.partition("\n")[0].split(" ")
    body, trailers = b"".join(_pieces(block, words)), block.trailers
    if words[0].startswith("grpc-web") and trailers:
        body += put_frames([Frame(put_trailers(trailers, tight="tight" in words), trailers=True)], "")
        trailers = ()
    if words[0] == "grpc-web-text":
        body = base64.b64encode(body)
    if words[0] == "proto" and words[1:]:
        body = encode(body, words[1])
    return replace(block, body=body, encoding=None, trailers=trailers)


def sent_messages(block: Request | Response) -> list[bytes]:
    """Each message of a block as it is sent, with what stands before it. Raises MessageError as `on_the_wire` does."""
    if not is_readable(block):
        body = io.BytesIO(block.body)
        return [body.read(size) for size in frame_sizes(block.body)]
    try:
        return list(_pieces(block, (block.encoding or "").partition("\n")[0].split(" ")))
    except ValueError as problem:
        raise MessageError(str(problem)) from None


def _pieces(block: Request | Response, words: list[str]) -> Iterator[bytes]:
    """Each message as it is sent."""
    root, types = types_of(block.encoding or "")
    writer = MessageWriter(types)
    rest = [word for word in words[1:] if word != "tight"]
    compression, numbers = (rest[0], rest[1:]) if rest else ("", [])
    for number, tree in enumerate(messages_of(block), 1):
        try:
            data = writer.message(tree, root)
        except ValueError as problem:
            raise ValueError(f"message {number}: {problem}") from None
        if words[0] == "proto":
            yield data
        else:
            yield put_frames([Frame(data, bool(rest) and (not numbers or str(number) in numbers))], compression)
