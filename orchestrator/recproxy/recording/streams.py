"""Responses whose pieces matter: those that their content type calls streams, or their profile. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from recproxy.recording.request_patterns import request_patterns
from recproxy.recording.values import Headers, header

__all__ = ["DeclaredStreams", "is_stream"]

_STREAMS = (
    b"text/event-stream",
    b"application/x-ndjson",
    b"application/jsonl",
    b"application/json-seq",
    b"application/stream+json",
)


def is_stream(headers: Headers) -> bool:
    """Whether a response is a stream by its content type: server-sent events, JSON lines."""
    kind = (header(headers, b"content-type") or b"").partition(b";")[0].strip().lower()
    return kind in _STREAMS


class DeclaredStreams:
    """The requests whose responses a profile calls streams, by its `replay.streams`."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._found: re.Pattern[str] | None = request_patterns(patterns)

    def has(self, method: str, target: str) -> bool:
        """Whether the response to a request is one; of its `target` the path counts."""
        return self._found is not None and self._found.match(f"{method} {target.partition('?')[0]}") is not None
