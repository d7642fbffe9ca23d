"""The order of a stream both ways: which message of the client each message of the service followed.

Works on frames as they passed; knows no clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from recproxy.grpc.frames import TRAILERS

__all__ = ["CLIENT_ENDED", "frame_count", "frame_sizes", "message_order", "whole_frames"]

#: Instead of a number of messages: after the client had ended its side.
CLIENT_ENDED = -1


def frame_sizes(body: bytes) -> Iterator[int]:
    """The size of each whole frame, with what stands before its message."""
    at = 0
    while at + 5 <= len(body):
        size = 5 + int.from_bytes(body[at + 1 : at + 5], "big")
        at += size
        if at > len(body):
            return
        yield size


def frame_count(body: bytes) -> int:
    """How many whole messages there are; the trailers of gRPC-Web are none."""
    at = count = 0
    for size in frame_sizes(body):
        count += not body[at] & TRAILERS
        at += size
    return count


def whole_frames(body: bytes) -> bytes:
    """The body without a frame that is cut off."""
    return body[: sum(frame_sizes(body))]


def message_order(asked: bytes, said: bytes, marks: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """For each message of the service, and then its status, how many messages of the client came before.

    `marks` are places in what was said, with how much had been asked by then, or `CLIENT_ENDED`. Nothing is told where the
    client had ended before the service said anything: that is how it is without an order.
    """
    ends = list(accumulate(frame_sizes(asked)))
    starts = [0, *accumulate(frame_sizes(said))]  # the last is where the status follows
    places = [place for place, _ in marks]
    found: list[int] = []
    for start in starts:
        mark = bisect_right(places, start) - 1
        passed = marks[mark][1] if mark >= 0 else CLIENT_ENDED
        found.append(passed if passed == CLIENT_ENDED else bisect_right(ends, passed))
    if marks:
        passed = marks[-1][1]
        found[-1] = passed if passed == CLIENT_ENDED else bisect_right(ends, passed)
    return () if all(each == CLIENT_ENDED for each in found) else tuple(found)
