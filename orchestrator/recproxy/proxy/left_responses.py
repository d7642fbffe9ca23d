"""A response that its client left before its end, as it is recorded: a stream with what came of it, a call with a status, too.

Clients of gRPC leave calls on purpose: they cancel a stream when they have enough, and give up when a deadline passes.
The status is the one that such a client gives itself. Pure.
"""

from __future__ import annotations

import re

from recproxy.proxy.capture import Captured, may_be_left
from recproxy.recording import Headers, Response, header
from recproxy.recording.message_coding import is_call, is_in_text

__all__ = ["goes_on_alone", "left_response"]

_CANCELLED = ((b"grpc-status", b"1"), (b"grpc-message", b"the client cancelled the call"))
_ENDED = ((b"grpc-status", b"1"), (b"grpc-message", b"the test ended before the call"))
_DEADLINE_EXCEEDED = ((b"grpc-status", b"4"), (b"grpc-message", b"the deadline of the client passed"))
#: The units of a deadline, in seconds. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_TIMEOUT = re.compile(rb"([0-9]{1,8})([HMSmun])")
#: The deadline begins at the client, before its call is here: when it has passed there, this part of it has passed here.
_PART = 0.8


def goes_on_alone(headers: Headers, captured: Captured, *, client_ended: bool) -> bool:
    """Whether a response is a stream; of a call, messages to a client that had said all before: a single one would end.

    `headers` are those of the request; `client_ended` says that it is whole.
    """
    if not is_call(headers):
        return captured.is_stream
    from recproxy.grpc.bodies import message_count  # noqa: PLC0415 - most services have no gRPC
    from recproxy.grpc.order import CLIENT_ENDED  # noqa: PLC0415 - see above

    if not client_ended or not captured.order or captured.order[0][1] != CLIENT_ENDED:
        return False
    said = Response(status=captured.status, headers=captured.headers, body=b"".join(captured.body))
    return message_count(said) > 0


def left_response(
    headers: Headers, captured: Captured | None, seconds: float, taken: int, *, ended: bool = False
) -> Captured | None:
    """A response that was left after so many seconds, as it is recorded; None if it is not one to be left.

    `headers` are those of the request, `taken` says how much of it the service had. A call of which nothing came is
    recorded only if its deadline says why. One that was `ended` for its client has its status behind all that the client
    will say: in replay it stays open as it did.
    """
    if not is_call(headers):
        if captured is None or not may_be_left(captured):
            return None
        captured.was_left = True
        return captured
    return _left_call(headers, captured, seconds, taken, ended=ended)


def _left_call(
    headers: Headers, captured: Captured | None, seconds: float, taken: int, *, ended: bool
) -> Captured | None:
    from recproxy.grpc.order import CLIENT_ENDED, whole_frames  # noqa: PLC0415 - most services have no gRPC

    is_late = _has_passed(headers, seconds)
    if captured is None:
        if not is_late:
            return None
        kind = header(headers, b"content-type") or b"application/grpc"
        captured = Captured(200, b"OK", ((b"content-type", kind),), seconds, 0)
    elif not is_in_text(captured.headers) and captured.size <= captured.most:
        whole = whole_frames(b"".join(captured.body))
        captured.body, captured.size = [whole] if whole else [], len(whole)
    captured.gaps.clear()
    captured.delay = 0.0  # when the client left is chance
    captured.was_left = True
    captured.trailers = _DEADLINE_EXCEEDED if is_late else _ENDED if ended else _CANCELLED
    # Without a message before it, the status is all that a replay has to say.
    captured.order.append((captured.size, CLIENT_ENDED if ended and captured.size else taken))
    return captured


def _has_passed(headers: Headers, seconds: float) -> bool:
    found = _TIMEOUT.fullmatch((header(headers, b"grpc-timeout") or b"").strip())
    return found is not None and seconds >= int(found[1]) * _UNITS[found[2]] * _PART
