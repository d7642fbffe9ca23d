"""An interaction as bytes and back, for a channel or an encrypted file: quick to make, its bodies copied once.

Not a file format: whoever reads it is of the version that wrote it. People get `.rec` text.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from collections.abc import Iterator
from pickle import PickleBuffer
from typing import Any

from recproxy.recording.steps import Act, Step
from recproxy.recording.values import Chunk, Headers, Interaction, Request, Response, Webhook

__all__ = ["Packed", "pack", "parts", "pieces_of_packed", "unpack"]

_Part = bytes | memoryview | PickleBuffer
#: A packed interaction, wherever its bytes are: in one piece, or in the three that `parts` gives.
Packed = _Part | tuple[_Part, ...]

_SIZE = struct.Struct("!Q")


def pack(interaction: Interaction) -> bytes:
    """The interaction as bytes; the lines where it stands in a file are left out."""
    return b"".join(parts(interaction))


def parts(interaction: Interaction) -> tuple[bytes, bytes, bytes]:
    """What `pack` joins: all but the bodies, and both bodies, which are not copied; what was said is in the last."""
    request, response = interaction.request, interaction.response
    about = {
        "request": {
            "method": request.method,
            "url": request.url,
            "encoding": request.encoding,
            "version": request.version,
            "omitted": request.omitted,
            "wild": request.wild,
        },
        "response": {
            "status": response.status,
            "encoding": response.encoding,
            "version": response.version,
            "framing": response.framing,
            "delay": response.delay,
            "fault": response.fault,
            "after": response.after,
            "omitted": response.omitted,
            "wild": response.wild,
        },
        "reason": _text(response.reason),
        "headers": [
            [[_text(name), _text(value)] for name, value in headers]
            for headers in (request.headers, request.trailers, response.headers, response.trailers)
        ],
        "chunks": [[chunk.size, chunk.gap] for chunk in response.chunks],
        "scope": interaction.scope,
        "recorded": interaction.recorded.isoformat() if interaction.recorded is not None else None,
        "webhook": [interaction.webhook.method, interaction.webhook.delay] if interaction.webhook else None,
        "comments": interaction.comments,
        "steps": [
            [step.act, len(step.data), step.fault, step.binary, step.code, step.delay, step.omitted]
            for step in interaction.steps
        ],
        "size": len(request.body),
    }
    head = json.dumps(about, separators=(",", ":")).encode()
    said = b"".join([step.data for step in interaction.steps]) if interaction.steps else response.body
    return _SIZE.pack(len(head)) + head, request.body, said


def pieces_of_packed(packed: Packed) -> tuple[_Part, ...]:
    """The pieces that a packed interaction is in."""
    return packed if isinstance(packed, tuple) else (packed,)


def unpack(packed: Packed) -> Interaction:
    """An interaction from what `pack` made of it. Raises ValueError where it is none."""
    view, *bodies = [memoryview(part) for part in pieces_of_packed(packed)]
    try:
        (length,) = _SIZE.unpack_from(view)
        start = _SIZE.size + length
        about = json.loads(bytes(view[_SIZE.size : start]))
        end = start + about["size"]
        request_body, response_body = bodies or (view[start:end], view[end:])
        asked, asked_last, said, said_last = (_lines(each) for each in about["headers"])
        recorded = about["recorded"]
        steps = tuple(_steps(about["steps"], response_body))
        return Interaction(
            request=Request(**about["request"], headers=asked, trailers=asked_last, body=bytes(request_body)),
            response=Response(
                **{**about["response"], "after": tuple(about["response"]["after"])},
                reason=_bytes(about["reason"]),
                headers=said,
                trailers=said_last,
                chunks=tuple(Chunk(size=size, gap=gap) for size, gap in about["chunks"]),
                body=b"" if steps else bytes(response_body),
            ),
            scope=about["scope"],
            recorded=dt.date.fromisoformat(recorded) if recorded is not None else None,
            webhook=Webhook(method=about["webhook"][0], delay=about["webhook"][1]) if about["webhook"] else None,
            comments=tuple(about["comments"]),
            steps=steps,
        )
    except (struct.error, KeyError, TypeError) as problem:
        raise ValueError(f"no packed interaction: {problem}") from None


def _steps(steps: list[list[Any]], said: memoryview) -> Iterator[Step]:
    start = 0
    for act, size, fault, binary, code, delay, omitted in steps:
        data = bytes(said[start : start + size])
        yield Step(Act(act), data, fault=fault, binary=binary, code=code, delay=delay, omitted=omitted)
        start += size


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")


def _lines(lines: list[list[Any]]) -> Headers:
    return tuple((_bytes(name), _bytes(value)) for name, value in lines)
