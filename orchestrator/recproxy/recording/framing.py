"""Content-Length made again, so that an edited body never has a stale length. Knows no text."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recproxy.recording.values import Response

__all__ = ["with_length"]


def with_length(response: Response, method: str) -> Response:
    """The response with each Content-Length set to the length of its body.

    Left as it stands where it says another thing: in the answer to HEAD and in a 304, where it is the length of a
    body that is not sent; where the body was too large to store; and where a content coding was undone, since only
    the sender knows the coded length.
    """
    if method == "HEAD" or response.status == 304 or response.omitted is not None or response.encoding is not None:
        return response
    length = b"%d" % len(response.body)
    if all(value == length for name, value in response.headers if name.lower() == b"content-length"):
        return response
    headers = tuple((name, length if name.lower() == b"content-length" else value) for name, value in response.headers)
    return dataclasses.replace(response, headers=headers)
