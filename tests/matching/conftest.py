"""Requests and recordings in a few words."""

from __future__ import annotations

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording.values import WILD, Interaction, Recording, Request, Response

TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "text": "text/plain",
    "multipart": "multipart/form-data; boundary=cut",
}


def make(what: str, body: str | bytes = b"", kind: str | None = None, *, wild: str | None, **headers: str) -> Request:
    method, _, url = what.rpartition(" ")
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if kind is not None:
        lines.append((b"Content-Type", TYPES.get(kind, kind).encode()))
    return Request(
        method=method or "GET",
        url=url,
        headers=tuple(lines),
        body=body.encode() if isinstance(body, str) else body,
        wild=wild,
    )


@pytest.fixture
def live():
    """live("POST https://host/path", body, kind, Header="value"): a request that came; all of it is literal."""
    return lambda *args, **headers: make(*args, wild=None, **headers)


@pytest.fixture
def recorded():
    """The same, as an interaction that was recorded."""

    def recorded(*args, wild=WILD, line=0, **headers):
        return Interaction(request=make(*args, wild=wild, **headers), response=Response(status=200), line=line)

    return recorded


@pytest.fixture
def index():
    """index(interactions..., rules=, hosts=, path=, format=, match_on=): the index of one recording."""

    def index(*interactions, rules=None, hosts=(), **recording):
        return Index([Recording(interactions=interactions, **recording)], rules or Rules(), hosts)

    return index
