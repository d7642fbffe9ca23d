"""Messages of a WebSocket as what is compared: each is a request without an address, so that all rules of bodies hold.

Pure: messages in, requests and an index of them out.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording.steps import Step
from recproxy.recording.values import Headers, Interaction, Recording, Request, Response

__all__ = ["COMPARED", "RecordedMessage", "index_of_messages", "message_request"]

#: What of a message is compared: its kind and its text.
COMPARED = ("method", "body")
_JSON: Headers = ((b"content-type", b"application/json"),)
_TEXT: Headers = ((b"content-type", b"text/plain"),)
_BYTES: Headers = ((b"content-type", b"application/octet-stream"),)
_JSON_LIKE = lazy_pattern(rb"\s*[\[{]")


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """A message of a client in a recording: its step, the wild word there, and the file."""

    step: Step
    wild: str | None
    path: str | None


def message_request(data: bytes, *, binary: bool, url: str = "", wild: str | None = None) -> Request:
    """A message as a request; without a wild word it is a live one."""
    headers = _JSON if _JSON_LIKE.match(data) else _BYTES if binary else _TEXT
    return Request(method="binary" if binary else "text", url=url, headers=headers, body=data, wild=wild)


def index_of_messages(messages: Iterable[RecordedMessage], rules: Rules) -> Index:
    """The messages as an index; the position of each is its number. What was too large to store is found by nothing."""
    recordings = [
        Recording(interactions=tuple(map(_interaction, of_one)), match_on=COMPARED, path=path)
        for path, of_one in groupby(messages, attrgetter("path"))
    ]
    return Index(recordings, rules)


def _interaction(message: RecordedMessage) -> Interaction:
    step = message.step
    request = message_request(step.data, binary=step.binary, wild=message.wild)
    if step.omitted:
        request = Request(method=request.method, url="", omitted=step.omitted, wild=message.wild)
    return Interaction(request=request, response=Response(status=0), line=step.line)
